"""Whatever can be pressed is answered by somebody."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import handlers
from bot.blocks import actions

GOLDEN = Path(__file__).parents[1] / "golden"


class Recorder:
    """Stands where Bolt's app stands when handlers register, and notes what they listen to, by kind."""

    def __init__(self) -> None:
        self.heard: defaultdict[str, list[Any]] = defaultdict(list)

    def __getattr__(self, kind: str) -> Any:
        def listen(to: Any, *_: Any) -> Any:
            if not isinstance(to, re.Pattern) or to.pattern != ".*":
                self.heard[kind].append(to)
            return lambda listener: listener

        return listen


@pytest.fixture(scope="module")
def heard() -> dict[str, list[Any]]:
    recorder = Recorder()
    handlers.register(recorder, None)  # type: ignore[arg-type]
    return recorder.heard


def drawn() -> Iterator[tuple[str, Any]]:
    """Every view that is kept, by its name."""
    for file in sorted(GOLDEN.glob("*.json")):
        yield file.stem, json.loads(file.read_text())


def elements(part: Any, *, is_input: bool = False) -> Iterator[tuple[Any, bool]]:
    """What can be pressed or filled in, and whether a press on it is told to us."""
    if isinstance(part, list):
        for one in part:
            yield from elements(one, is_input=is_input)
    elif isinstance(part, dict):
        is_quiet = part.get("type") == "input" and not part.get("dispatch_action")
        if "action_id" in part:
            yield part, not is_input
        for one in part.values():
            yield from elements(one, is_input=is_input or is_quiet)


def test_every_button_and_menu_that_is_drawn_is_answered(heard: dict[str, list[Any]]) -> None:
    """In every view that is kept: a press that nobody listens to is acknowledged, and nothing happens."""
    for name, view in drawn():
        for element, is_told in elements(view["blocks"]):
            action_id = element["action_id"]
            if is_told:
                assert any(to == action_id if isinstance(to, str) else to.match(action_id) for to in heard["action"]), (
                    name,
                    action_id,
                )
            if "external" in element["type"]:
                assert action_id in heard["options"], (name, action_id)


def test_every_modal_with_a_button_to_submit_it_is_answered(heard: dict[str, list[Any]]) -> None:
    """By its callback id."""
    for name, view in drawn():
        if "submit" in view:
            assert view["callback_id"] in heard["view"], name


def test_every_answer_is_about_something_that_can_be_pressed(heard: dict[str, list[Any]]) -> None:
    """No handler listens to an id that is not one of ours, nor two to the same."""
    ours = {value for value in vars(actions).values() if isinstance(value, str)}
    for told in (heard["action"], heard["options"], heard["view"]):
        plain = [to for to in told if isinstance(to, str)]
        assert set(plain) <= ours
        assert len(plain) == len(set(plain))
