"""What a customer wrote after the card: replies in its thread."""

from collections.abc import Sequence
from itertools import chain

from slack_sdk.models.blocks import Block, RichTextBlock, RichTextElement, SectionBlock

from bot.blocks import body, words
from bot.blocks.post import Post
from desk.values import Text

MOST_TEXTS = 40  # texts to merge into one post, so that each has a block of its own and Slack takes the whole

_NAME = 75


def texts(items: Sequence[Text], contact: str, mention: str | None = None) -> Post:
    """Texts that go out as one post, in order and each on its own. `mention` is the owner to be pinged."""
    if not items:
        raise ValueError("A post needs a text to show")
    blocks: list[Block] = []
    who = words.one_line(contact) or "the customer"
    said = words.fit("\n".join(body.spoken(item.body, item.pictures) for item in items))
    headline = f"{words.escape(words.shorten(who, _NAME))}: "
    if mention:
        new = "new text" if len(items) == 1 else f"{len(items):,} new texts"
        headline = f"{words.mention(mention)} {new} from {headline}"
        blocks.append(SectionBlock(text=words.markup(f"{words.mention(mention)} {new}")))
    drawn = [body.quoted(item.body, item.pictures, recovered=item.recovered) for item in items]
    blocks += [RichTextBlock(elements=elements) for elements in _shared(drawn)]
    return Post.of(headline + said, blocks)


def _shared(drawn: list[list[RichTextElement]]) -> list[list[RichTextElement]]:
    """One block for each text; when there are more of them than a message holds, neighbours share one."""
    each = -(-len(drawn) // MOST_TEXTS)
    return [list(chain.from_iterable(drawn[start : start + each])) for start in range(0, len(drawn), each)]
