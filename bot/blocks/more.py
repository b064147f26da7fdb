"""What a conversation's `More` opens: its labels, the note about the contact, and what is done less often."""

import json
from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    ExternalDataMultiSelectElement,
    HeaderBlock,
    InputBlock,
    Option,
    PlainTextInputElement,
)

from bot.blocks import actions, card, words
from bot.blocks.modals import modal
from bot.blocks.place import Place
from desk.details import LONGEST_ABOUT, LONGEST_LABEL, MOST_LABELS, Shown, digest
from desk.values import Card

_HEADLINE = 150


def more(shown: Card) -> dict[str, Any]:
    """Labels and note are kept with `Save`; what they were when they were shown is in `private_metadata`."""
    place = Place(conversation_id=shown.conversation_id)
    blocks: list[Block] = [
        HeaderBlock(text=words.plain(words.shorten(card.contact(shown), _HEADLINE))),
        ContextBlock(elements=card.facts(shown)),
    ]
    blocks += [
        ActionsBlock(block_id=place.encode("more"), elements=_buttons(shown)),
        InputBlock(
            block_id=labels_block(shown.conversation_id),
            label=words.plain("Labels"),
            hint=words.plain(f"At most {MOST_LABELS}, of up to {LONGEST_LABEL} characters each."),
            optional=True,
            element=ExternalDataMultiSelectElement(
                action_id=actions.LABELS,
                placeholder=words.plain("Find or add a label"),
                min_query_length=0,
                max_selected_items=MOST_LABELS,
                initial_options=[_option(name, name) for name in shown.labels[:MOST_LABELS]] or None,
            ),
        ),
        InputBlock(
            block_id=actions.ABOUT_BLOCK,
            label=words.plain("Note about this customer"),
            hint=words.plain("Your colleagues in this channel see it on the card. The customer never does."),
            optional=True,
            element=PlainTextInputElement(
                action_id=actions.ABOUT,
                initial_value=shown.about[:LONGEST_ABOUT] or None,
                multiline=True,
                max_length=LONGEST_ABOUT,
            ),
        ),
    ]
    return modal(
        callback_id=actions.MORE_MODAL,
        metadata=json.dumps([shown.conversation_id, digest(shown.about), *shown.labels], ensure_ascii=False),
        title="Conversation",
        submit="Save",
        blocks=blocks,
    )


def labels_block(conversation_id: int) -> str:
    """The id of the labels' block, which says what they are about when Slack asks for the menu's entries."""
    return Place(conversation_id=conversation_id).encode("labels")


def parse_metadata(metadata: str) -> tuple[int, Shown]:
    """The conversation, and what of it was shown."""
    conversation_id, about, *labels = json.loads(metadata)
    return int(conversation_id), Shown(labels=tuple(labels), about=about)


def label_options(known: Sequence[str], new: str) -> list[dict[str, Any]]:
    """What Slack is answered when it asks for the menu's entries."""
    offered = [_option(name, name) for name in known]
    if new:
        offered.append(_option(f"Add “{new}”", new))
    return [option.to_dict() for option in offered]


def _option(text: str, name: str) -> Option:
    return Option(text=words.plain(text), value=name)


def _buttons(shown: Card) -> list[ButtonElement]:
    """What is closed is not snoozed."""
    buttons = [ButtonElement(text=words.plain("Saved replies"), action_id=actions.SAVED_REPLIES)]
    if shown.is_open or shown.is_snoozed:
        buttons.insert(0, ButtonElement(text=words.plain("Snooze"), action_id=actions.SNOOZE))
    return buttons
