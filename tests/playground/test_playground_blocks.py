"""What the check of blocks refuses."""

from __future__ import annotations

from typing import Any

import pytest

from playground import blocks


def plain(text: str = "words") -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def section(**more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "words"}, **more}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "go", "text": plain(), **more}


def option(value: str = "a", **more: Any) -> dict[str, Any]:
    return {"text": plain(value), "value": value, **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


GOOD = [
    {"type": "header", "text": plain()},
    section(
        block_id="one",
        accessory={"type": "overflow", "action_id": "more", "options": [option(), option("b", url="https://a.test")]},
    ),
    section(fields=[plain(), plain()]),
    {"type": "divider"},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "*x*"}, plain()]},
    actions(
        button(style="primary", confirm={"title": plain(), "text": plain(), "confirm": plain(), "deny": plain()}),
        {"type": "external_select", "action_id": "who", "placeholder": plain(), "min_query_length": 0},
        {"type": "users_select", "action_id": "user"},
        {"type": "static_select", "action_id": "s", "options": [option()], "initial_option": option()},
    ),
    {"type": "image", "image_url": "https://a.test/a.png", "alt_text": "a"},
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}]},
]

BAD = [
    ([{"type": "sections"}], "unsupported type"),
    ([section(), section(), section()] * 17, "no more than 50"),
    ([section(block_id="a"), section(block_id="a")], "already exists"),
    ([section(block_id="a" * 256)], "less than 256"),
    ([section(colour="red")], "additional property: colour"),
    ([{"type": "section"}], "missing required field: text"),
    ([section(text={"type": "mrkdwn", "text": ""})], "more than 0"),
    ([section(text={"type": "mrkdwn", "text": "x" * 3001})], "less than 3001"),
    ([section(text={"type": "markdown", "text": "x"})], "text object"),
    ([section(text={"type": "mrkdwn", "text": "x", "emoji": True})], "additional property: emoji"),
    ([section(fields=[plain()] * 11)], "no more than 10"),
    ([section(fields=[plain("x" * 2001)])], "less than 2001"),
    ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "plain_text"),
    ([{"type": "header", "text": plain("x" * 151)}], "less than 151"),
    ([{"type": "context", "elements": [plain()] * 11}], "no more than 10"),
    ([{"type": "context", "elements": [button()]}], "unsupported type: button"),
    ([actions()], "no fewer than 1"),
    ([actions(*[button(action_id=str(n)) for n in range(26)])], "no more than 25"),
    ([actions(button(), button())], "already exists in this block"),
    ([actions(button(text=plain("x" * 76)))], "less than 76"),
    ([actions(button(text={"type": "mrkdwn", "text": "x"}))], "plain_text"),
    ([actions(button(value="x" * 2001))], "less than 2001"),
    ([actions(button(value=7))], "must be a string"),
    ([actions(button(style="default"))], "primary or danger"),
    ([actions(button(confirm={"title": plain("x" * 101), "text": plain()}))], "less than 101"),
    ([section(accessory={"type": "overflow", "action_id": "o", "options": [option(str(n)) for n in range(6)]})], "5"),
    ([actions({"type": "static_select", "action_id": "s", "options": [option()] * 2})], "duplicate"),
    ([actions({"type": "static_select", "action_id": "s"})], "exactly one of options"),
    ([actions({"type": "static_select", "action_id": "s", "options": [option("x" * 76)]})], "less than 76"),
    (
        [actions({"type": "static_select", "action_id": "s", "options": [option()], "initial_option": option("z")})],
        "one of the options",
    ),
    (
        [actions({"type": "static_select", "action_id": "s", "options": [option(str(n)) for n in range(101)]})],
        "no more than 100",
    ),
    ([{"type": "image", "alt_text": "a"}], "exactly one of image_url"),
    ([actions({"type": "plain_text_input", "action_id": "p"})], "unsupported type"),
]


def test_good_blocks_are_taken() -> None:
    for surface in ("message", "modal", "home"):
        assert blocks.check(GOOD, surface) == []


@pytest.mark.parametrize(("given", "why"), BAD, ids=range(len(BAD)))
def test_bad_blocks_are_refused(given: list[dict[str, Any]], why: str) -> None:
    problems = blocks.check(given)
    assert any(why in problem for problem in problems), problems


def test_a_view_takes_a_hundred_blocks() -> None:
    assert blocks.check([section()] * 100, "modal") == []
    assert blocks.check([section()] * 101, "home")
