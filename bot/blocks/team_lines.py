"""Lines about colleagues: who answered beside whom, and what changed its owner together with others."""

from collections.abc import Callable
from typing import Any

from slack_sdk.models.blocks import Block, RichTextBlock, SectionBlock

from bot.blocks import actions, body, said, words
from bot.blocks.post import Post
from desk.leaving import DEACTIVATED, GUEST

_LEFT = {DEACTIVATED: "'s account is deactivated", GUEST: " is a guest now"}


def _just_answered(*, colleague: str | None, seconds: int, excerpt: str = "", **about: Any) -> Post:
    told = (
        f"{said.who(colleague)} has just answered here, too. "
        f"Yours waits {words.count(seconds, 'second')}: is it still needed?"
    )
    return said.question(told, excerpt, [("Cancel", actions.CANCEL), ("Send now", actions.SEND_AT_ONCE)], **about)


def _helped(*, owner: str, colleague: str, **_: object) -> Post:
    return said.line(f"{said.to(owner)}{words.escape(words.shorten(words.one_line(colleague), 80))} answered here.")


def _handed_off(
    *, actor: str | None, before: str | None, after: str | None = None, note: str = "", **_: object
) -> Post:
    whose = f" from {said.who(before)}" if before and before != actor else ""
    if after:
        return _noted(f"{said.who(actor)} handed this off{whose} to {said.who(after)}.", note)
    return _noted(f"{said.who(actor)} handed this off{whose}: it waits for a new owner.", note)


def _distributed(*, actor: str | None, after: str | None = None, note: str = "", **_: object) -> Post:
    return _noted(f"{said.who(actor)} gave this to {said.who(after)}.", note)


def _left_behind(*, before: str, why: str = "", **_: object) -> Post:
    gone = _LEFT.get(why, " is no longer in this channel")
    return said.line(f"{said.who(before)}{gone}, so this waits for a new owner.")


def _noted(text: str, note: str) -> Post:
    """A line with what was said with it, exactly as it was typed: names in it ping nobody."""
    line = said.line(text)
    if not note.strip():
        return line
    blocks: list[Block] = [SectionBlock(text=words.markup(line.text)), RichTextBlock(elements=body.quoted(note))]
    return Post.of(line.text, blocks)


LINES: dict[str, Callable[..., Post]] = {
    "just_answered": _just_answered,
    "helped": _helped,
    "handed_off": _handed_off,
    "distributed": _distributed,
    "left_behind": _left_behind,
}
