"""Checks of Block Kit, as strict as Slack's `invalid_blocks`: the tables of `kit`, then slack_sdk's models."""

from __future__ import annotations

import copy
import logging
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block as SdkBlock

from playground import kit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playground.world import Json

# slack_sdk warns about what it does not know; the tables refuse that already.
logging.getLogger("slack_sdk.models").addFilter(lambda record: False)  # noqa: ARG005


def check(blocks: Any, surface: str = "message") -> list[str]:
    """Return what Slack would refuse in these blocks, empty when it takes them.

    `surface` is "message", "modal" or "home". A problem reads `why [json-pointer:/blocks/0/text]`, like Slack's own.
    """
    if not isinstance(blocks, list):
        return ["must be an array [json-pointer:/blocks]"]
    problems = [f"{why} [json-pointer:{where}]" for where, why in _check_all(blocks, surface)]
    return problems or list(_second_opinion(blocks))


Problem = tuple[str, str]
MOST_OPTIONS = 100


def _check_all(blocks: list[Any], surface: str) -> Iterator[Problem]:
    most = kit.MOST_BLOCKS[surface]
    if len(blocks) > most:
        yield "/blocks", f"no more than {most} items allowed"
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        where = f"/blocks/{index}"
        if not isinstance(block, dict) or block.get("type") not in kit.BLOCKS:
            yield where, f"unsupported type: {block.get('type') if isinstance(block, dict) else block}"
            continue
        block_id = block.get("block_id")
        if block_id is not None and block_id in seen:
            yield f"{where}/block_id", f"`block_id`: {block_id} already exists in this message or view"
        seen.add(str(block_id))
        yield from _check_block(block, where, surface)


def _check_block(block: Json, where: str, surface: str) -> Iterator[Problem]:
    rules = kit.BLOCKS[block["type"]]
    yield from _keys(block, rules.keys, rules.required, where)
    if surface not in rules.surfaces:
        yield where, f"unsupported type: {block['type']} in a {surface}"
    yield from _string(block, "block_id", 255, where)
    check_one = _CHECKS.get(block["type"])
    if check_one is not None and rules.required <= set(block):
        yield from check_one(block, where)
    for path, element in _elements(block, where):
        if surface == "message" and element.get("type") in kit.NOT_IN_MESSAGE:
            yield path, f"unsupported type: {element['type']} in a message"
    yield from _unique_actions(block, where)


def _section(block: Json, where: str) -> Iterator[Problem]:
    if "text" not in block and "fields" not in block:
        yield where, "missing required field: text"
    if "text" in block:
        yield from _text(block["text"], f"{where}/text", 3000)
    fields = block.get("fields", [])
    if "fields" in block:
        yield from _count(fields, 1, 10, f"{where}/fields")
    for index, field in enumerate(fields if isinstance(fields, list) else []):
        yield from _text(field, f"{where}/fields/{index}", 2000)
    if "accessory" in block:
        yield from _element(block["accessory"], f"{where}/accessory", kit.IN_SECTION)


def _header(block: Json, where: str) -> Iterator[Problem]:
    yield from _text(block["text"], f"{where}/text", 150, plain=True)


def _context(block: Json, where: str) -> Iterator[Problem]:
    yield from _count(block["elements"], 1, 10, f"{where}/elements")
    for index, element in enumerate(block["elements"]):
        path = f"{where}/elements/{index}"
        if isinstance(element, dict) and element.get("type") in kit.TEXT_KEYS:
            yield from _text(element, path, 3000)
        else:
            yield from _element(element, path, {"image"})


def _actions(block: Json, where: str) -> Iterator[Problem]:
    yield from _count(block["elements"], 1, 25, f"{where}/elements")
    for index, element in enumerate(block["elements"]):
        yield from _element(element, f"{where}/elements/{index}", kit.IN_ACTIONS)


def _input(block: Json, where: str) -> Iterator[Problem]:
    yield from _text(block["label"], f"{where}/label", 2000, plain=True)
    if "hint" in block:
        yield from _text(block["hint"], f"{where}/hint", 2000, plain=True)
    yield from _element(block["element"], f"{where}/element", kit.IN_INPUT)


def _image(block: Json, where: str) -> Iterator[Problem]:
    yield from _picture(block, where)
    if "title" in block:
        yield from _text(block["title"], f"{where}/title", 2000, plain=True)


def _markdown(block: Json, where: str) -> Iterator[Problem]:
    yield from _string(block, "text", 12_000, where)


def _rich_text(block: Json, where: str) -> Iterator[Problem]:
    known = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
    for index, element in enumerate(block["elements"]):
        if not isinstance(element, dict) or element.get("type") not in known:
            yield f"{where}/elements/{index}", "unsupported type in rich_text"


_CHECKS = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _image,
    "markdown": _markdown,
    "rich_text": _rich_text,
}


def _picture(part: Json, where: str) -> Iterator[Problem]:
    if ("image_url" in part) == ("slack_file" in part):
        yield where, "exactly one of image_url and slack_file must be given"
    yield from _string(part, "image_url", 3000, where)
    yield from _string(part, "alt_text", 2000, where)


def _element(element: Any, where: str, allowed: set[str]) -> Iterator[Problem]:
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in allowed:
        yield where, f"unsupported type: {kind}"
        return
    rules = kit.ELEMENTS[kind]
    yield from _keys(element, rules.keys, rules.required, where)
    for key, most in rules.texts.items():
        if key in element:
            yield from _text(element[key], f"{where}/{key}", most, plain=True)
    for key, most in rules.strings.items():
        yield from _string(element, key, most, where)
    if kind == "image":
        yield from _picture(element, where)
    if "style" in element and element["style"] not in {"primary", "danger"}:
        yield f"{where}/style", "must be primary or danger"
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{where}/confirm")
    if rules.options is not None:
        yield from _options(element, rules.options, where)
    yield from _initial(element, where)


def _options(element: Json, counts: tuple[int, int], where: str) -> Iterator[Problem]:
    if ("options" in element) == ("option_groups" in element):
        yield where, "exactly one of options and option_groups must be given"
        return
    if "options" in element:
        yield from check_options(element["options"], f"{where}/options", counts, rich=element["type"] in _RICH_OPTIONS)
        return
    yield from _count(element["option_groups"], 1, 100, f"{where}/option_groups")
    for index, group in enumerate(element["option_groups"]):
        yield from check_group(group, f"{where}/option_groups/{index}")


_RICH_OPTIONS = {"radio_buttons", "checkboxes"}


def check_group(group: Any, where: str) -> Iterator[Problem]:
    """Check an option group: its label and up to 100 options."""
    if not isinstance(group, dict) or set(group) != {"label", "options"}:
        yield where, "an option group has a label and options"
        return
    yield from _text(group["label"], f"{where}/label", 75, plain=True)
    yield from check_options(group["options"], f"{where}/options", (0, 100))


def check_options(
    options: Any, where: str, counts: tuple[int, int] = (0, 100), *, rich: bool = False
) -> Iterator[Problem]:
    """Check options: text up to 75 (plain text unless `rich`), value up to 150, not twice the same value."""
    yield from _count(options, *counts, where)
    values: set[str] = set()
    for index, option in enumerate(options if isinstance(options, list) else []):
        path = f"{where}/{index}"
        if not isinstance(option, dict):
            yield path, "must be an object"
            continue
        yield from _keys(option, kit.OPTION_KEYS, {"text", "value"}, path)
        yield from _text(option.get("text"), f"{path}/text", 75, plain=not rich)
        yield from _string(option, "value", 150, path)
        yield from _string(option, "url", 3000, path)
        if "description" in option:
            yield from _text(option["description"], f"{path}/description", 75, plain=not rich)
        if option.get("value") in values:
            yield f"{path}/value", f"duplicate option value: {option.get('value')}"
        values.add(str(option.get("value")))


def _initial(element: Json, where: str) -> Iterator[Problem]:
    offered = element.get("options") or [o for g in element.get("option_groups", []) for o in g.get("options", [])]
    initial = [element["initial_option"]] if "initial_option" in element else element.get("initial_options", [])
    for option in initial:
        yield from check_options([option], f"{where}/initial_option", rich=element["type"] in _RICH_OPTIONS)
        if offered and option not in offered:
            yield f"{where}/initial_option", "must be one of the options"


def _confirm(confirm: Any, where: str) -> Iterator[Problem]:
    if not isinstance(confirm, dict):
        yield where, "must be an object"
        return
    yield from _keys(confirm, kit.CONFIRM_KEYS, {"text"}, where)
    for key, most in kit.CONFIRM_LENGTHS.items():
        if key in confirm:
            yield from _text(confirm[key], f"{where}/{key}", most, plain=key != "text")


def _text(part: Any, where: str, most: int, *, plain: bool = False) -> Iterator[Problem]:
    if not isinstance(part, dict) or part.get("type") not in kit.TEXT_KEYS:
        yield where, "must be a text object"
        return
    if plain and part["type"] != "plain_text":
        yield where, "must be a plain_text object"
    yield from _keys(part, kit.TEXT_KEYS[part["type"]], {"text"}, where)
    if not isinstance(part.get("text"), str) or not part["text"]:
        yield f"{where}/text", "must be more than 0 characters"
    elif len(part["text"]) > most:
        yield f"{where}/text", f"must be less than {most + 1} characters"


def _string(part: Json, key: str, most: int, where: str) -> Iterator[Problem]:
    if key not in part:
        return
    if not isinstance(part[key], str):
        yield f"{where}/{key}", "must be a string"
    elif len(part[key]) > most:
        yield f"{where}/{key}", f"must be less than {most + 1} characters"


def _count(items: Any, least: int, most: int, where: str) -> Iterator[Problem]:
    if not isinstance(items, list):
        yield where, "must be an array"
    elif len(items) < least:
        yield where, f"no fewer than {least} items allowed"
    elif len(items) > most:
        yield where, f"no more than {most} items allowed"


def _keys(part: Json, known: set[str], required: set[str], where: str) -> Iterator[Problem]:
    for key in sorted(set(part) - known):
        yield where, f"invalid additional property: {key}"
    for key in sorted(required - set(part)):
        yield where, f"missing required field: {key}"


def _elements(block: Json, where: str) -> Iterator[tuple[str, Json]]:
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict):
            yield f"{where}/{key}", block[key]
    elements = block.get("elements")
    for index, element in enumerate(elements if isinstance(elements, list) else []):
        if isinstance(element, dict):
            yield f"{where}/elements/{index}", element


def _unique_actions(block: Json, where: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, element in _elements(block, where):
        action_id = element.get("action_id")
        if action_id is not None and action_id in seen:
            yield f"{path}/action_id", f"`action_id`: {action_id} already exists in this block"
        if action_id is not None:
            seen.add(action_id)


def _second_opinion(blocks: list[Json]) -> Iterator[str]:
    for index, block in enumerate(blocks):
        try:
            parsed = SdkBlock.parse(copy.deepcopy(block))
            if parsed is None:
                yield f"unsupported type: {block.get('type')} [json-pointer:/blocks/{index}]"
            else:
                parsed.to_dict()
        except (SlackObjectFormationError, TypeError, ValueError, AttributeError, KeyError) as error:
            yield f"{error} [json-pointer:/blocks/{index}]"
