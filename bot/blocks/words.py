"""Our own words around other people's: escaping, mentions, dates and lengths.

What comes from outside is drawn as `plain`, as rich text (see `body`), or escaped: it never pings and never formats.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from slack_sdk.models.blocks import MarkdownTextObject, PlainTextObject

_ID = re.compile(r"[UWS][A-Z0-9]+")
_NOTIFICATION_BYTES = 3500  # `chat.update` refuses a top-level text over 4,000 bytes
_WIDE = 0xFFFF
_BARS = "▁▂▃▄▅▆▇█"


def escape(text: str) -> str:
    """The three characters that Slack reads as markup, and no others: it decodes no further entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> PlainTextObject:
    """Text exactly as given: `:smile:`, `*stars*` and `<!channel>` stay what they are."""
    return PlainTextObject(text=text, emoji=False)


def markup(text: str) -> MarkdownTextObject:
    """Text in Slack's markup; verbatim, so that an `@here` or `#channel` without brackets stays plain."""
    return MarkdownTextObject(text=text, verbatim=True)


def one_line(text: str) -> str:
    return " ".join(text.split())


def width(text: str) -> int:
    """The length in UTF-16 units: never less than what Slack counts, whichever way it counts."""
    return sum(2 if ord(character) > _WIDE else 1 for character in text)


def shorten(text: str, limit: int) -> str:
    """`text` in at most `limit` UTF-16 units, with an ellipsis where something is missing."""
    if width(text) <= limit:
        return text
    room = limit - 1
    kept: list[str] = []
    for character in text:
        room -= width(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip(" \u200d\ufe0f") + "…"


def fit(text: str) -> str:
    """`text` escaped for the top level of a message, as long as both posting and updating take it."""
    room = _NOTIFICATION_BYTES
    kept: list[str] = []
    for character in text:
        escaped = escape(character)
        room -= len(escaped.encode("utf-8", "replace"))
        if room < 0:
            return "".join(kept).rstrip() + "…"
        kept.append(escaped)
    return "".join(kept)


def mention(someone: str) -> str:
    """A user, or a user group (its id begins with S), as Slack shows and pings them."""
    if not _ID.fullmatch(someone):
        return escape(shorten(one_line(someone), 80))
    return f"<!subteam^{someone}>" if someone.startswith("S") else f"<@{someone}>"


def date(at: datetime) -> str:
    """A moment that each reader's Slack writes in their own time zone, so that it need not be redrawn."""
    fallback = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{fallback}>"


def count(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def span(length: timedelta) -> str:
    """A duration in words, in its largest unit or two: `27 minutes`, `2 hours 5 minutes`, `3 days`."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes < 1:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = [count(n, noun) for n, noun in ((days, "day"), (hours, "hour"), (minutes, "minute")) if n]
    return " ".join(units[:2]) if not days else " ".join(units[: 1 + bool(hours)])


def pictures(number: int) -> str:
    return "The customer sent a picture" if number == 1 else f"The customer sent {number:,} pictures"


def sparkline(counts: Sequence[int]) -> str:
    """A bar for each number: only the largest is full, and only nought is as low as can be."""
    most, full = max(counts, default=0), len(_BARS) - 1
    return "".join(_BARS[full + (count - most) * (full - 1) // max(most - 1, 1) if count else 0] for count in counts)
