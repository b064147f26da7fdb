"""views.*: modals and Home."""

from __future__ import annotations

import json
import secrets
import time
from typing import TYPE_CHECKING, Any

from playground import blocks as kit_check
from playground import elements, shapes
from playground.core import TRIGGER_SECONDS
from playground.slack import SlackError, parsed
from playground.world import View

if TYPE_CHECKING:
    from playground.slack import Method, Slack
    from playground.world import Json

MOST_MODALS = 3
LONGEST = {"private_metadata": 3000, "callback_id": 255, "external_id": 255}
LARGEST = 250_000
LABEL = 24
MODAL_KEYS = {
    "type",
    "title",
    "blocks",
    "close",
    "submit",
    "private_metadata",
    "callback_id",
    "clear_on_close",
    "notify_on_close",
    "external_id",
    "submit_disabled",
}
HOME_KEYS = {"type", "blocks", "private_metadata", "callback_id", "external_id"}


def check(view: Any, surface: str) -> list[str]:
    """Return what Slack would refuse in a view: its keys, lengths, title, submit, and its blocks."""
    if not isinstance(view, dict) or view.get("type") != surface:
        return [f"must be a view of type {surface} [json-pointer:/view/type]"]
    problems = [
        f"invalid additional property: {key} [json-pointer:/view/{key}]"
        for key in sorted(set(view) - (MODAL_KEYS if surface == "modal" else HOME_KEYS))
    ]
    problems += [
        f"must be a string of at most {most} characters [json-pointer:/view/{key}]"
        for key, most in LONGEST.items()
        if key in view and (not isinstance(view[key], str) or len(view[key]) > most)
    ]
    if surface == "modal":
        problems += _labels(view)
    if len(json.dumps(view)) > LARGEST:
        problems.append("view is larger than 250 KB [json-pointer:/view]")
    return problems + kit_check.check(view.get("blocks"), surface)


def _labels(view: Json) -> list[str]:
    problems = []
    for key in ("title", "submit", "close"):
        label = view.get(key)
        if label is None and key != "title":
            continue
        text = label.get("text") if isinstance(label, dict) and label.get("type") == "plain_text" else None
        if not isinstance(text, str) or not 0 < len(text) <= LABEL:
            problems.append(f"must be a plain_text object of 1 to {LABEL} characters [json-pointer:/view/{key}]")
    blocks = view.get("blocks")
    has_input = (
        any(isinstance(b, dict) and b.get("type") == "input" for b in blocks) if isinstance(blocks, list) else False
    )
    if has_input and not view.get("submit"):
        problems.append("missing required field: submit, since there are inputs [json-pointer:/view/submit]")
    return problems


def checked(params: Json, surface: str) -> Json:
    view = parsed(params, "view", "invalid_arguments")
    problems = check(view, surface)
    if problems:
        raise SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {p}" for p in problems]})
    return {**view, "blocks": elements.with_ids(view["blocks"])}


def _person_of(slack: Slack, params: Json) -> str:
    """Use up a trigger_id: it lives for 3 s and works once."""
    trigger = str(params.get("trigger_id") or params.get("interactivity_pointer") or "")
    if trigger not in slack.core.triggers:
        raise SlackError("invalid_trigger_id")
    user, made = slack.core.triggers[trigger]
    if not user:
        raise SlackError("exchanged_trigger_id")
    if time.monotonic() - made > TRIGGER_SECONDS:
        raise SlackError("expired_trigger_id")
    slack.core.triggers[trigger] = ("", made)
    return user


def add(slack: Slack, user: str, view: Json, below: View | None) -> View:
    """Open a modal, on top of another or alone."""
    one = View(id=slack.core.world.new_id("V"), user=user, type="modal", view=view, hash="", root_id="")
    one.root_id = below.root_id if below else one.id
    one.previous_id = below.id if below else None
    if below is None:
        close_all(slack, user)
    slack.core.world.views[one.id] = one
    return draw(slack, one, view)


def close_all(slack: Slack, user: str) -> None:
    for one in slack.core.world.modals(user):
        del slack.core.world.views[one.id]


def draw(slack: Slack, one: View, view: Json) -> View:
    """Put new content into a view. What was filled in stays where block and action ids stay."""
    one.view, one.hash, one.errors = view, f"{int(time.time())}.{secrets.token_hex(4)}", {}
    one.choices = elements.shown(view["blocks"], one.choices)
    slack.core.changed()
    return one


async def open_view(slack: Slack, params: Json) -> Json:
    view = checked(params, "modal")
    return {"view": shapes.view(add(slack, _person_of(slack, params), view, None))}


async def push_view(slack: Slack, params: Json) -> Json:
    view = checked(params, "modal")
    user = _person_of(slack, params)
    open_now = slack.core.world.modals(user)
    if len(open_now) >= MOST_MODALS:
        raise SlackError("push_limit_reached")
    return {"view": shapes.view(add(slack, user, view, open_now[-1] if open_now else None))}


async def update_view(slack: Slack, params: Json) -> Json:
    world = slack.core.world
    one = world.views.get(str(params.get("view_id")))
    if one is None and params.get("external_id"):
        named = [v for v in world.views.values() if v.view.get("external_id") == params["external_id"]]
        one = named[0] if named else None
    if one is None:
        one = next((home for home in world.homes.values() if home.id == params.get("view_id")), None)
    if one is None:
        raise SlackError("not_found")
    if params.get("hash") and params["hash"] != one.hash:
        raise SlackError("hash_conflict")
    return {"view": shapes.view(draw(slack, one, checked(params, one.type)))}


async def publish_view(slack: Slack, params: Json) -> Json:
    world = slack.core.world
    user = str(params.get("user_id") or "")
    if user not in world.people:
        raise SlackError("user_not_found")
    view = checked(params, "home")
    one = world.homes.get(user)
    if one is None:
        one = View(id=world.new_id("V"), user=user, type="home", view=view, hash="", root_id="")
        one.root_id = one.id
        world.homes[user] = one
    elif params.get("hash") and params["hash"] != one.hash:
        raise SlackError("hash_conflict")
    return {"view": shapes.view(draw(slack, one, view))}


METHODS: dict[str, Method] = {
    "views.open": open_view,
    "views.push": push_view,
    "views.update": update_view,
    "views.publish": publish_view,
}
