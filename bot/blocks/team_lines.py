"""Lines about colleagues: who answered beside whom."""

from collections.abc import Callable
from typing import Any

from bot.blocks import actions, said, words
from bot.blocks.post import Post


def _just_answered(*, colleague: str | None, seconds: int, excerpt: str = "", **about: Any) -> Post:
    told = (
        f"{said.who(colleague)} has just answered here, too. "
        f"Yours waits {words.count(seconds, 'second')}: is it still needed?"
    )
    return said.question(told, excerpt, [("Cancel", actions.CANCEL), ("Send now", actions.SEND_AT_ONCE)], **about)


def _helped(*, owner: str, colleague: str, **_: object) -> Post:
    return said.line(f"{said.to(owner)}{words.escape(words.shorten(words.one_line(colleague), 80))} answered here.")


LINES: dict[str, Callable[..., Post]] = {
    "just_answered": _just_answered,
    "helped": _helped,
}
