"""A customer's text, drawn as rich text: exact, without markup, its links clickable.

Rich text elements are literal for Slack: nothing in them is escaped, parsed or turned into emoji. A customer's words
always stand in a quote, so that a text that looks like one of our lines is not mistaken for one.
"""

import re
from collections.abc import Iterator

from slack_sdk.models.blocks import (
    RichTextElement,
    RichTextElementParts,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from bot.blocks import words

EMPTY = "(empty text)"
RECOVERED = "Recovered: this text reached us late and may be out of order"

_LINK = re.compile(
    r"""(?<![\w@/.:-])https?://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?::[0-9]{1,5})?(?![\w@-]|\.\w)"""
    r"""(?:[/?#][^\s<>"`]*)?""",
    re.IGNORECASE | re.ASCII,
)
_AFTER_LINK = ".,;:!?'…"
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_ELEMENT = 2500  # characters of one text element


def spoken(body: str, pictures: int = 0) -> str:
    """A text in words, for notifications and screen readers; not escaped."""
    parts = [body.strip()] if body.strip() else []
    if pictures:
        parts.append(words.pictures(pictures))
    return "\n".join(parts) or EMPTY


def quoted(body: str, pictures: int = 0, *, recovered: bool = False) -> list[RichTextElement]:
    """The elements of a `RichTextBlock`: the words in a quote, then what else there is to say about them."""
    elements: list[RichTextElement] = []
    if body.strip():
        elements.append(RichTextQuoteElement(elements=list(_exact(body))))
    elif not pictures:
        elements.append(_remark(EMPTY))
    if pictures:
        elements.append(_remark(words.pictures(pictures)))
    if recovered:
        elements.append(_remark(RECOVERED))
    return elements


def _remark(text: str) -> RichTextSectionElement:
    style = RichTextElementParts.TextStyle(italic=True)
    return RichTextSectionElement(elements=[RichTextElementParts.Text(text=text, style=style)])


def _exact(body: str) -> Iterator[RichTextElement]:
    done = 0
    for found in _LINK.finditer(body):
        url = _without_punctuation(found.group())
        if not url.isprintable():
            continue
        yield from _text(body[done : found.start()])
        yield RichTextElementParts.Link(url=url)
        done = found.start() + len(url)
    yield from _text(body[done:])


def _text(text: str) -> Iterator[RichTextElement]:
    for start in range(0, len(text), _ELEMENT):
        yield RichTextElementParts.Text(text=text[start : start + _ELEMENT])


def _without_punctuation(url: str) -> str:
    """What ends a sentence or closes a bracket around a link is not part of it."""
    while url[-1] in _AFTER_LINK or (url[-1] in _BRACKETS and url.count(url[-1]) > url.count(_BRACKETS[url[-1]])):
        url = url[:-1]
    return url
