"""What is written, edited, deleted and reacted to in threads, and the buttons about what became of a reply.

Messages are stored through the intake before they are acknowledged, so that one that cannot be used yet is kept.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from slack_bolt.async_app import AsyncApp

from bot import markup
from bot.blocks import actions, whispers
from bot.blocks.said import parse_attempt
from bot.handlers.context import Body, Context
from bot.handlers.press import Press
from bot.people import Directory
from desk import alerts, decisions, gaps, lifecycle, reply, reply_changes
from desk.access import Actor
from desk.errors import UnknownPerson
from desk.intake import UseCase
from storage import people, workspaces
from storage.database import Session

MESSAGE = "slack.message"
EDIT = "slack.edit"
DELETION = "slack.deletion"
REACTION = "slack.reaction"
READ = "slack.read"

_FORWARDED = (None, "file_share", "thread_broadcast")


async def message(event: Body, body: Body, desk: Context) -> None:
    """Sort what Slack calls a message: something written, edited or deleted in a thread by a person."""
    subtype = event.get("subtype")
    if subtype == "message_deleted" or (subtype == "message_changed" and _is_tombstone(event)):
        await desk.intake.take(DELETION, body["event_id"], _kept(body, desk))
    elif subtype == "message_changed":
        if _is_persons_edit(event):
            await desk.intake.take(EDIT, body["event_id"], _kept(body, desk))
    elif is_written(event):
        stream = _stream(event["channel"], event["thread_ts"])
        await desk.intake.take(MESSAGE, message_key(event, desk), _kept(body, desk), stream)


async def thread_is_read(thread: gaps.Thread, desk: Context) -> None:
    """Have the replies go that waited for their thread to be read; after what was found there, if that has to wait."""
    channel_id, root_ts = thread
    key = f"{desk.workspace.team_id}:{channel_id}:{root_ts}:{desk.clock.now().isoformat()}"
    event = {"channel": channel_id, "thread_ts": root_ts}
    await desk.intake.take(READ, key, _kept({"event": event}, desk), _stream(channel_id, root_ts))


def _stream(channel_id: str, root_ts: str) -> str:
    return f"{channel_id}:{root_ts}"


def is_written(event: Body) -> bool:
    """Whether a person wrote it in a thread."""
    return event.get("subtype") in _FORWARDED and _is_threaded(event) and _is_persons(event)


def message_key(event: Body, desk: Context) -> str:
    """What is written is stored by, once, however it reaches us."""
    return f"{desk.workspace.team_id}:{event['channel']}:{event['ts']}"


def _kept(body: Body, desk: Context) -> Body:
    """An event as it is stored; a shared channel's may come in another team's name, and it is our workspace's.

    `recovered`: none came, it was read in the thread.
    """
    return {"team_id": desk.workspace.team_id, "event": body["event"], "recovered": bool(body.get("recovered"))}


def _is_threaded(event: Body) -> bool:
    return bool(event.get("thread_ts")) and event["thread_ts"] != event.get("ts")


def _is_persons(event: Body) -> bool:
    return bool(event.get("user")) and not event.get("bot_id")


def _is_tombstone(event: Body) -> bool:
    return (event.get("message") or {}).get("subtype") == "tombstone"


def _is_persons_edit(event: Body) -> bool:
    """An unfurled link and our own redraw are told as changes too; a person's edit changes the text."""
    now, before = event.get("message") or {}, event.get("previous_message") or {}
    changed = now.get("edited") and now.get("text") != before.get("text")
    return bool(_is_persons(now) and _is_threaded(now) and changed)


async def reaction(event: Body, body: Body, desk: Context) -> None:
    """A reaction shows that its author has seen the conversation; our own marks show nothing."""
    is_ours = event.get("user") == desk.workspace.bot_user_id
    if not is_ours and (event.get("item") or {}).get("type") == "message":
        await desk.intake.take(REACTION, body["event_id"], _kept(body, desk))


def use_cases(hold: timedelta, directory: Directory, missing: gaps.Gaps) -> dict[str, UseCase]:
    """What is done with each kind of stored event; `hold` is the default hold of a reply."""

    async def write(session: Session, body: Body, now: datetime) -> None:
        event = body["event"]
        workspace = await workspaces.get(session, body["team_id"])
        newer = await reply_changes.find_edit(session, workspace.id, event["channel"], event["ts"])
        said = event if newer is None else {**event, "text": newer.text, "edited": {"ts": newer.edited_ts}}
        written = await _written(session, body, said, event)
        if (event["user"], event["channel"]) in directory.outsiders:
            written = replace(written, is_outsider=True)
        try:
            await reply.write(session, written, hold=hold, now=now)
        except UnknownPerson:
            directory.seek(event["user"], event["channel"])
            raise
        if not written.recovered:
            thread = (written.channel_id, written.thread_ts)
            await gaps.hold_back(session, missing, workspace.id, thread, written.ts, now=now)

    async def read(session: Session, body: Body, now: datetime) -> None:
        del now
        workspace = await workspaces.get(session, body["team_id"])
        await gaps.let_go(session, workspace.id, (body["event"]["channel"], body["event"]["thread_ts"]))

    async def edit(session: Session, body: Body, now: datetime) -> None:
        event = body["event"]
        await reply_changes.edit(session, await _written(session, body, event["message"], event), hold=hold, now=now)

    async def delete(session: Session, body: Body, now: datetime) -> None:
        event = body["event"]
        workspace = await workspaces.get(session, body["team_id"])
        ts = str(event.get("deleted_ts") or event["message"]["ts"])
        thread_ts = str((event.get("previous_message") or {}).get("thread_ts") or ts)
        if await alerts.forget_post(session, workspace.id, event["channel"], ts):
            return
        await reply_changes.delete(session, workspace.id, event["channel"], thread_ts, ts, now=now)
        await lifecycle.replace_card(session, workspace.id, event["channel"], ts, now=now)

    async def react(session: Session, body: Body, now: datetime) -> None:
        event = body["event"]
        workspace = await workspaces.get(session, body["team_id"])
        actor = Actor(workspace_id=workspace.id, user_id=event["user"])
        await lifecycle.see_at(session, actor, event["item"]["channel"], event["item"]["ts"], now=now)

    return {MESSAGE: write, READ: read, EDIT: edit, DELETION: delete, REACTION: react}


async def _written(session: Session, body: Body, said: Body, event: Body) -> reply.Written:
    workspace = await workspaces.get(session, body["team_id"])
    text = markup.storable(str(said.get("text") or ""))
    return reply.Written(
        workspace_id=workspace.id,
        channel_id=event["channel"],
        thread_ts=str(said.get("thread_ts") or ""),
        ts=said["ts"],
        author_id=said["user"],
        text=text,
        body=await _plain(session, workspace.id, markup.without_prefix(text)),
        is_note=markup.is_note(text),
        has_files=bool(said.get("files")),
        is_outsider=said.get("user_team", body["team_id"]) != body["team_id"],
        edited_ts=str((said.get("edited") or {}).get("ts") or ""),
        recovered=bool(body.get("recovered")),
    )


async def _plain(session: Session, workspace_id: int, text: str) -> str:
    names = markup.Names(
        people=await people.names(session, workspace_id, markup.people_in(text)),
        channels=await people.channel_names(session, workspace_id, markup.channels_in(text)),
    )
    return markup.to_plain(text, names)


async def retry(press: Press) -> None:
    """Send what certainly did not go once more."""
    await _send_again(press, "Retry")


async def send_again(press: Press) -> None:
    """Send what nobody knows about once more."""
    await _send_again(press, decisions.SEND_AGAIN)


async def _send_again(press: Press, choice: str) -> None:
    attempt = parse_attempt(press.value)
    async with press.desk.database.write() as session:
        await decisions.send_again(session, press.actor, attempt, choice=choice, now=press.now)


async def send_now(press: Press) -> None:
    """Send a reply that was kept back for its age."""
    await _send_again(press, "Send now")


async def dont_send(press: Press) -> None:
    """Leave a reply unsent that was kept back for its age."""
    attempt = parse_attempt(press.value)
    async with press.desk.database.write() as session:
        await decisions.leave_unsent(session, press.actor, attempt, now=press.now)


async def cancel(press: Press) -> None:
    """Do not send what is still held."""
    attempt = parse_attempt(press.value)
    async with press.desk.database.write() as session:
        can_edit = await decisions.cancel(session, press.actor, attempt, now=press.now)
    await press.replace(whispers.cancelled(can_edit=can_edit))


async def send_at_once(press: Press) -> None:
    """Hold a reply no longer."""
    attempt = parse_attempt(press.value)
    async with press.desk.database.write() as session:
        await decisions.send_at_once(session, press.actor, attempt, now=press.now)
    await press.replace(whispers.leaves_now())


async def it_arrived(press: Press) -> None:
    """Settle what nobody knows about as sent."""
    attempt = parse_attempt(press.value)
    async with press.desk.database.write() as session:
        await decisions.it_arrived(session, press.actor, attempt, now=press.now)


async def send_as_sms(press: Press) -> None:
    """Send a note after all, without its prefix."""
    attempt = parse_attempt(press.value)
    async with press.desk.database.write() as session:
        await decisions.send_note(session, press.actor, attempt, now=press.now)
    await press.respond(delete_original=True)


def register(app: AsyncApp) -> None:
    """Attach the events and the buttons."""
    app.event("message")(message)
    app.event("reaction_added")(reaction)
    app.action(actions.RETRY)(retry)
    app.action(actions.SEND_AGAIN)(send_again)
    app.action(actions.IT_ARRIVED)(it_arrived)
    app.action(actions.SEND_NOW)(send_now)
    app.action(actions.DONT_SEND)(dont_send)
    app.action(actions.CANCEL)(cancel)
    app.action(actions.SEND_AT_ONCE)(send_at_once)
    app.action(actions.SEND_AS_SMS)(send_as_sms)
