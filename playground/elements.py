"""The things in a message or view that a person can press or choose: finding them, and what a menu shows."""

from __future__ import annotations

import copy
import secrets
from typing import TYPE_CHECKING, Any

from playground import kit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playground.world import Json

Choices = dict[str, Any]

_INITIAL = (
    "initial_option",
    "initial_options",
    "initial_user",
    "initial_users",
    "initial_channel",
    "initial_channels",
    "initial_conversation",
    "initial_conversations",
    "initial_date",
    "initial_time",
    "initial_date_time",
    "initial_value",
)


def with_ids(blocks: list[Json]) -> list[Json]:
    """Return a copy in which every block and every interactive element has an id, as Slack gives them."""
    blocks = copy.deepcopy(blocks)
    for block in blocks:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        for element in _of(block):
            element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    return blocks


def interactive(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield (block, element) for everything that can be pressed, chosen or filled in, from the top."""
    for block in blocks:
        for element in _of(block):
            yield block, element


def _of(block: Json) -> Iterator[Json]:
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict) and block[key].get("type") != "image":
            yield block[key]
    if block["type"] in {"actions", "context_actions"}:
        yield from block["elements"]
    if block["type"] == "card":
        yield from block.get("actions", [])
    for key in ("child_blocks", "elements") if block["type"] in {"container", "carousel"} else ():
        for child in block.get(key, []):
            yield from _of(child)


def find(blocks: list[Json], action_id: str, nth: int = 0, *, value: str | None = None) -> tuple[Json, Json]:
    """Find the `nth` element with this action id, or LookupError. A `value` singles out a button by its own."""
    found = [
        (block, element)
        for block, element in interactive(blocks)
        if element.get("action_id") == action_id
        and (value is None or element["type"] != "button" or element.get("value") == value)
    ]
    if nth >= len(found):
        there = [element.get("action_id") for _, element in interactive(blocks)]
        raise LookupError(f"There is no {action_id!r} (number {nth}) here, only {there}.")
    return found[nth]


def key(block: Json, element: Json) -> str:
    return f"{block['block_id']}/{element['action_id']}"


def shown(blocks: list[Json], before: Choices | None = None) -> Choices:
    """Say what each menu shows. As in Slack's clients, one that was there `before` under these ids keeps its choice."""
    before = before or {}
    choices: Choices = {}
    for block, element in interactive(blocks):
        if element["type"] in kit.STATEFUL:
            name = key(block, element)
            choices[name] = before[name] if name in before else initial(element)
    return choices


def initial(element: Json) -> Any:
    """Return what the app preselects, None if nothing: an option, an id, a date …, or a list."""
    return next((element[name] for name in _INITIAL if name in element), None)


def offered(element: Json) -> list[Json]:
    """List the options an element carries itself, groups flattened."""
    options: list[Json] = list(element.get("options", []))
    for group in element.get("option_groups", []):
        options += group["options"]
    return options


# How each kind of element names its choice in payloads (Slack's reference of block_actions and view state).
CHOICE_FIELD = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}


def state(blocks: list[Json], choices: Choices) -> Json:
    """Build the `state` of a payload: what every input and menu holds."""
    values: dict[str, dict[str, Json]] = {}
    for block, element in interactive(blocks):
        if element["type"] not in kit.STATEFUL:
            continue
        held = choices.get(key(block, element))
        field = CHOICE_FIELD.get(element["type"], "value")
        if held is None and field.endswith("s"):
            held = []
        values.setdefault(block["block_id"], {})[element["action_id"]] = {"type": element["type"], field: held}
    return {"values": values}


def summary(choice: Any, names: dict[str, str]) -> Any:
    """Reduce a choice to `{"value", "text"}`, a list of those, or None. `names` puts words to user and channel ids."""
    if choice is None:
        return None
    if isinstance(choice, list):
        return [summary(one, names) for one in choice]
    if isinstance(choice, dict):
        text = choice.get("text")
        return {"value": choice.get("value"), "text": text.get("text", "") if isinstance(text, dict) else ""}
    return {"value": choice, "text": names.get(str(choice), str(choice))}
