"""Lines in a thread: who changed what, and what became of a reply. Drawn from payloads as they are stored.

A new line is a function and its entry in the LINES of its file.
"""

from collections.abc import Callable

from bot.blocks import (
    composed_lines,
    note_lines,
    ownership_lines,
    presence,
    reply_lines,
    snooze_lines,
    team_lines,
    waiting_lines,
)
from bot.blocks.post import Post

LINES: dict[str, Callable[..., Post]] = {
    **composed_lines.LINES,
    **note_lines.LINES,
    **ownership_lines.LINES,
    **presence.LINES,
    **reply_lines.LINES,
    **snooze_lines.LINES,
    **team_lines.LINES,
    **waiting_lines.LINES,
}


def line(what: str, *, actor: str | None = None, **details: object) -> Post:
    """Draw a stored payload: `line(**payload)`. KeyError for a line nobody knows."""
    return LINES[what](actor=actor, **details)
