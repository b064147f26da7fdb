"""What managers are told in the channel about a backlog."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    Option,
    SectionBlock,
    StaticSelectElement,
)

from bot.blocks import actions, words
from bot.blocks.place import Place
from bot.blocks.post import Post
from desk.alerts import FOR_AN_HOUR, TREND_STEP, UNTIL_OPENING
from desk.team_values import Alert, Load
from desk.values import Backlog

_MOST_MENTIONS = 50
_LABEL = 150
_NAME = 40


def alert(shown: Alert, managers: Sequence[str], *, revision: int = 0) -> Post:
    """The one post about a backlog as long as it lasts; `revision` changes with every drawing."""
    backlog = shown.backlog
    text = _to(managers, f"{_waiting(backlog)}.{_since(backlog)}{_growth(shown)}")
    blocks: list[Block] = [SectionBlock(text=words.markup(text)), ContextBlock(elements=[words.markup(_trend(shown))])]
    if shown.loads:
        blocks.append(ContextBlock(elements=[words.plain(_loads(shown.loads, shown.others))]))
    blocks += [ContextBlock(elements=[words.markup(line)]) for line in _doings(shown)]
    blocks.append(_buttons(backlog.inbox_id, revision))
    return Post.of(text, blocks)


def over(backlog: Backlog, *, left: int | None = None) -> Post:
    """What stands in its place once it is over, and the line below it. `left` is how many there were then."""
    count = backlog.count if left is None else left
    still = _waits(count, backlog) if count else f"every conversation in {_inbox(backlog)} has an owner"
    return _line(f"Back to normal: {still}.")


def again(backlog: Backlog, managers: Sequence[str], now: datetime, *, before: int) -> Post:
    """A reminder below it; `before` is how many there were when it was last said."""
    if backlog.count > before:
        said = f"{_waiting(backlog)}, {backlog.count - before:,} more than last time."
    else:
        said = f"Still: {_waiting(backlog)}."
    return _line(_to(managers, said + _oldest(backlog, now)))


def escalated(backlog: Backlog, now: datetime, *, to: Sequence[str], minutes: int, url: str | None) -> Post:
    """Nobody has done anything: told to somebody else, below the alert or, with its `url`, in another channel."""
    idle = words.span(timedelta(minutes=minutes))
    said = f"Nobody has looked after this for {idle}: {_waiting(backlog)}.{_oldest(backlog, now)}"
    if url is not None:
        said += f" <{url}|Open the alert>"
    return _line(_to([one for one in to if not one.startswith(("C", "G"))], said))


def triage(backlog: Backlog, managers: Sequence[str], now: datetime) -> Post:
    """A reminder at its time of day that something waits, though not too much."""
    text = _to(managers, f"Time to give out what is new: {_waiting(backlog)}.{_oldest(backlog, now)}")
    buttons = ActionsBlock(block_id=_block(backlog.inbox_id), elements=_openers(backlog.inbox_id))
    return Post.of(text, [SectionBlock(text=words.markup(text)), buttons])


def _line(text: str) -> Post:
    return Post.of(text, [SectionBlock(text=words.markup(text))])


def _to(managers: Sequence[str], text: str) -> str:
    return " ".join([*(words.mention(manager) for manager in managers[:_MOST_MENTIONS]), text])


def _buttons(inbox_id: int, revision: int) -> ActionsBlock:
    snooze = StaticSelectElement(
        action_id=actions.SNOOZE_ALERT,
        placeholder=words.plain("Snooze"),
        options=[
            Option(value=FOR_AN_HOUR, text=words.plain("For an hour")),
            Option(value=UNTIL_OPENING, text=words.plain("Until we open tomorrow")),
        ],
    )
    on_it = ButtonElement(text=words.plain("I'm on it"), action_id=actions.ON_IT, value=str(inbox_id))
    return ActionsBlock(block_id=_block(inbox_id, revision), elements=[*_openers(inbox_id), on_it, snooze])


def _openers(inbox_id: int) -> list[ButtonElement]:
    return [
        ButtonElement(
            text=words.plain("Open queue"), action_id=actions.OPEN_QUEUE, value=str(inbox_id), style="primary"
        ),
        ButtonElement(text=words.plain("Distribute"), action_id=actions.DISTRIBUTE, value=str(inbox_id)),
    ]


def _block(inbox_id: int, revision: int = 0) -> str:
    return Place(inbox_id=inbox_id, revision=revision).encode("alert")


def _trend(shown: Alert) -> str:
    span = words.span(len(shown.trend) * TREND_STEP)
    return f"`{words.sparkline(shown.trend)}`  in the last {span}, {max(shown.trend, default=0):,} at most"


def _growth(shown: Alert) -> str:
    if not shown.backlog.growth:
        return ""
    return f" It has grown by {shown.backlog.growth:,} in the last {words.span(shown.growth_span)}."


def _loads(loads: Sequence[Load], others: int) -> str:
    """Counts only: what somebody owns is theirs to list."""
    told = [
        f"{words.shorten(words.one_line(load.name), _NAME)} {load.open:,}"
        + (f" ({load.unread:,} unread)" if load.unread else "")
        for load in loads
    ]
    if others:
        told.append(words.count(others, "other") + f" with {loads[-1].open:,} or fewer")
    return f"Open per rep: {' · '.join(told)}"


def _doings(shown: Alert) -> list[str]:
    told = []
    if shown.acted_by and shown.acted_at:
        told.append(f"{words.mention(shown.acted_by)} is on it, since {words.date(shown.acted_at)}.")
    if shown.escalated_to and shown.escalated_at:
        who = shown.escalated_to
        channel = f"<#{who}>" if who.startswith(("C", "G")) else words.mention(who)
        told.append(f"{channel} was told, {words.date(shown.escalated_at)}.")
    if shown.snoozed_by and shown.snoozed_until:
        told.append(f"{words.mention(shown.snoozed_by)} has snoozed this until {words.date(shown.snoozed_until)}.")
    return told


def _since(backlog: Backlog) -> str:
    return f" The oldest has waited since {words.date(backlog.oldest_since)}." if backlog.oldest_since else ""


def _oldest(backlog: Backlog, now: datetime) -> str:
    if backlog.oldest_since is None:
        return ""
    oldest = words.span(now - backlog.oldest_since)
    return f" The oldest has waited {oldest}, since {words.date(backlog.oldest_since)}."


def _waiting(backlog: Backlog) -> str:
    return _waits(backlog.count, backlog)


def _waits(count: int, backlog: Backlog) -> str:
    verb = "waits" if count == 1 else "wait"
    return f"{words.count(count, 'conversation')} {verb} for an owner in {_inbox(backlog)}"


def _inbox(backlog: Backlog) -> str:
    return words.escape(words.shorten(words.one_line(backlog.inbox), _LABEL))
