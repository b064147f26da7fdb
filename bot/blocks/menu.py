"""The assignee menu, and the people it offers."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import ExternalDataSelectElement, Option

from bot.blocks import actions, words
from desk.values import CHOICES, Choice

_LONGEST = 75
SOMEBODY = "Somebody"


def assignee_menu(assignee_id: str | None, assignee_name: str | None) -> ExternalDataSelectElement:
    return ExternalDataSelectElement(
        action_id=actions.ASSIGN,
        placeholder=words.plain("Assign to…"),
        min_query_length=0,
        initial_option=person_option(assignee_id, assignee_name or "") if assignee_id else None,
    )


def options(choices: Sequence[Choice]) -> list[dict[str, Any]]:
    """What Slack is answered when it asks for the menu's entries: at most 100."""
    return [person_option(choice.user_id, choice.name, choice.note).to_dict() for choice in choices[:CHOICES]]


def person_option(user_id: str, name: str, note: str = "") -> Option:
    """A person as an entry of a menu; `note` says what to know of them."""
    return Option(
        text=words.plain(words.shorten(words.one_line(name) or SOMEBODY, _LONGEST)),
        value=user_id,
        description=words.plain(words.shorten(words.one_line(note), _LONGEST)) if note.strip() else None,
    )
