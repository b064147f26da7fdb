"""Private answers: what one person is told, and nobody else sees."""

from datetime import datetime

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ContextBlock, SectionBlock

from bot.blocks import actions, words
from bot.blocks.place import Place
from bot.blocks.post import Post
from bot.blocks.said import attempt_value
from desk.values import Attempt

COMMANDS = {
    "/mine": "/mine [open|unread|snoozed|closed]",
    "/unassigned": "/unassigned [closed]",
    "/sms": "/sms inbox | find | new | handoff | away | back | stats | health | help",
}
HELP = (
    f"""*Your lists*
`{COMMANDS["/mine"]}` the conversations you own
`{COMMANDS["/unassigned"]}` those that wait for an owner
`/sms inbox` every conversation, with its owner
`/sms find` conversations by name, number, label or words
`/sms new` text somebody, by their number
`/sms away` you are offered last, `until 14:00`, `for 2h` or until `/sms back`
`/sms stats` the last 7 days in numbers, or `today`, or `30d`
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
the lists until the customer writes again. `More` in its `…` menu has labels, a note about the customer, and `Snooze`: \
the conversation comes back at its time, or with the customer's next text. The first answer to a conversation that \
nobody owns makes it yours, too. `/sms handoff` gives what you own to a colleague, all or some, with a note.""",
    """*For managers*
`/sms settings` who gives out conversations in this channel, its hours, and what is texted outside them
`/sms alerts` when you are told of what waits
`/sms people` who else is a manager, who is new, how much each takes, and what each does
`/sms handoff` the same with what somebody else owns
`/sms history` who changed owners and closed what, as a file; `7d`, `30d` or `all`""",
)
NOTE_KEPT = "Kept as a note: the customer does not see it."

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
    text, blocks = close_question(contact, waiting_since)
    button = ButtonElement(text=words.plain("Close anyway"), action_id=actions.CLOSE_ANYWAY)
    place = Place(conversation_id=conversation_id)
    blocks.append(ActionsBlock(block_id=place.encode("close-anyway"), elements=[button]))
    return Post.of(text, blocks)


def close_question(contact: str, waiting_since: datetime) -> tuple[str, list[Block]]:
    """What is asked once when somebody closes what the customer waits for."""
    text = f"The customer has been waiting for an answer since {words.date(waiting_since)}. Close this anyway?"
    who = words.shorten(words.one_line(contact), 150)
    blocks: list[Block] = [SectionBlock(text=words.markup(text))]
    if who:
        blocks.insert(0, ContextBlock(elements=[words.plain(who)]))
    return text, blocks


def takes_longer() -> Post:
    text = "This takes a moment. It comes as soon as it is ready."
    return Post.of(text, [SectionBlock(text=words.plain(text))])


def file_sent(what: str) -> Post:
    """Where a file is that was asked for."""
    text = f"{what[:1].upper()}{what[1:]} is in your direct messages."
    return Post.of(text, [SectionBlock(text=words.plain(text))])


def help_() -> Post:
    return Post.of("How to answer text messages here.", [SectionBlock(text=words.markup(part)) for part in HELP])


def usage(command: str, problem: str) -> Post:
    """How a command is written, after one that was not understood. `problem` may quote what was typed."""
    problem = words.shorten(words.one_line(problem), 500)
    form = words.escape(words.shorten(COMMANDS.get(command, words.one_line(command)), 100))
    blocks: list[Block] = [SectionBlock(text=words.plain(problem))] if problem else []
    blocks.append(SectionBlock(text=words.markup(f"Write it as `{form}`. More in `/sms help`.")))
    return Post.of(f"{words.escape(problem)} Write it as {form}.".strip(), blocks)
