"""Lines in a thread: who changed what, and what became of a reply. Drawn from payloads as they are stored.

A new line is a function and its entry in the LINES of its file.
"""

from collections.abc import Callable

from bot.blocks import composed_lines, note_lines, ownership_lines, reply_lines, snooze_lines, team_lines
from bot.blocks.post import Post

LINES: dict[str, Callable[..., Post]] = {
    **ownership_lines.LINES,
    **reply_lines.LINES,
    **composed_lines.LINES,
    **team_lines.LINES,
    **note_lines.LINES,
    **snooze_lines.LINES,
}


def line(what: str, *, actor: str | None = None, **details: object) -> Post:
    """Draw a stored payload: `line(**payload)`. KeyError for a line nobody knows."""
    return LINES[what](actor=actor, **details)
