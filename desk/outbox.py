"""Writes the rows of effects that are still to come. Nothing here reaches the outside: workers do, after the commit."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from storage import conversations, deliveries, homes, inboxes
from storage.database import Session, at_the_end
from storage.models import Conversation, Delivery, Inbox, Message, Thread
from storage.states import DeliveryState, Kind

_NAMESPACE = UUID("6f1c1d3e-52a5-4b8e-9a43-0f0f7b6d7a11")
LATE_SECONDS = 10
_LOOKS_FOR = timedelta(days=7)  # a Home that nobody has opened for so long is drawn when it is opened


def delivery_id(kind: Kind, cause: str) -> UUID:
    """The id of an effect, derived from its cause, so that the same cause never has two."""
    return uuid5(_NAMESPACE, f"{kind}:{cause}")


async def post_card(
    session: Session,
    conversation: Conversation,
    inbox: Inbox,
    *,
    opening: Message | None,
    cause: str,
    now: datetime,
    since: datetime | None = None,
) -> Thread:
    """Open a new thread for the conversation and have its card posted. `since`: it may be there since then."""
    thread = await conversations.open_thread(
        session,
        conversation,
        channel_id=inbox.channel_id,
        opening_id=opening.id if opening else None,
        now=now,
    )
    conversation.seen_at = now
    payload = {"thread_id": thread.id}
    await _post(session, conversation, inbox, Kind.CARD, cause, payload=payload, now=now, since=since)
    return thread


async def post_plain_card(
    session: Session,
    conversation: Conversation,
    inbox: Inbox,
    thread: Thread,
    *,
    instead: dict[str, Any],
    now: datetime,
) -> None:
    """Have a thread begin with plain words in place of a card that Slack does not take."""
    payload = {"thread_id": thread.id, "instead": instead}
    await _post(session, conversation, inbox, Kind.CARD, f"{thread.id}:plain", payload=payload, now=now)


async def post_text(
    session: Session,
    conversation: Conversation,
    inbox: Inbox,
    message: Message,
    *,
    broadcast: bool,
    mention: str | None,
    now: datetime,
    since: datetime | None = None,
) -> None:
    """Have an inbound message posted in its thread, also in the channel if it is to be seen there.

    `since`: it may be there since then.
    """
    if broadcast:
        conversation.seen_at = now
    payload = {"broadcast": broadcast, "mention": mention, "length": len(message.body)}
    cause = message.sid or str(message.id)
    await _post(
        session, conversation, inbox, Kind.TEXT, cause, payload=payload, now=now, message_id=message.id, since=since
    )


async def post_line(
    session: Session,
    conversation: Conversation,
    inbox: Inbox,
    what: str,
    *,
    now: datetime,
    cause: str | None = None,
    message_id: int | None = None,
    since: datetime | None = None,
    **details: Any,
) -> None:
    """Have a line posted in the thread: what happened, in words that `bot/blocks` has for it.

    `cause` is what happened, by the outside's id of it. `message_id`: the line shows this text, which leaves after it.
    `since`: the line may be there since then.
    """
    cause = _line_cause(inbox, what, cause) if cause else f"{conversation.id}:{what}:{now.isoformat()}"
    payload = {"what": what, **details}
    await _post(
        session, conversation, inbox, Kind.LINE, cause, payload=payload, now=now, message_id=message_id, since=since
    )


def line_id(inbox: Inbox, what: str, cause: str) -> UUID:
    """The id of a line that is posted for a cause."""
    return delivery_id(Kind.LINE, _line_cause(inbox, what, cause))


def _line_cause(inbox: Inbox, what: str, cause: str) -> str:
    return f"{inbox.channel_id}:{what}:{cause}"


async def _post(
    session: Session,
    conversation: Conversation,
    inbox: Inbox,
    kind: Kind,
    cause: str,
    *,
    payload: dict[str, Any],
    now: datetime,
    message_id: int | None = None,
    since: datetime | None = None,
) -> None:
    """Add to the end of the conversation's thread; a card goes before all that is not posted yet, which needs it."""
    conversation.counter += 1
    await deliveries.add(
        session,
        id=delivery_id(kind, cause),
        workspace_id=conversation.workspace_id,
        conversation_id=conversation.id,
        message_id=message_id,
        kind=kind,
        stream=f"thread/{conversation.id}",
        position=0 if kind is Kind.CARD else conversation.counter,
        lane=inboxes.channel_lane(inbox.workspace_id, inbox.channel_id),
        payload=payload,
        created_at=now,
        **_to_look_for(since),
    )


def _to_look_for(since: datetime | None) -> dict[str, Any]:
    """An effect that a database lost since may have had already, before this one was restored: looked for first."""
    return {} if since is None else {"state": DeliveryState.UNKNOWN, "started_at": since.timestamp()}


async def post_alert(
    session: Session, inbox: Inbox, *, payload: dict[str, Any], now: datetime, channel_id: str | None = None
) -> None:
    """Have something said about an inbox's backlog, in its channel or in another one."""
    if channel_id is not None:
        await inboxes.ensure_channel_lane(session, inbox.workspace_id, channel_id)
    await deliveries.add(
        session,
        id=delivery_id(Kind.ALERT, f"{inbox.id}:{now.isoformat()}"),
        workspace_id=inbox.workspace_id,
        kind=Kind.ALERT,
        stream=f"alert/{inbox.id}/{channel_id}" if channel_id else f"alert/{inbox.id}",
        position=int(now.timestamp() * 1000),
        lane=inboxes.channel_lane(inbox.workspace_id, channel_id or inbox.channel_id),
        payload={"inbox_id": inbox.id, **payload},
        created_at=now,
    )


def alert_redraw_id(inbox_id: int, raised_at: datetime) -> UUID:
    """The id of what draws an alert anew, as long as it is the same one."""
    return delivery_id(Kind.ALERT_REDRAW, f"{inbox_id}:{raised_at.isoformat()}")


async def redraw_alert(
    session: Session,
    inbox: Inbox,
    raised_at: datetime,
    place: tuple[str, str],
    *,
    now: datetime,
    not_before: datetime | None = None,
    left: int | None = None,
) -> None:
    """Have the alert of a backlog, which stands at `place`, drawn as things are; or that it is over, with what is left.

    Not before some time, if it is not urgent.
    """
    channel_id, ts = place
    await deliveries.ask_again(
        session,
        id=alert_redraw_id(inbox.id, raised_at),
        workspace_id=inbox.workspace_id,
        kind=Kind.ALERT_REDRAW,
        payload={"inbox_id": inbox.id, "channel_id": channel_id, "ts": ts, "left": left},
        not_before=not_before,
        created_at=now,
    )


async def ask_again(session: Session, drawing: Delivery, *, now: datetime) -> None:
    """Have a drawing done once more that belongs to no conversation."""
    await deliveries.ask_again(
        session,
        id=drawing.id,
        workspace_id=drawing.workspace_id,
        kind=drawing.kind,
        payload=drawing.payload,
        created_at=now,
    )


def notice_id(cause: str, to: str) -> UUID:
    """The id of what one person or channel is told outside of any thread."""
    return delivery_id(Kind.NOTICE, f"{cause}:{to}")


async def post_notice(
    session: Session, workspace_id: int, *, to: str, cause: str, payload: dict[str, Any], now: datetime
) -> None:
    """Have a person, or a channel, told outside of any thread. In no lane, since it may be about the lane."""
    await deliveries.add(
        session,
        id=notice_id(cause, to),
        workspace_id=workspace_id,
        kind=Kind.NOTICE,
        stream=f"notice/{workspace_id}/{to}",
        position=int(now.timestamp() * 1000),
        payload={"to": to, **payload},
        created_at=now,
    )


def draw_home(session: Session, workspace_id: int, user_id: str, *, now: datetime) -> None:
    """Have somebody's Home drawn again, if they look at it; asked for several times at once it is drawn once.

    It is asked for at the end, since what happens to anything of theirs at once asks for the same.
    """

    async def ask(session: Session) -> None:
        home = await homes.find(session, workspace_id, user_id)
        if home is None or home.opened_at < now - _LOOKS_FOR:
            return
        await deliveries.ask_again(
            session,
            id=delivery_id(Kind.HOME, f"{workspace_id}:{user_id}"),
            workspace_id=workspace_id,
            kind=Kind.HOME,
            payload={"user_id": user_id},
            created_at=now,
        )

    at_the_end(session, f"home/{workspace_id}/{user_id}", ask)


async def delete_post(session: Session, posted: Delivery, ts: str, *, now: datetime) -> None:
    """Have the post at `ts` deleted, which shows once more what a delivery has posted already."""
    channel_id = inboxes.channel_of(posted.lane or "")
    await deliveries.add(
        session,
        id=delivery_id(Kind.DELETION, f"{channel_id}:{ts}"),
        workspace_id=posted.workspace_id,
        kind=Kind.DELETION,
        payload={"channel_id": channel_id, "ts": ts},
        created_at=now,
    )


async def keep_sent(session: Session, sent: Delivery, sid: str, *, now: datetime) -> None:
    """Keep the SID of a reply that left once more, so that it is never taken for another's."""
    await deliveries.add(
        session,
        id=delivery_id(Kind.REPLY, f"extra:{sid}"),
        workspace_id=sent.workspace_id,
        conversation_id=sent.conversation_id,
        message_id=sent.message_id,
        kind=Kind.REPLY,
        state=DeliveryState.DONE,
        result_id=sid,
        created_at=now,
        finished_at=now,
    )


async def send_reply(
    session: Session,
    message: Message,
    inbox: Inbox,
    *,
    not_before: datetime,
    now: datetime,
    wanted_at: datetime | None = None,
    since: datetime | None = None,
) -> None:
    """Have a message sent as one SMS, not before its hold is over and after what was written before it.

    `wanted_at` is when a person asked for it, if that is not now. `since`: it may have left since then.
    """
    await deliveries.add(
        session,
        id=reply_id(message),
        workspace_id=message.workspace_id,
        conversation_id=message.conversation_id,
        message_id=message.id,
        kind=Kind.REPLY,
        stream=f"sms/{message.conversation_id}",
        position=_microseconds(message.ts or "0"),
        lane=inboxes.number_lane(inbox.number),
        payload={"attempt": message.attempt, "wanted_at": (wanted_at or now).isoformat()},
        not_before=not_before,
        created_at=now,
        **_to_look_for(since),
    )
    await mark(session, message, "waiting", now=now, not_before=now + timedelta(seconds=LATE_SECONDS))


def reply_id(message: Message, attempt: int | None = None) -> UUID:
    """The id of an attempt to send a message, by itself the present one."""
    number = message.attempt if attempt is None else attempt
    return delivery_id(Kind.REPLY, f"{message.channel_id}:{message.ts}:{number}")


def _microseconds(ts: str) -> int:
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int((fraction + "000000")[:6])


async def redraw(session: Session, conversation: Conversation, *, now: datetime) -> None:
    """Have the card drawn again as things stand, and its owner's Home; a card still to be posted is drawn then."""
    conversation.revision += 1
    await session.flush()
    if conversation.assignee_id is not None:
        draw_home(session, conversation.workspace_id, conversation.assignee_id, now=now)
    if not await conversations.is_posted(session, conversation.id):
        return
    await _draw(session, conversation, Kind.REDRAW, str(conversation.id), now=now)


async def mark(
    session: Session, message: Message, name: str, *, now: datetime, not_before: datetime | None = None
) -> None:
    """Have a mark added to the rep's own message: `waiting`, `delivered`, `failed`, `note` or `recovered`."""
    await deliveries.ask_again(
        session,
        id=delivery_id(Kind.MARK, f"{message.id}:{name}"),
        workspace_id=message.workspace_id,
        conversation_id=message.conversation_id,
        message_id=message.id,
        kind=Kind.MARK,
        payload={"mark": name},
        not_before=not_before,
        created_at=now,
    )


async def whisper(
    session: Session, conversation: Conversation, *, reader: str, ts: str, what: str, now: datetime, **details: Any
) -> None:
    """Have one person told something in the thread, about their message at `ts`."""
    payload = {"what": what, "reader": reader, "ts": ts, **details}
    await _draw(session, conversation, Kind.WHISPER, f"{conversation.id}:{ts}:{what}", now=now, payload=payload)


async def tell_author(
    session: Session, conversation: Conversation, message: Message, what: str, *, now: datetime, **details: Any
) -> None:
    """Have the author of a message told something about it, alone; nobody when the bridge sent it by itself."""
    if message.author_id is not None:
        await whisper(
            session, conversation, reader=message.author_id, ts=message.ts or "", what=what, now=now, **details
        )


async def _draw(
    session: Session,
    conversation: Conversation,
    kind: Kind,
    cause: str,
    *,
    now: datetime,
    payload: dict[str, Any] | None = None,
) -> None:
    await deliveries.ask_again(
        session,
        id=delivery_id(kind, cause),
        workspace_id=conversation.workspace_id,
        conversation_id=conversation.id,
        kind=kind,
        payload=payload or {},
        created_at=now,
    )
