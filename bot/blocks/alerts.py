"""What managers are told in the channel about a backlog."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, SectionBlock

from bot.blocks import actions, words
from bot.blocks.place import Place
from bot.blocks.post import Post
from desk.values import Backlog, Filter, Queue

_MOST_MENTIONS = 50
_LABEL = 150


def backlog(backlog: Backlog, managers: Sequence[str], now: datetime) -> Post:
    return _alert(backlog, managers, f"{_waiting(backlog)}.", now)


def backlog_again(backlog: Backlog, managers: Sequence[str], now: datetime, *, before: int) -> Post:
    """A reminder; `before` is how many there were when it was last said."""
    if backlog.count > before:
        return _alert(backlog, managers, f"{_waiting(backlog)}, {backlog.count - before:,} more than last time.", now)
    return _alert(backlog, managers, f"Still: {_waiting(backlog)}.", now)


def backlog_clear(backlog: Backlog) -> Post:
    left = _waiting(backlog) if backlog.count else f"every conversation in {_inbox(backlog)} has an owner"
    text = f"Back to normal: {left}."
    return Post.of(text, [SectionBlock(text=words.markup(text))])


def _alert(backlog: Backlog, managers: Sequence[str], text: str, now: datetime) -> Post:
    if backlog.oldest_since:
        oldest = words.span(now - backlog.oldest_since)
        text += f" The oldest has waited {oldest}, since {words.date(backlog.oldest_since)}."
    if managers:
        text = f"{' '.join(words.mention(manager) for manager in managers[:_MOST_MENTIONS])} {text}"
    place = Place(queue=Queue.UNASSIGNED, filter=Filter.OPEN, inbox_id=backlog.inbox_id)
    button = ButtonElement(
        text=words.plain("Open queue"), action_id=actions.OPEN_QUEUE, value=str(backlog.inbox_id), style="primary"
    )
    blocks: list[Block] = [
        SectionBlock(text=words.markup(text)),
        ActionsBlock(block_id=place.encode("backlog"), elements=[button]),
    ]
    return Post.of(text, blocks)


def _waiting(backlog: Backlog) -> str:
    verb = "waits" if backlog.count == 1 else "wait"
    return f"{words.count(backlog.count, 'conversation')} {verb} for an owner in {_inbox(backlog)}"


def _inbox(backlog: Backlog) -> str:
    return words.escape(words.shorten(words.one_line(backlog.inbox), _LABEL))
