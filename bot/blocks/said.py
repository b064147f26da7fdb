"""How a line in a thread is said: as both text and blocks, about whom, and with what can be pressed."""

import re
from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, RichTextBlock, SectionBlock

from bot.blocks import body, words
from bot.blocks.post import Post
from desk.values import Attempt

_LONGEST = 2900  # of the 3,000 characters of a block, so that a remark has room behind it
_EXCERPT = 150
_ATTEMPT = re.compile(r"([A-Z0-9]{1,64}):([0-9]{1,16}\.[0-9]{1,16}):(0|[1-9][0-9]{0,8})", re.ASCII)


def who(someone: str | None) -> str:
    return words.mention(someone) if someone else "Threadline"


def to(author: str | None) -> str:
    return f"{words.mention(author)}, " if author else ""


def line(text: str) -> Post:
    """A line as both text and block; it begins with a capital unless it begins with a name."""
    text = cut(text[:1].upper() + text[1:])
    return Post.of(text, [SectionBlock(text=words.markup(text))])


def question(
    text: str,
    excerpt: str,
    buttons: list[tuple[str, str]],
    *,
    channel_id: str = "",
    ts: str = "",
    attempt: int = 0,
    **_: object,
) -> Post:
    """A line that quotes a rep's message, with buttons about this attempt to send it."""
    text = line(text).text
    blocks: list[Block] = [SectionBlock(text=words.markup(text))]
    if excerpt.strip():
        blocks.append(RichTextBlock(elements=body.quoted(words.shorten(words.one_line(excerpt), _EXCERPT))))
    if buttons:
        value = attempt_value(Attempt(channel_id, ts, attempt))
        elements = [ButtonElement(text=words.plain(label), action_id=id_, value=value) for label, id_ in buttons]
        blocks.append(ActionsBlock(elements=elements))
    return Post.of(text, blocks)


def attempt_value(attempt: Attempt) -> str:
    """A press that sends is bound to one attempt of one message."""
    return f"{attempt.channel_id}:{attempt.ts}:{attempt.number}"


def parse_attempt(value: str) -> Attempt:
    """The attempt that a press is about. It comes from outside: anything else raises ValueError."""
    found = _ATTEMPT.fullmatch(value)
    if found is None:
        raise ValueError(f"Not a message and its attempt: {value[:80]!r}")
    return Attempt(found[1], found[2], int(found[3]))


def listed(heading: str, items: Sequence[str], *, most: int, others: str = "more") -> str:
    """A heading and the first of the items below it, each whole; how many more there are is said."""
    told, named = heading, 0
    for item in items[:most]:
        if words.width(told) + words.width(item) > _LONGEST:
            break
        told, named = f"{told}\n• {item}", named + 1
    return f"{told}\n… and {len(items) - named:,} {others}" if named < len(items) else told


def cut(text: str) -> str:
    """Only what Slack would refuse is cut, and not inside an escaped character."""
    if words.width(text) <= _LONGEST:
        return text
    return re.sub(r"&[a-z]{0,3}…\Z", "…", words.shorten(text, _LONGEST))
