"""The modals in which managers set up an inbox: who gives out what and when somebody is there; and its alerts."""

from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    DividerBlock,
    ExternalDataSelectElement,
    InputBlock,
    NumberInputElement,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    StaticSelectElement,
)

from bot.blocks import actions, words
from bot.blocks.menu import person_option
from bot.blocks.modals import modal
from desk.inbox_settings import LONGEST_AWAY_MESSAGE, NUMBERS
from desk.team_values import InboxSettings
from storage.states import Model

WAYS_NUMBERS = ("hold_seconds", "offer_minutes")
ALERT_NUMBERS = tuple(name for name in NUMBERS if name not in WAYS_NUMBERS)
AS_MODEL, YES, NO = "as_model", "yes", "no"

_LONGEST_HOURS = 1_000
_MODELS = (
    (Model.SELF_SERVICE, "Self-service", "Any rep claims, assigns and reassigns."),
    (Model.MANAGER_ASSIGNED, "Manager-assigned", "Only managers give out what nobody owns."),
    (Model.HYBRID, "Hybrid", "As self-service, but reps marked as new do not claim."),
)
_CLAIMS = ((AS_MODEL, "As the model has it: on in self-service"), (YES, "On"), (NO, "Off"))
_NUMBERS = {
    "hold_seconds": ("Seconds a reply can be taken back", "Empty: as the bridge is set up."),
    "offer_minutes": ("Minutes until the channel is offered what waits for an owner who is away", ""),
    "alert_count": ("Tell managers when so many wait for an owner", ""),
    "alert_minutes": ("or when one has waited for so many minutes", ""),
    "alert_growth": ("or when there are so many more", "Coming in faster than they are claimed…"),
    "alert_growth_minutes": ("than so many minutes ago", ""),
    "alert_again_count": ("Tell them again when there are so many more", ""),
    "alert_again_minutes": ("or after so many minutes", ""),
    "alert_clear": ("It is over when no more than so many wait", ""),
    "escalate_minutes": ("Escalate after so many minutes in which no manager acts", ""),
    "nudge_minutes": ("Remind an owner whose customer waits after so many minutes", "0: never."),
    "nudge_managers_minutes": ("and the managers after so many minutes", "0: never."),
}


def ways(settings: InboxSettings) -> dict[str, Any]:
    """Who gives out what, and when somebody is there."""
    blocks: list[Block] = [
        _head(settings),
        _model(settings),
        _claim_on_reply(settings),
        *(_number(name, settings) for name in WAYS_NUMBERS),
        DividerBlock(),
        _typed("week", "Hours", settings.week, "Mon-Fri 09:00-17:00, Sat 10:00-14:00"),
        _typed("dates", "Other days", settings.dates, "2026-12-25 closed, 2026-12-31 09:00-12:00", multiline=True),
        _typed("timezone", "Time zone", settings.timezone, "Europe/Berlin; empty: that of most of its reps"),
        _typed(
            "away_message",
            "Text to whom writes outside these hours",
            settings.away_message,
            "Once a night, never to who has opted out. Empty: none.",
            multiline=True,
            most=LONGEST_AWAY_MESSAGE,
        ),
    ]
    return _view(actions.INBOX_MODAL, "Inbox settings", settings, blocks)


def alerts(settings: InboxSettings) -> dict[str, Any]:
    """When managers are told of what."""
    blocks: list[Block] = [
        _head(settings),
        *(_number(name, settings) for name in ALERT_NUMBERS if not name.startswith(("escalate", "nudge"))),
        _typed(
            "triage",
            "Remind managers of what nobody owns at",
            settings.triage,
            "11:00, 15:00; empty: after a quarter and three quarters of the hours; never",
        ),
        DividerBlock(),
        _number("escalate_minutes", settings),
        _escalate_to(settings),
        DividerBlock(),
        *(_number(name, settings) for name in ALERT_NUMBERS if name.startswith("nudge")),
    ]
    return _view(actions.ALERT_MODAL, "Alert settings", settings, blocks)


def _view(callback_id: str, title: str, settings: InboxSettings, blocks: list[Block]) -> dict[str, Any]:
    return modal(callback_id=callback_id, metadata=str(settings.inbox_id), title=title, submit="Save", blocks=blocks)


def _head(settings: InboxSettings) -> Block:
    return ContextBlock(elements=[words.plain(words.shorten(words.one_line(settings.inbox) or "This inbox", 150))])


def _model(settings: InboxSettings) -> InputBlock:
    options = {
        model: Option(value=model, text=words.plain(label), description=words.plain(description))
        for model, label, description in _MODELS
    }
    return InputBlock(
        block_id="model",
        label=words.plain("Who gives out conversations"),
        element=RadioButtonsElement(
            action_id="model", options=list(options.values()), initial_option=options[Model(settings.model)]
        ),
    )


def _claim_on_reply(settings: InboxSettings) -> InputBlock:
    options = {value: Option(value=value, text=words.plain(label)) for value, label in _CLAIMS}
    chosen = AS_MODEL if settings.claim_on_reply is None else YES if settings.claim_on_reply else NO
    return InputBlock(
        block_id="claim_on_reply",
        label=words.plain("Whoever first replies to an unassigned conversation owns it"),
        element=StaticSelectElement(
            action_id="claim_on_reply", options=list(options.values()), initial_option=options[chosen]
        ),
    )


def _number(name: str, settings: InboxSettings) -> InputBlock:
    label, hint = _NUMBERS[name]
    least, most = NUMBERS[name]
    value = settings.numbers[name]
    return InputBlock(
        block_id=name,
        label=words.plain(label),
        hint=words.plain(hint) if hint else None,
        optional=name == "hold_seconds",
        element=NumberInputElement(
            action_id=name,
            is_decimal_allowed=False,
            min_value=str(least),
            max_value=str(most),
            initial_value=None if value is None else str(value),
        ),
    )


def _typed(
    name: str, label: str, text: str, hint: str, *, multiline: bool = False, most: int = _LONGEST_HOURS
) -> InputBlock:
    return InputBlock(
        block_id=name,
        label=words.plain(label),
        hint=words.plain(hint),
        optional=True,
        element=PlainTextInputElement(
            action_id=name, multiline=multiline, max_length=most, initial_value=text[:most] or None
        ),
    )


def _escalate_to(settings: InboxSettings) -> InputBlock:
    to = settings.escalate_to
    return InputBlock(
        block_id="escalate_to",
        label=words.plain("Escalate to"),
        hint=words.plain("Somebody of this channel, or a channel of an inbox. Empty: nobody."),
        optional=True,
        element=ExternalDataSelectElement(
            action_id=actions.ESCALATE_TO,
            placeholder=words.plain("Nobody"),
            min_query_length=0,
            initial_option=person_option(to.user_id, to.name) if to else None,
        ),
    )
