"""The card: the root of a conversation's thread, always drawn whole from the row.

The owner stands here by name and not as a mention: drawing a card pings nobody. A line in the thread does that.
"""

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    ExternalDataSelectElement,
    HeaderBlock,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    RichTextBlock,
    SectionBlock,
    TextObject,
)

from bot.blocks import actions, body, snooze, words
from bot.blocks.menu import SOMEBODY, assignee_menu
from bot.blocks.place import Place
from bot.blocks.post import Post
from desk.values import Card

OPTED_OUT = "Texted STOP: replies are not sent until they text START."

_HEADLINE = 150
_FACT = 200
_ABOUT = 150
_LABELS = 400


def card(card: Card) -> Post:
    blocks: list[Block] = [
        HeaderBlock(text=words.plain(words.shorten(contact(card), _HEADLINE))),
        ContextBlock(elements=facts(card)),
    ]
    if card.opening is not None:
        blocks.append(
            RichTextBlock(elements=body.quoted(card.opening, card.opening_pictures, recovered=card.opening_recovered))
        )
    if card.labels:
        labels = words.shorten(words.one_line(", ".join(card.labels)), _LABELS)
        blocks.append(ContextBlock(elements=[words.plain(f"🏷 {labels}")]))
    if card.about:
        blocks.append(ContextBlock(elements=[words.plain(f"📝 {words.shorten(words.one_line(card.about), _ABOUT)}")]))
    if card.opted_out:
        blocks.append(SectionBlock(text=words.plain(OPTED_OUT)))
    links = [
        words.markup(f"<{words.escape(url)}|{label}>")
        for url, label in ((card.earlier_url, "Earlier thread"), (card.later_url, "Continued in a later thread"))
        if url
    ]
    if links:
        blocks.append(ContextBlock(elements=links))
    place = Place(conversation_id=card.conversation_id, revision=card.revision)
    blocks.append(ActionsBlock(block_id=place.encode("card"), elements=_actions(card)))
    return Post.of(words.fit(_sentence(card)), blocks)


def contact(card: Card) -> str:
    return words.one_line(card.contact) or words.one_line(card.number) or "Unknown number"


def facts(card: Card) -> list[TextObject]:
    told: list[TextObject] = [words.markup(_status(card))]
    if words.one_line(card.number) not in ("", contact(card)):
        told.append(_fact(card.number))
    told.append(_fact(f"to {card.inbox}"))
    if (card.is_open or card.is_snoozed) and card.waiting_since:
        told.append(words.markup(f"waiting since {words.date(card.waiting_since)}"))
    told.append(_fact(f"Owner: {card.assignee_name or SOMEBODY}" if card.assignee_id else "No owner"))
    return told


def _fact(text: str) -> PlainTextObject:
    return words.plain(words.shorten(words.one_line(text), _FACT))


def _status(card: Card) -> str:
    if card.is_open:
        return "🟢 *Open*"
    if card.is_snoozed:
        return f"💤 Snoozed {snooze.until(card.snoozed_until)}"
    return f"⚪ Closed {words.date(card.closed_at)}" if card.closed_at else "⚪ Closed"


def _actions(card: Card) -> list[ButtonElement | ExternalDataSelectElement | OverflowMenuElement]:
    elements: list[ButtonElement | ExternalDataSelectElement | OverflowMenuElement] = [
        assignee_menu(card.assignee_id, card.assignee_name)
    ]
    if card.is_open and card.assignee_id is None:
        elements.append(ButtonElement(text=words.plain("Claim"), action_id=actions.CLAIM, style="primary"))
    if not card.is_open:
        elements.append(ButtonElement(text=words.plain("Reopen"), action_id=actions.REOPEN))
    if card.is_open or card.is_snoozed:
        elements.append(ButtonElement(text=words.plain("Close"), action_id=actions.CLOSE))
    elements.append(_more(card))
    return elements


def _more(card: Card) -> OverflowMenuElement:
    entries = []
    if card.assignee_id:
        entries.append(("Release", actions.RELEASE))
        entries.append(("Mark read", actions.MARK_READ) if card.unread else ("Mark unread", actions.MARK_UNREAD))
    entries += [("History", actions.HISTORY), ("Name", actions.RENAME), ("More", actions.DETAILS)]
    return OverflowMenuElement(
        action_id=actions.MORE,
        options=[Option(text=words.plain(label), value=value) for label, value in entries],
    )


def _sentence(card: Card) -> str:
    if not card.is_open:
        return f"Conversation with {contact(card)}, {'snoozed' if card.is_snoozed else 'closed'}."
    if card.opening is None:
        return f"Conversation with {contact(card)} continues here."
    return f"New text from {contact(card)}: {body.spoken(card.opening, card.opening_pictures)}"
