"""Until when a conversation is snoozed, in words, and the modal that asks."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from slack_sdk.models.blocks import DateTimePickerElement, InputBlock, Option, RadioButtonsElement

from bot.blocks import actions, words
from bot.blocks.modals import modal

UNTIL_TEXT = "until the customer writes"


def until(at: datetime | None) -> str:
    return f"until {words.date(at)}" if at else UNTIL_TEXT


def snooze(conversation_id: int, moments: Sequence[tuple[str, datetime]], timezone: tzinfo) -> dict[str, Any]:
    """Offers some moments, any other, and the contact's next text. The conversation is in `private_metadata`."""
    offered = [
        Option(
            text=words.plain(label),
            description=words.plain(_by_the_clock(at.astimezone(timezone))),
            value=str(int(at.timestamp())),
        )
        for label, at in moments
    ]
    text = Option(text=words.plain("When the customer writes"), value=actions.SNOOZE_TEXT)
    return modal(
        callback_id=actions.SNOOZE_MODAL,
        metadata=str(conversation_id),
        title="Snooze",
        submit="Snooze",
        blocks=[
            InputBlock(
                block_id=actions.SNOOZE_BLOCK,
                label=words.plain("Bring it back"),
                optional=True,
                element=RadioButtonsElement(action_id=actions.SNOOZE_CHOICE, options=[*offered, text]),
            ),
            InputBlock(
                block_id=actions.SNOOZE_TIME_BLOCK,
                label=words.plain("Or at another time"),
                hint=words.plain("A time here counts instead of the choice above. A text brings it back earlier."),
                optional=True,
                element=DateTimePickerElement(action_id=actions.SNOOZE_TIME),
            ),
        ],
    )


def _by_the_clock(at: datetime) -> str:
    return f"{at:%A}, {at.day} {at:%B}, {at:%H:%M}"
