"""The modal in which managers say who is a manager, who is new, how much each rep takes, and what they do."""

from typing import Any

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    ContextBlock,
    ExternalDataMultiSelectElement,
    ExternalDataSelectElement,
    InputBlock,
    NumberInputElement,
    Option,
    SectionBlock,
)

from bot.blocks import actions, words
from bot.blocks.menu import person_option
from bot.blocks.modals import modal
from desk.team import MOST_CAPACITY, MOST_SKILLS
from desk.team_values import Member

WHO, ROLE, CAPACITY, SKILLS = "who", "role", "capacity", "skills"
MANAGER, NEW = "manager", "new"

_ROLES = (
    (MANAGER, "Manager", "May distribute and configure, and is told of backlogs."),
    (NEW, "New", "Does not claim by themselves in an inbox whose model is hybrid."),
)


def people(member: Member | None = None) -> dict[str, Any]:
    """Pick somebody; once somebody is picked, what is said of them."""
    blocks: list[Block] = [_who(member)]
    if member is not None:
        blocks += [_role(member), *_fixed(member), _capacity(member), _skills(member)]
    return modal(
        callback_id=actions.PEOPLE_MODAL,
        metadata=member.user_id if member else "",
        title="People",
        submit="Save" if member else None,
        close="Close",
        blocks=blocks,
    )


def _who(member: Member | None) -> SectionBlock:
    return SectionBlock(
        block_id=WHO,
        text=words.plain("Whom is it about?"),
        accessory=ExternalDataSelectElement(
            action_id=actions.PICK_MEMBER,
            placeholder=words.plain("Find a rep…"),
            min_query_length=0,
            initial_option=person_option(member.user_id, member.name) if member else None,
        ),
    )


def _role(member: Member) -> InputBlock:
    options = {
        value: Option(value=value, text=words.plain(label), description=words.plain(description))
        for value, label, description in _ROLES
    }
    chosen = [options[value] for value, holds in ((MANAGER, member.is_manager), (NEW, member.is_new)) if holds]
    return InputBlock(
        block_id=_named(ROLE, member),
        label=words.plain("Is"),
        optional=True,
        element=CheckboxesElement(action_id=ROLE, options=list(options.values()), initial_options=chosen or None),
    )


def _fixed(member: Member) -> list[Block]:
    if not member.is_manager_by_settings:
        return []
    return [ContextBlock(elements=[words.plain("A manager already, since the setting MANAGERS names them.")])]


def _capacity(member: Member) -> InputBlock:
    return InputBlock(
        block_id=_named(CAPACITY, member),
        label=words.plain("Takes at most"),
        hint=words.plain("Open conversations; more are not given to them when you distribute. Empty: any number."),
        optional=True,
        element=NumberInputElement(
            action_id=CAPACITY,
            is_decimal_allowed=False,
            min_value="0",
            max_value=str(MOST_CAPACITY),
            initial_value=None if member.capacity is None else str(member.capacity),
        ),
    )


def _skills(member: Member) -> InputBlock:
    return InputBlock(
        block_id=_named(SKILLS, member),
        label=words.plain("Does"),
        hint=words.plain("Labels of conversations that are offered to them first."),
        optional=True,
        element=ExternalDataMultiSelectElement(
            action_id=actions.PICK_SKILLS,
            placeholder=words.plain("billing, returns…"),
            min_query_length=0,
            max_selected_items=MOST_SKILLS,
            initial_options=[person_option(skill, skill) for skill in member.skills] or None,
        ),
    )


def _named(field: str, member: Member) -> str:
    """Slack keeps what was filled in while a block's id stays, so each person has ids of their own."""
    return f"{field}-{member.user_id}"
