"""What message shortcuts ask, each in a modal. The conversation is in `private_metadata`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import Block, ContextBlock, InputBlock, PlainTextInputElement

from bot.blocks import actions, card, words
from bot.blocks.menu import assignee_menu
from bot.blocks.modals import modal
from bot.blocks.place import Place
from bot.blocks.whispers import close_question
from desk.notes import LONGEST
from desk.values import Card

_CONTACT = 150


def assign(shown: Card) -> dict[str, Any]:
    """The menu of the card."""
    menu = InputBlock(
        block_id=assign_block(shown.conversation_id),
        label=words.plain("Owner"),
        element=assignee_menu(shown.assignee_id, shown.assignee_name),
    )
    blocks = [ContextBlock(elements=[words.plain(words.shorten(card.contact(shown), _CONTACT))]), menu]
    return _modal(actions.ASSIGN_MODAL, shown.conversation_id, "Assign", "Assign", blocks)


def assign_block(conversation_id: int) -> str:
    """The id of the menu's block, which says what it is about when Slack asks for the menu's entries."""
    return Place(conversation_id=conversation_id).encode("assign")


def close(conversation_id: int, contact: str, waiting_since: datetime) -> dict[str, Any]:
    """Asks once more while the customer waits."""
    _, blocks = close_question(contact, waiting_since)
    return _modal(actions.CLOSE_MODAL, conversation_id, "Close", "Close anyway", blocks)


def note(shown: Card) -> dict[str, Any]:
    """Asks for a note, which stands in the thread then."""
    text = InputBlock(
        block_id=actions.NOTE_BLOCK,
        label=words.plain("Note"),
        hint=words.plain("It stands in the thread with your name. The customer never sees it."),
        element=PlainTextInputElement(action_id=actions.NOTE, multiline=True, max_length=LONGEST, focus_on_load=True),
    )
    blocks = [ContextBlock(elements=[words.plain(words.shorten(card.contact(shown), _CONTACT))]), text]
    return _modal(actions.NOTE_MODAL, shown.conversation_id, "Note", "Keep note", blocks)


def _modal(callback_id: str, conversation_id: int, title: str, submit: str, blocks: Sequence[Block]) -> dict[str, Any]:
    return modal(
        callback_id=callback_id, metadata=str(conversation_id), title=title, submit=submit, blocks=list(blocks)
    )
