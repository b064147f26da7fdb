"""Private answers: what one person is told, and nobody else sees."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ContextBlock, HeaderBlock, SectionBlock

from bot.blocks import actions, words
from bot.blocks.place import Place
from bot.blocks.post import Post
from bot.blocks.said import attempt_value
from desk.values import Attempt, Change

COMMANDS = {
    "/mine": "/mine [open|unread|snoozed|closed]",
    "/unassigned": "/unassigned [closed]",
    "/sms": "/sms inbox | find | new | handoff | health | help",
}
HELP = (
    f"""*Your lists*
`{COMMANDS["/mine"]}` the conversations you own
`{COMMANDS["/unassigned"]}` those that wait for an owner
`/sms inbox` every conversation, with its owner
`/sms find` conversations by name, number, label or words
`/sms new` text somebody, by their number
`/sms health` what waits, and what went wrong
`/sms help` this page
Commands do not work inside a thread; the buttons and the `…` menu on the card do.""",
    """*Answering*
Reply in a conversation's thread and your reply goes out as a text message. It leaves after a few seconds: until then, \
delete it to take it back, or edit it to change what is sent.""",
    """*Notes*
A reply that begins with `//`, `note:` or `private:`, or that mentions a colleague, stays inside. The customer never \
sees it.""",
    """*Owning*
`Claim` makes a conversation yours, the menu on its card gives it to anyone in the channel, and `Close` takes it off \
the lists until the customer writes again. The first answer to a conversation that nobody owns makes it yours, too. \
`More` in its `…` menu has labels, a note about the customer, and `Snooze`: the conversation comes back at its time, \
or with the customer's next text. `/sms handoff` gives what you own to a colleague, all or some, with a note.""",
)
NOTE_KEPT = "Kept as a note: the customer does not see it."
MOST_CHANGES = 40

_LONGEST = 2900


def note_kept(note: Attempt) -> Post:
    """Offers its author to send the note after all."""
    button = ButtonElement(text=words.plain("Send as SMS"), action_id=actions.SEND_AS_SMS, value=attempt_value(note))
    blocks: list[Block] = [SectionBlock(text=words.plain(NOTE_KEPT)), ActionsBlock(elements=[button])]
    return Post.of(NOTE_KEPT, blocks)


def cancelled(*, can_edit: bool) -> Post:
    """After `Cancel` on a reply that was held; nobody can edit what was not written in the thread."""
    return refused("Not sent. Edit your message to send it after all." if can_edit else "Not sent.")


def leaves_now() -> Post:
    """After `Send now` on a reply that was held."""
    return refused("It leaves now.")


def refused(sentence: str) -> Post:
    """Why something was not done, in a sentence a rep can act on; shown exactly, names in it ping nobody."""
    sentence = words.shorten(sentence.strip(), _LONGEST) or "That did not work. Please try again."
    return Post.of(words.fit(sentence), [SectionBlock(text=words.plain(sentence))])


def close_anyway(conversation_id: int, contact: str, waiting_since: datetime) -> Post:
    text = f"The customer has been waiting for an answer since {words.date(waiting_since)}. Close this anyway?"
    who = words.shorten(words.one_line(contact), 150)
    blocks: list[Block] = [SectionBlock(text=words.markup(text))]
    if who:
        blocks.insert(0, ContextBlock(elements=[words.plain(who)]))
    button = ButtonElement(text=words.plain("Close anyway"), action_id=actions.CLOSE_ANYWAY)
    place = Place(conversation_id=conversation_id)
    blocks.append(ActionsBlock(block_id=place.encode("close-anyway"), elements=[button]))
    return Post.of(text, blocks)


def history(changes: Sequence[Change], contact: str) -> Post:
    """What happened to a conversation, the newest last; only the last 40 changes when there are more."""
    title = words.shorten(f"History · {words.one_line(contact)}", 150)
    blocks: list[Block] = [HeaderBlock(text=words.plain(title))]
    if len(changes) > MOST_CHANGES:
        earlier = words.count(len(changes) - MOST_CHANGES, "earlier change")
        blocks.append(ContextBlock(elements=[words.plain(f"{earlier} not shown")]))
    if not changes:
        blocks.append(SectionBlock(text=words.plain("Nothing has changed here yet.")))
    told = [_change(change) for change in changes[-MOST_CHANGES:]]
    blocks += [SectionBlock(text=words.markup(group)) for group in _groups(told)]
    return Post.of(words.fit(title), blocks)


def help_() -> Post:
    return Post.of("How to answer text messages here.", [SectionBlock(text=words.markup(part)) for part in HELP])


def usage(command: str, problem: str) -> Post:
    """How a command is written, after one that was not understood. `problem` may quote what was typed."""
    problem = words.shorten(words.one_line(problem), 500)
    form = words.escape(words.shorten(COMMANDS.get(command, words.one_line(command)), 100))
    blocks: list[Block] = [SectionBlock(text=words.plain(problem))] if problem else []
    blocks.append(SectionBlock(text=words.markup(f"Write it as `{form}`. More in `/sms help`.")))
    return Post.of(f"{words.escape(problem)} Write it as {form}.".strip(), blocks)


_CHANGES = {
    "claimed": "{actor} claimed it",
    "claimed_by_reply": "{actor} answered it first and became its owner",
    "assigned": "{actor} assigned it to {after}",
    "handed_off": "{actor} handed it off to {after}",
    "distributed": "{actor} gave it to {after}",
    "left_behind": "Its owner can no longer own it, so it waits for a new one",
    "begun": "{actor} began it",
    "released": "{actor} released it",
    "closed": "{actor} closed it",
    "reopened": "{actor} reopened it",
    "snoozed": "{actor} snoozed it",
    "unsnoozed": "{actor} ended its snooze",
    "woken_by_text": "The customer wrote, which ended its snooze",
    "woken_unassigned": "Its snooze ended without an owner",
    "reopened_by_text": "The customer wrote again, so it reopened",
    "reopened_unassigned": "The customer wrote again, so it reopened without an owner",
}
_OWNER_CHANGES = (
    "claimed",
    "claimed_by_reply",
    "assigned",
    "handed_off",
    "distributed",
    "left_behind",
    "released",
    "reopened_unassigned",
    "woken_unassigned",
)


def _change(change: Change) -> str:
    actor = words.mention(change.actor_id) if change.actor_id else "Threadline"
    after = words.mention(change.after) if change.after else "nobody"
    told = _CHANGES.get(change.what)
    said = told.format(actor=actor, after=after) if told else f"{actor}: {_other(change.what)}"
    if change.what in _OWNER_CHANGES and change.before:
        said += f" (before: {words.mention(change.before)})"
    return f"{words.date(change.at)}  {said}"


def _other(what: str) -> str:
    return words.escape(words.shorten(words.one_line(what.replace("_", " ")), 30))


def _groups(told: list[str]) -> list[str]:
    groups: list[str] = []
    for text in told:
        if groups and words.width(groups[-1]) + words.width(text) < _LONGEST:
            groups[-1] += f"\n{text}"
        else:
            groups.append(text)
    return groups
