"""What a menu or an input can hold, from what a person chose or typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playground import elements, kit
from playground.core import Failed

if TYPE_CHECKING:
    from playground.world import Json, World

TAKES = kit.STATEFUL
_SHAPES = {"datepicker": r"\d{4}-\d\d-\d\d", "timepicker": r"\d\d:\d\d"}


def held(world: World, element: Json, value: Any) -> Any:
    """Return what the element holds after choosing `value`; LookupError when it is not offered, Failed when refused."""
    kind = element["type"]
    if value is None:
        return None
    if isinstance(value, list):
        if not (kind.startswith("multi_") or kind in {"checkboxes", "file_input"}):
            raise LookupError(f"Only one can be chosen in a {kind}.")
        if len(value) > element.get("max_selected_items", len(value)):
            raise Failed("too_many", f"at most {element['max_selected_items']} can be chosen")
        return [_one(world, element, one) for one in value]
    if kind.startswith("multi_") or kind == "checkboxes":
        return [_one(world, element, value)]
    return _one(world, element, value)


def _one(world: World, element: Json, value: Any) -> Any:
    kind = element["type"]
    if "options" in element or "option_groups" in element:
        return _option(elements.offered(element), value)
    if "users" in kind and value not in world.people:
        raise LookupError(f"There is no person {value}.")
    if ("channels" in kind or "conversations" in kind) and value not in world.channels:
        raise LookupError(f"There is no channel {value}.")
    if kind in _SHAPES and not re.fullmatch(_SHAPES[kind], str(value)):
        raise Failed("invalid_value", f"{value!r} is not what a {kind} holds")
    if kind == "datetimepicker":
        return int(value)
    if kind.endswith("_input") and kind not in {"rich_text_input", "file_input"}:
        return _typed(element, str(value))
    return value


def _typed(element: Json, value: str) -> str | None:
    kind = element["type"]
    if kind == "plain_text_input" and value:
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        if not least <= len(value) <= most:
            raise Failed("invalid_value", f"{least} to {most} characters are needed")
    if kind == "number_input" and value:
        _number(element, value)
    return value or None


def _number(element: Json, value: str) -> None:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, value):
        raise Failed("invalid_value", f"{value!r} is not a number")
    low, high = element.get("min_value"), element.get("max_value")
    if (low is not None and float(value) < float(low)) or (high is not None and float(value) > float(high)):
        raise Failed("invalid_value", f"{value} is not between {low} and {high}")


def offered_by_app(element: Json, options: list[Json], value: Any, before: Any = None) -> Any:
    """Pick what was chosen among the options that the app answered with; where several are, those `before` stay."""
    bare = [{key: part for key, part in one.items() if key != "group"} for one in options]
    if isinstance(value, list) or element["type"].startswith("multi_"):
        values = value if isinstance(value, list) else [value]
        if len(values) > element.get("max_selected_items", len(values)):
            raise Failed("too_many", f"at most {element['max_selected_items']} can be chosen")
        return [_option([*(before or []), *bare], one) for one in values]
    return _option(bare, value)


def _option(options: list[Json], value: Any) -> Json:
    for option in options:
        if option["value"] == value:
            return option
    raise LookupError(f"{value!r} is not offered, only {[option['value'] for option in options]}.")
