"""What one person, or a channel, is told that belongs to no thread. Drawn from payloads as they are stored."""

from collections.abc import Callable

from bot.blocks import health, transfers
from bot.blocks.post import Post

NOTICES: dict[str, Callable[..., Post]] = {
    "left_behind": transfers.left_behind,
    "transferred": transfers.transferred,
}


def notice(what: str, **details: object) -> Post:
    """Draw a stored payload: `notice(**payload)`. What is not in the table is a trouble."""
    drawn = NOTICES.get(what)
    return health.notice(what, **details) if drawn is None else drawn(**details)  # type: ignore[arg-type]
