"""The numbers of a period as `/sms stats` tells them, each with what it means, and the chart of them.

What each person has to do is told to managers, and in counts.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from slack_sdk.models.blocks import Block, ContextBlock, HeaderBlock, SectionBlock

from bot.blocks import words
from bot.blocks.post import Post
from desk.figures import Figures, Lengths, Period, Workload
from desk.team_values import Load

USAGE = "/sms stats [today|7d|30d]"
PICTURE_FOLLOWS = "A picture of it comes to your direct messages."

_TITLES = {Period.TODAY: "Today", Period.WEEK: "Last 7 days", Period.MONTH: "Last 30 days"}
_MEANINGS = """\
*Wait*: from a text that nobody has answered until a person's reply has left that did not fail. Close ends it without \
an answer, and what is sent automatically answers nothing. Counted are the waits that began in these days.
*First response*: how long the answered waits took. *Median*: half took less.
*Without an owner*: each time a conversation came to stand open without an owner in these days, until it got one or \
was closed; those that still stand so count up to now.
*Open*, *unread*: conversations that have an owner now, and those of them with texts that the owner has not read.
Days and hours are those of your time zone in Slack."""
_MOST_LOADS = 25
_NAME = 40
_LONGEST = 150
_MOST_INBOXES = 3
_SPREAD = ("1 min", "5 min", "15 min", "30 min", "1 h", "4 h", "8 h", "1 day", "longer")
_TEXTS, _WAITS = 0, 1  # the colours of what is counted


def statistics(figures: Figures) -> Post:
    title = f"{_TITLES[figures.period]} in numbers"
    blocks: list[Block] = [
        HeaderBlock(text=words.plain(title)),
        ContextBlock(elements=[words.plain(_about(figures))]),
        SectionBlock(text=words.markup("\n".join(_said(figures)))),
    ]
    if figures.texts:
        blocks.append(SectionBlock(text=words.markup(_hours(figures.hours))))
    blocks.append(SectionBlock(text=words.markup(_load(figures.load))))
    if figures.load.each:
        blocks.append(SectionBlock(text=words.plain("\n".join(_each(figures.load.each)))))
    blocks.append(ContextBlock(elements=[words.markup(_MEANINGS)]))
    if figures.texts:
        blocks.append(ContextBlock(elements=[words.plain(PICTURE_FOLLOWS)]))
    texts, waits = words.count(figures.texts, "text"), words.count(figures.waits, "wait")
    return Post.of(f"{title}: {texts}, {figures.answered:,} of {waits} answered.", blocks)


def caption(figures: Figures) -> str:
    """What announces the picture."""
    return words.fit(f"{_TITLES[figures.period]} in numbers · {_about(figures)}")


def _about(figures: Figures) -> str:
    """Of which inboxes and days the numbers are, in plain words."""
    labels = [words.one_line(label) for label in figures.inboxes]
    inboxes = ", ".join(labels) if len(labels) <= _MOST_INBOXES else words.count(len(labels), "inbox", "inboxes")
    days = _day(figures.last_day)
    if figures.first_day != figures.last_day:
        days = f"{_day(figures.first_day)} to {days}"
    return " · ".join((days, figures.zone, words.shorten(inboxes, _LONGEST)))


def _day(day: date) -> str:
    return f"{day:%b} {day.day}"


def _said(figures: Figures) -> Iterator[str]:
    within = f" in {words.count(figures.conversations, 'conversation')}" if figures.texts else ""
    yield f"*Received*: {words.count(figures.texts, 'text')}{within}"
    waits = [f"{figures.answered:,} answered"]
    if figures.answered_by_me:
        waits[0] += f" ({figures.answered_by_me:,} by you)"
    if figures.closed:
        waits.append(f"{figures.closed:,} closed without an answer")
    if figures.waiting_since is not None:
        waits.append(f"{figures.waiting:,} still waiting, the oldest since {words.date(figures.waiting_since)}")
    yield f"*Waits*: {figures.waits:,}" + (f" · {' · '.join(waits)}" if figures.waits else "")
    if figures.response is not None:
        yield f"*First response*: {_lengths(figures.response)}"
    if figures.unassigned is not None:
        said = f"*Without an owner*: {words.count(figures.unassigned.count, 'time')} · {_lengths(figures.unassigned)}"
        if figures.standing_since is not None:
            said += f" · {figures.standing:,} still, the oldest since {words.date(figures.standing_since)}"
        yield said


def _lengths(lengths: Lengths) -> str:
    return f"median {_length(lengths.median)} · nine in ten within {_length(lengths.ninth)}"


def _length(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    return words.count(seconds, "second") if seconds < 60 else words.span(timedelta(seconds=seconds))  # noqa: PLR2004


def _hours(hours: Sequence[int]) -> str:
    """A bar for each hour of the day, and which were the busiest."""
    most = max(hours)
    busiest = hours.index(most)
    return (
        f"*Received by hour of the day*\n`00 {words.sparkline(hours)} 23`\n"
        f"busiest from {busiest:02}:00 to {busiest + 1:02}:00, with {words.count(most, 'text')}"
    )


def _load(load: Workload) -> str:
    mine, team = load.mine, load.team
    return (
        f"*Now*: {load.unowned:,} open without an owner · you own {mine.open:,} open, {mine.unread:,} unread · "
        f"all owners together {team.open:,} open, {team.unread:,} unread"
    )


def _each(loads: Sequence[Load]) -> Iterator[str]:
    for one in loads[:_MOST_LOADS]:
        name = words.shorten(words.one_line(one.name), _NAME) or "Someone"
        yield f"{name}: {one.open:,} open, {one.unread:,} unread"
    rest = loads[_MOST_LOADS:]
    if rest:
        open_, unread = sum(one.open for one in rest), sum(one.unread for one in rest)
        yield f"and {words.count(len(rest), 'more owner')}: {open_:,} open, {unread:,} unread"


def chart(figures: Figures) -> dict[str, Any]:
    """The numbers as `bot.pictures` draws them."""
    is_today = figures.period is Period.TODAY
    hours = [f"{hour:02}" for hour in range(len(figures.hours))]
    texts = [bar.texts for bar in figures.bars]
    came = _panel(
        "By hour" if is_today else "By day",
        ("Hour" if is_today else "Day", "Texts and waits"),
        [bar.label for bar in figures.bars],
        ("Texts received", _TEXTS, texts),
        ("Waits answered", _WAITS, [bar.answered for bar in figures.bars]),
    )
    by_hour = _panel("By hour of the day", ("Hour", "Texts received"), hours, ("", _TEXTS, figures.hours))
    took = _panel("First response", ("Took up to", "Waits answered"), _SPREAD, ("", _WAITS, figures.spread))
    return {
        "title": _TITLES[figures.period],
        "subtitle": words.shorten(_about(figures), 90),
        "panels": [came, *([] if is_today else [by_hour]), *([took] if figures.answered else [])],
    }


def _panel(
    title: str, axes: tuple[str, str], labels: Sequence[str], *series: tuple[str, int, Sequence[int]]
) -> dict[str, Any]:
    return {
        "title": title,
        "x": axes[0],
        "y": axes[1],
        "labels": list(labels),
        "series": [{"name": name, "colour": colour, "values": list(values)} for name, colour, values in series],
    }
