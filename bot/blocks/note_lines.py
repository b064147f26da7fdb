"""Lines that quote what a colleague has noted: about the contact, or in this conversation."""

from collections.abc import Callable

from slack_sdk.models.blocks import Block, RichTextBlock, SectionBlock

from bot.blocks import body as bodies
from bot.blocks import said, words
from bot.blocks.post import Post

_EXCERPT = 150


def _about(*, actor: str | None, about: str, **_: object) -> Post:
    excerpt = words.escape(words.shorten(words.one_line(about), _EXCERPT))
    if not excerpt:
        return said.line(f"{said.who(actor)} took away the note about this customer.")
    return said.line(f"{said.who(actor)} noted about this customer: {excerpt}")


def _noted(*, actor: str | None, body: str, **_: object) -> Post:
    whose = f"Note from {said.who(actor)}. The customer does not see it."
    blocks: list[Block] = [SectionBlock(text=words.markup(whose)), RichTextBlock(elements=bodies.quoted(body))]
    return Post.of(f"{whose} {words.fit(body)}", blocks)


LINES: dict[str, Callable[..., Post]] = {"about": _about, "noted": _noted}
