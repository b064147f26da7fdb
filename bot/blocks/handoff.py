"""The modal in which conversations are handed off: one's own, all or some; for managers, anybody's by number."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ContextBlock,
    ExternalDataMultiSelectElement,
    ExternalDataSelectElement,
    InputBlock,
    NumberInputElement,
    Option,
    PlainTextInputElement,
    SectionBlock,
)

from bot.blocks import actions, words
from bot.blocks.menu import SOMEBODY, person_option
from bot.blocks.modals import modal
from desk.team_values import Holding, Waiter
from desk.transfers import MOST_NOTE
from desk.values import CHOICES, Choice

NOTHING = "There is nothing to hand off here. Well done."

_NAME = 80
_OPTION = 75


def handoff(load: Holding, to: Choice | None = None) -> dict[str, Any]:
    """Whose conversations go to whom, how many, and what is said with them; the owner is in `private_metadata`.

    `to` is already chosen.
    """
    some = load.open + load.snoozed > 0
    return modal(
        callback_id=actions.HANDOFF_MODAL,
        metadata=load.owner_id,
        title="Hand off",
        submit="Hand off" if some else None,
        blocks=[*_whose(load), SectionBlock(text=words.markup(_counts(load))), *(_inputs(load, to) if some else [])],
    )


def _whose(load: Holding) -> list[Block]:
    if not load.is_by_manager:
        return []
    menu = ExternalDataSelectElement(
        action_id=actions.HANDOFF_WHOSE,
        placeholder=words.plain("Whose…"),
        min_query_length=0,
        initial_option=person_option(load.owner_id, load.name),
    )
    return [
        ContextBlock(elements=[words.plain("Whose conversations")]),
        ActionsBlock(block_id=actions.HANDOFF_WHOSE, elements=[menu]),
    ]


def _counts(load: Holding) -> str:
    if load.open + load.snoozed == 0 and load.is_own:
        return NOTHING
    who = "You have" if load.is_own else f"*{_name(load.name)}* has"
    told = f"{who} {words.count(load.open, 'open conversation')}, {load.unread:,} unread"
    snoozed = f", and {load.snoozed:,} snoozed" if load.snoozed else ""
    return f"{told}{snoozed}{'' if load.is_own else ', in the inboxes that you are in'}."


def _name(name: str) -> str:
    return words.escape(words.shorten(words.one_line(name) or SOMEBODY, _NAME))


def _inputs(load: Holding, to: Choice | None) -> list[Block]:
    return [
        InputBlock(
            block_id=actions.HANDOFF_TO,
            label=words.plain("To"),
            element=ExternalDataSelectElement(
                action_id=actions.HANDOFF_TO,
                placeholder=words.plain("A colleague, or nobody"),
                min_query_length=0,
                initial_option=person_option(to.user_id, to.name, to.note) if to else None,
            ),
        ),
        _some(load) if load.is_own else _most(load),
        InputBlock(
            block_id=actions.HANDOFF_NOTE,
            label=words.plain("Note"),
            hint=words.plain("It is said in each thread. The customers never see it."),
            optional=True,
            element=PlainTextInputElement(action_id=actions.HANDOFF_NOTE, multiline=True, max_length=MOST_NOTE),
        ),
    ]


def _all(load: Holding) -> str:
    return f"all {load.open + load.snoozed:,}{', those that are snoozed too' if load.snoozed else ''}"


def _some(load: Holding) -> InputBlock:
    return InputBlock(
        block_id=actions.HANDOFF_ONLY,
        label=words.plain("Only these"),
        hint=words.plain(f"Leave it empty to hand off {_all(load)}."),
        optional=True,
        element=ExternalDataMultiSelectElement(
            action_id=actions.HANDOFF_ONLY,
            placeholder=words.plain("All of them"),
            min_query_length=0,
            max_selected_items=CHOICES,
        ),
    )


def _most(load: Holding) -> InputBlock:
    return InputBlock(
        block_id=actions.HANDOFF_MOST,
        label=words.plain("How many"),
        hint=words.plain(f"Those that wait longest go first. Leave it empty to hand off {_all(load)}."),
        optional=True,
        element=NumberInputElement(
            action_id=actions.HANDOFF_MOST,
            is_decimal_allowed=False,
            min_value="1",
            max_value=str(max(1, load.open)),
        ),
    )


def conversations(waiters: Sequence[Waiter], now: datetime) -> list[dict[str, Any]]:
    """One's own open conversations as the entries of a menu, at most 100: who, in which inbox, waiting for how long."""
    return [
        Option(
            text=words.plain(words.shorten(words.one_line(one.contact) or "Unknown number", _OPTION)),
            value=str(one.conversation_id),
            description=words.plain(words.shorten(f"{_wait(one, now)} · {words.one_line(one.inbox)}", _OPTION)),
        ).to_dict()
        for one in waiters[:CHOICES]
    ]


def _wait(one: Waiter, now: datetime) -> str:
    return f"Waits {words.span(now - one.waiting_since)}" if one.waiting_since else "Answered"
