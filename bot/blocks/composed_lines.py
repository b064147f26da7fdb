"""Lines that show a text to the customer which was not written in the thread, and say what became of it."""

from collections.abc import Callable
from typing import Any

from slack_sdk.models.blocks import RichTextBlock, SectionBlock

from bot.blocks import actions, said, words
from bot.blocks import body as drawn
from bot.blocks.post import Post


def _composed(*, author: str | None, body: str, **_: object) -> Post:
    return _shown(f"{said.who(author)} wrote to the customer:", body)


def _automatic(*, body: str, **_: object) -> Post:
    return _shown("Sent by itself:", body)


def _shown(headline: str, text: str) -> Post:
    blocks = [SectionBlock(text=words.markup(headline)), RichTextBlock(elements=drawn.quoted(text))]
    return Post.of(f"{headline} {words.fit(text)}", blocks)


def _composed_held(*, author: str | None = None, excerpt: str = "", **about: Any) -> Post:
    told = f"{said.to(author)}your text leaves in a few seconds. Until then you can take it back."
    return said.question(told, excerpt, [("Cancel", actions.CANCEL), ("Send now", actions.SEND_AT_ONCE)], **about)


def _dropped(*, excerpt: str = "", **_: object) -> Post:
    return said.question("This was to be sent by itself, and was not: it was more than an hour late.", excerpt, [])


LINES: dict[str, Callable[..., Post]] = {
    "composed": _composed,
    "automatic": _automatic,
    "composed_held": _composed_held,
    "dropped": _dropped,
}
