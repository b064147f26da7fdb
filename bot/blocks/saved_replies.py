"""The modal that sends a saved reply, and the one that saves, or changes, one."""

import json
from collections.abc import Sequence
from typing import Any
from zlib import crc32

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ConfirmObject,
    ExternalDataSelectElement,
    InputBlock,
    Option,
    PlainTextInputElement,
)

from bot.blocks import actions, words
from bot.blocks.modals import modal
from bot.blocks.new import LONGEST_TYPED
from bot.blocks.place import Place
from desk.saved_replies import LONGEST_NAME, Offer, Saved

_OPTION = 75
_CONTACT = 150


def saved_replies(conversation_id: int, contact: str, saved: Saved | None = None) -> dict[str, Any]:
    """The menu, and the text of the one that was chosen, to be changed before it is sent.

    Slack goes on showing what was chosen and typed in a block until its id changes, so the ids change with it.
    """
    text = saved.filled if saved else ""
    block_id = f"{actions.SAVED_TEXT}:{saved.id if saved else 0}:{crc32(text.encode())}"
    place = Place(conversation_id=conversation_id)
    kind = f"saved-{saved.id}-{crc32(saved.name.encode())}" if saved else "saved"
    who = words.shorten(words.one_line(contact), _CONTACT) or "this contact"
    elements: list[ExternalDataSelectElement | ButtonElement] = [
        ExternalDataSelectElement(
            action_id=actions.SAVED_REPLY,
            placeholder=words.plain("Find a saved reply"),
            min_query_length=0,
            initial_option=_option(saved.id, saved.name) if saved else None,
        ),
        ButtonElement(text=words.plain("Save as new…"), action_id=actions.SAVED_NEW),
    ]
    if saved:
        elements.append(ButtonElement(text=words.plain("Edit"), action_id=actions.SAVED_EDIT))
        elements.append(
            ButtonElement(
                text=words.plain("Delete"),
                action_id=actions.SAVED_DELETE,
                style="danger",
                confirm=ConfirmObject(
                    title=words.plain("Delete this saved reply?"),
                    text=words.plain("Nobody in this inbox can use it any more."),
                    confirm=words.plain("Delete"),
                    deny=words.plain("Keep"),
                ),
            )
        )
    return modal(
        callback_id=actions.SAVED_MODAL,
        metadata=json.dumps([conversation_id, saved.id if saved else None, block_id]),
        title="Saved replies",
        submit="Send",
        blocks=[
            ActionsBlock(block_id=place.encode(kind), elements=elements),
            InputBlock(
                block_id=block_id,
                label=words.plain(f"Text to {who}"),
                hint=words.plain("What you change here is sent, and not saved."),
                element=PlainTextInputElement(
                    action_id=actions.SAVED_TEXT,
                    initial_value=text[:LONGEST_TYPED] or None,
                    multiline=True,
                    max_length=LONGEST_TYPED,
                ),
            ),
        ],
    )


def parse(metadata: str) -> tuple[int, int | None, str]:
    """The conversation, the saved reply that was chosen, and the block of its text."""
    conversation_id, reply_id, block_id = json.loads(metadata)
    return int(conversation_id), None if reply_id is None else int(reply_id), str(block_id)


def options(offers: Sequence[Offer]) -> list[dict[str, Any]]:
    """What Slack is answered when it asks for the menu's entries."""
    return [_option(one.id, one.name, one.begin).to_dict() for one in offers]


def _option(reply_id: int, name: str, begin: str = "") -> Option:
    begin = words.shorten(words.one_line(begin), _OPTION)
    return Option(
        text=words.plain(words.shorten(words.one_line(name), _OPTION) or "A saved reply"),
        value=str(reply_id),
        description=words.plain(begin) if begin else None,
    )


def saving(conversation_id: int, reply_id: int | None, name: str = "", body: str = "") -> dict[str, Any]:
    """Ask for name and text of one that is to be saved; `reply_id` is that which is changed."""
    return modal(
        callback_id=actions.SAVING_MODAL,
        metadata=json.dumps([conversation_id, reply_id]),
        title="Edit saved reply" if reply_id is not None else "New saved reply",
        submit="Save",
        blocks=[
            InputBlock(
                block_id=actions.SAVING_NAME,
                label=words.plain("Name"),
                hint=words.plain("Everybody in this inbox finds it by this name. Customers never see it."),
                element=PlainTextInputElement(
                    action_id=actions.SAVING_NAME,
                    initial_value=words.shorten(words.one_line(name), LONGEST_NAME) or None,
                    max_length=LONGEST_NAME,
                ),
            ),
            InputBlock(
                block_id=actions.SAVING_TEXT,
                label=words.plain("Text"),
                hint=words.plain("{name} stands for the customer's name, and goes with its comma if there is none."),
                element=PlainTextInputElement(
                    action_id=actions.SAVING_TEXT,
                    initial_value=body[:LONGEST_TYPED] or None,
                    multiline=True,
                    max_length=LONGEST_TYPED,
                ),
            ),
        ],
    )


def parse_saving(metadata: str) -> tuple[int, int | None]:
    """The conversation from which it is saved, and which one is changed."""
    conversation_id, reply_id = json.loads(metadata)
    return int(conversation_id), None if reply_id is None else int(reply_id)
