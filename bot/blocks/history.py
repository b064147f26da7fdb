"""What happened to a conversation, as one person is shown it on asking; and the words for it."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ContextBlock, HeaderBlock, SectionBlock

from bot.blocks import actions, words
from bot.blocks.place import Place
from bot.blocks.post import Post
from desk.values import Change

MOST_CHANGES = 40
USAGE = "/sms history [7d|30d|all]"

# By what happened; `{before}` is who owned it until then, in brackets, and is left out when nobody did.
CHANGES = {
    "claimed": "{actor} claimed it{before}",
    "claimed_by_reply": "{actor} answered it first and became its owner{before}",
    "assigned": "{actor} assigned it to {after}{before}",
    "released": "{actor} released it{before}",
    "handed_off": "{actor} handed it off to {after}{before}",
    "distributed": "{actor} gave it to {after}{before}",
    "left_behind": "Its owner can no longer own it, so it waits for a new one{before}",
    "begun": "{actor} began it",
    "closed": "{actor} closed it",
    "reopened": "{actor} reopened it",
    "snoozed": "{actor} snoozed it",
    "unsnoozed": "{actor} ended its snooze",
    "woken_by_text": "The customer wrote, which ended its snooze",
    "woken_unassigned": "Its snooze ended without an owner{before}",
    "reopened_by_text": "The customer wrote again, so it reopened",
    "reopened_unassigned": "The customer wrote again, so it reopened without an owner{before}",
}

# By where somebody did it; nothing is said of what they did not do in Slack.
SOURCES = {
    "card": "on the card",
    "list": "in a list",
    "home": "on Home",
    "command": "by command",
    "form": "in a form",
    "shortcut": "by shortcut",
    "thread": "in the thread",
    "reply": "by replying",
}

_LONGEST = 2900


def history(changes: Sequence[Change], contact: str, conversation_id: int) -> Post:
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
    if changes:
        button = ButtonElement(text=words.plain("Export"), action_id=actions.EXPORT)
        place = Place(conversation_id=conversation_id)
        blocks.append(ActionsBlock(block_id=place.encode("history"), elements=[button]))
    return Post.of(words.fit(title), blocks)


def caption(contact: str) -> str:
    """What announces the whole history of a conversation as a file."""
    return words.fit(f"History · {words.one_line(contact)}")


def caption_all(days: int | None) -> str:
    """What announces the history of all conversations as a file."""
    return f"History of all conversations · {'everything' if days is None else f'last {days} days'}"


def _change(change: Change) -> str:
    actor = words.mention(change.actor_id) if change.actor_id else "Threadline"
    after = words.mention(change.after) if change.after else "nobody"
    before = f" (before: {words.mention(change.before)})" if change.before else ""
    told = CHANGES.get(change.what, f"{{actor}}: {_other(change.what)}")
    source = SOURCES.get(change.source, "")
    said = told.format(actor=actor, after=after, before=before)
    return f"{words.date(change.at)}  {said}{f', {source}' if source else ''}"


def _other(what: str) -> str:
    said = words.escape(words.shorten(words.one_line(what.replace("_", " ")), 30))
    return said.replace("{", "{{").replace("}", "}}")


def _groups(told: list[str]) -> list[str]:
    groups: list[str] = []
    for text in told:
        if groups and words.width(groups[-1]) + words.width(text) < _LONGEST:
            groups[-1] += f"\n{text}"
        else:
            groups.append(text)
    return groups
