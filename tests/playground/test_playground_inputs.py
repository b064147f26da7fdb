"""Every kind of menu and input in a modal, and modals that the app changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError

from playground.choosing import held, offered_by_app
from playground.core import Failed

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from playground import Playground
    from tests.playground.conftest import App

ROOM = "C0CUSTOMERS"


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(value: str) -> dict[str, Any]:
    return {"text": plain(value.title()), "value": value}


OPTIONS = [option("a"), option("b")]

KINDS: list[tuple[dict[str, Any], Any, Any]] = [
    ({"type": "plain_text_input"}, "words", "words"),
    ({"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}, "7", "7"),
    ({"type": "email_text_input"}, "a@b.test", "a@b.test"),
    ({"type": "static_select", "options": OPTIONS}, "a", OPTIONS[0]),
    ({"type": "multi_static_select", "options": OPTIONS}, ["a", "b"], OPTIONS),
    ({"type": "checkboxes", "options": OPTIONS}, "b", [OPTIONS[1]]),
    ({"type": "radio_buttons", "options": OPTIONS}, "b", OPTIONS[1]),
    ({"type": "users_select"}, "U0ANA", "U0ANA"),
    ({"type": "multi_users_select"}, ["U0ANA", "U0BEN"], ["U0ANA", "U0BEN"]),
    ({"type": "channels_select"}, ROOM, ROOM),
    ({"type": "conversations_select"}, ROOM, ROOM),
    ({"type": "datepicker"}, "2026-01-02", "2026-01-02"),
    ({"type": "timepicker"}, "13:45", "13:45"),
    ({"type": "datetimepicker"}, 1_760_000_000, 1_760_000_000),
]

WRONG: list[tuple[dict[str, Any], Any, type[Exception]]] = [
    ({"type": "plain_text_input", "min_length": 3}, "x", Failed),
    ({"type": "number_input", "is_decimal_allowed": False}, "1.5", Failed),
    ({"type": "number_input", "is_decimal_allowed": True, "min_value": "2"}, "1.5", Failed),
    ({"type": "static_select", "options": OPTIONS}, "c", LookupError),
    ({"type": "static_select", "options": OPTIONS}, ["a"], LookupError),
    ({"type": "multi_users_select", "max_selected_items": 1}, ["U0ANA", "U0BEN"], Failed),
    ({"type": "users_select"}, "U0NOBODY", LookupError),
    ({"type": "channels_select"}, "C0NOWHERE", LookupError),
    ({"type": "datepicker"}, "tomorrow", Failed),
]


def modal(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    blocks = [
        {"type": "input", "block_id": f"b{n}", "label": plain("L"), "element": {"action_id": f"a{n}", **element}}
        for n, element in enumerate(elements)
    ]
    return {"type": "modal", "title": plain("T"), "submit": plain("Save"), "blocks": blocks, **more}


async def open_modal(play: Playground, app: App, slack: AsyncWebClient, view: dict[str, Any]) -> dict[str, Any]:
    await play.shortcut("U0ANA", "open")
    opened: dict[str, Any] = (await slack.views_open(trigger_id=app.slack[-1]["trigger_id"], view=view))["view"]
    return opened


async def test_every_kind_of_input_is_submitted(play: Playground, app: App, slack: AsyncWebClient) -> None:
    view = await open_modal(play, app, slack, modal(*[element for element, _, _ in KINDS]))
    assert await play.submit("U0ANA", view["id"], {f"a{n}": given for n, (_, given, _) in enumerate(KINDS)}) == {}
    values = app.slack[-1]["view"]["state"]["values"]
    for number, (element, _, expected) in enumerate(KINDS):
        found = values[f"b{number}"][f"a{number}"]
        assert found.pop("type") == element["type"]
        assert list(found.values()) == [expected], element


@pytest.mark.parametrize(("element", "value", "error"), WRONG, ids=range(len(WRONG)))
def test_what_an_input_does_not_take(
    play: Playground, element: dict[str, Any], value: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        held(play.world, element, value)


async def test_an_external_menu_in_a_modal(play: Playground, app: App, slack: AsyncWebClient) -> None:
    """It asks when somebody chooses; without min_query_length only from three letters on."""
    menu = {"type": "external_select"}
    view = await open_modal(play, app, slack, modal(menu, {"type": "plain_text_input"}))
    app.on_slack = lambda _: web.json_response({"options": OPTIONS})
    with pytest.raises(Failed, match="min_query_length"):
        await play.choose("U0ANA", None, view["id"], "a0", "a")
    await play.choose("U0ANA", None, view["id"], "a0", "a", query="abc")
    assert app.slack[-1]["container"] == {"type": "view", "view_id": view["id"]}
    assert play.shown_choice(None, view["id"], "a0", user="U0ANA") == {"value": "a", "text": "A"}


async def test_a_modal_is_changed_and_covered_by_others(play: Playground, app: App, slack: AsyncWebClient) -> None:
    """What was typed stays where the ids stay; a stale hash is refused; three modals are the most."""
    first = await open_modal(play, app, slack, modal({"type": "plain_text_input"}, external_id="mine"))
    await play.choose("U0ANA", None, first["id"], "a0", "typed")
    changed = modal({"type": "plain_text_input"}, {"type": "users_select"})
    await slack.views_update(external_id="mine", hash=first["hash"], view=changed)
    assert play.views[0].choices["b0/a0"] == "typed"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await slack.views_update(view_id=first["id"], hash=first["hash"], view=changed)
    with pytest.raises(SlackApiError, match="not_found"):
        await slack.views_update(view_id="V0NONE", view=changed)
    for _ in range(2):
        await play.shortcut("U0ANA", "more")
        pushed = await slack.views_push(trigger_id=app.slack[-1]["trigger_id"], view=modal())
        assert pushed["view"]["root_view_id"] == first["id"]
    await play.shortcut("U0ANA", "more")
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await slack.views_push(trigger_id=app.slack[-1]["trigger_id"], view=modal())
    await play.close("U0ANA", play.views[-1].id)
    assert len(play.views) == 2
    app.on_slack = lambda _: web.json_response({"response_action": "update", "view": modal(callback_id="done")})
    await play.submit("U0ANA", play.views[-1].id, {})
    assert play.views[-1].view["callback_id"] == "done"
    app.on_slack = lambda _: web.json_response({"response_action": "errors", "errors": {"nowhere": "x"}})
    with pytest.raises(Failed, match="invalid_errors"):
        await play.submit("U0ANA", play.views[-1].id, {})


async def test_the_bot_joins_looks_and_is_told_about_files(play: Playground, slack: AsyncWebClient) -> None:
    play.add_channel("C0OTHER", "other", ["U0ANA"], bot=False)
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await slack.conversations_history(channel="C0OTHER")
    joined = await slack.conversations_join(channel="C0OTHER")
    assert joined["channel"]["is_member"]
    listed = await slack.conversations_list(exclude_archived=True)
    assert [one["name"] for one in listed["channels"]] == ["customers", "other"]
    assert (await slack.conversations_info(channel="C0OTHER"))["channel"]["num_members"] == 2
    assert (await slack.team_info())["team"]["id"] == "T0PLAY"
    assert (await slack.bots_info(bot="B0BRIDGE"))["bot"]["user_id"] == "U0BRIDGE"
    post = await play.post("U0ANA", ROOM, "see", files=[("a.txt", "text/plain", b"a")])
    shared = (await slack.files_info(file=post.files[0].id))["file"]["shares"]["public"]
    assert shared == {ROOM: [{"ts": post.ts, "thread_ts": None}]}
    with pytest.raises(SlackApiError, match="file_not_found"):
        await slack.files_info(file="F0NONE")
    await slack.reactions_add(channel=ROOM, timestamp=post.ts, name="eyes")
    got = await slack.reactions_get(channel=ROOM, timestamp=post.ts)
    assert got["message"]["reactions"] == [{"name": "eyes", "users": ["U0BRIDGE"], "count": 1}]
    await slack.reactions_remove(channel=ROOM, timestamp=post.ts, name="eyes")
    assert post.reactions == {}


def test_what_was_chosen_in_an_external_menu_stays_when_something_else_is_typed() -> None:
    menu = {"type": "multi_external_select", "max_selected_items": 2}
    first = offered_by_app(menu, [OPTIONS[0]], ["a"])
    assert offered_by_app(menu, [OPTIONS[1]], ["a", "b"], first) == OPTIONS
    with pytest.raises(LookupError):
        offered_by_app(menu, [OPTIONS[1]], ["a", "b"])
    with pytest.raises(Failed):
        offered_by_app(menu, OPTIONS, ["a", "b", "a"])
