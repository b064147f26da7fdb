"""Product time: what waiting, holds and reminders are measured by. Demo and tests hand over one they can move."""

from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present, in UTC."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present, in UTC."""
        return datetime.now(UTC)


def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name; UTC for one that this machine does not know, although Slack may."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return ZoneInfo("UTC")
