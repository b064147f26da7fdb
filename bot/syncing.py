"""`threadline sync`: since when, how far it is, and what was found, for the person who typed it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from bot.settings import StartError

LONGEST = timedelta(days=365)

_SPAN = re.compile(r"([1-9][0-9]{0,4})([mhd])", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_INVITE = "where the bot is not. /invite it there"
_WHAT_TO_DO = {
    "is_archived": "which is archived. Unarchive it",
    "missing_scope": "as the app lacks a permission. Install it again with the scopes of manifest.yml",
}


@dataclass(slots=True)
class Missed:
    """How much had been missed, on both sides, and a sentence for each channel that could not be read."""

    texts: int = 0
    receipts: int = 0
    replies: int = 0
    edits: int = 0
    deletions: int = 0
    doubles: int = 0
    unread: list[str] = field(default_factory=list)

    def leave_out(self, refusals: dict[str, str], names: dict[str, str]) -> None:
        """Note the channels that Slack does not show: why, and what they are called, by their ids."""
        for channel_id, refusal in refusals.items():
            name = f"#{names[channel_id]}" if channel_id in names else f"the channel {channel_id}"
            self.unread.append(f"Not read: {name}, {_WHAT_TO_DO.get(refusal, _INVITE)}, then sync again.")

    def words(self, since: datetime) -> str:
        """What was found and what could not be read, as sentences."""
        return "\n".join(self.unread if self.unread and not self._found() else [self._told(since), *self.unread])

    def _found(self) -> list[str]:
        counted = (
            (self.texts, "text from a customer", "texts from customers"),
            (self.replies, "reply or note", "replies and notes"),
            (self.edits, "edit", "edits"),
            (self.deletions, "deletion", "deletions"),
            (self.receipts, "receipt", "receipts"),
            (self.doubles, "post that stood there twice", "posts that stood there twice"),
        )
        return [f"{count:,} {one if count == 1 else more}" for count, one, more in counted if count]

    def _told(self, since: datetime) -> str:
        found = self._found()
        if not found:
            return f"Nothing was missed since {since.astimezone():%Y-%m-%d %H:%M}."
        listed = " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)
        return f"Found {listed}. What is to be posted or sent leaves while `threadline serve` runs."


@dataclass(eq=False)
class Watch:
    """Bars on standard error: the numbers, the channels and the threads that are read."""

    progress: Progress = field(
        default_factory=lambda: Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=Console(stderr=True)
        )
    )
    _bars: dict[str, TaskID] = field(default_factory=dict)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the bars until the block ends."""
        with self.progress:
            yield

    def numbers(self, done: int, total: int) -> None:
        """So many of our numbers are read."""
        self._move("Twilio: numbers", done, total)

    def slack(self, what: str, done: int, total: int) -> None:
        """So many channels are looked through, or so many threads read."""
        self._move(f"Slack: {what}", done, total)

    def _move(self, what: str, done: int, total: int) -> None:
        if what not in self._bars:
            self._bars[what] = self.progress.add_task(what)
        self.progress.update(self._bars[what], completed=done, total=total)


def parse_since(text: str, now: datetime) -> datetime:
    """`2h`, `3d`, `30m`, a day or a time of this machine; raises StartError with a sentence for anything else."""
    span = _SPAN.fullmatch(text.strip())
    try:
        since = now - timedelta(**{_UNITS[span[2]]: int(span[1])}) if span else datetime.fromisoformat(text.strip())
        since = since.astimezone(UTC)
    except (ValueError, OverflowError):
        raise StartError(
            "--since is not right: write it as 30m, 2h or 3d, or as a day or a time: 2026-11-22 or 2026-11-22T08:00."
        ) from None
    if since > now:
        raise StartError("--since is not right: it lies in the future.")
    if since < now - LONGEST:
        raise StartError(f"--since is not right: {LONGEST.days} days can be read back at most.")
    return since
