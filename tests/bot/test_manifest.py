"""The manifest asks Slack for what the code uses, and for nothing else.

The code's side is read from the code: from what the handlers listen to, and from the Slack methods that are called.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot import handlers

ROOT = Path(__file__).parents[2]

# What Slack calls an event where the code listens to a family of them, and the scope that each event needs.
FAMILIES = {"message": {"message.channels", "message.groups"}}
EVENT_SCOPES = {
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "reaction_added": {"reactions:read"},
    "subteam_members_changed": {"usergroups:read"},
    "user_change": {"users:read"},
}
# The scopes that each method needs, in public and in private channels.
METHOD_SCOPES = {
    "apps.connections.open": set[str](),  # with the app's own token, when it uses Socket Mode
    "auth.test": set[str](),
    "chat.delete": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history"},
    "conversations.list": {"channels:read", "groups:read"},
    "conversations.members": {"channels:read", "groups:read"},
    "conversations.replies": {"channels:history", "groups:history"},
    "reactions.add": {"reactions:write"},
    "usergroups.users.list": {"usergroups:read"},
    "users.info": {"users:read"},
    "users.list": {"users:read"},
    "views.open": set[str](),
    "views.push": set[str](),
    "views.update": set[str](),
}


class Recorder:
    """Stands where Bolt's app stands when handlers register, and notes what they listen to."""

    def __init__(self) -> None:
        self.heard: defaultdict[str, set[str]] = defaultdict(set)

    def __getattr__(self, kind: str) -> Callable[..., Any]:
        def listen(to: Any, *_: Any) -> Callable[[Any], Any]:
            if isinstance(to, re.Pattern):
                to = to.pattern
            if isinstance(to, dict):
                to = to["type"]
            if isinstance(to, str) and to != ".*":
                self.heard[kind].add(to)
            return lambda listener: listener

        return listen


@pytest.fixture(scope="module")
def listeners() -> dict[str, set[str]]:
    """What the code listens to, by kind; catch-alls left out."""
    recorder = Recorder()
    handlers.register(recorder, None)  # type: ignore[arg-type]
    return recorder.heard


@pytest.fixture(scope="module")
def manifest() -> Any:
    return yaml.safe_load((ROOT / "manifest.yml").read_text())


def methods_called() -> set[str]:
    """Every method of Slack's Web API that `bot/` names: as a call on a client, or in a string."""
    known = {name for name in dir(AsyncWebClient) if "_" in name and not name.startswith("_")} - {"api_call"}
    called: set[str] = set()
    for path in (ROOT / "bot").rglob("*.py"):
        if path.name in {"demo.py", "tour.py"}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in known:
                called.add(node.attr)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
                called |= {node.value.replace(".", "_")} & known
    spelled = {method.replace(".", "_"): method for method in METHOD_SCOPES}
    unknown = called - set(spelled)
    assert not unknown, f"say in METHOD_SCOPES which scopes these methods need: {sorted(unknown)}"
    return {spelled[name] for name in called}


def events_heard(listeners: dict[str, set[str]]) -> set[str]:
    return {event for heard in listeners["event"] for event in FAMILIES.get(heard, {heard})}


def test_every_command_is_in_the_manifest(manifest: Any, listeners: dict[str, set[str]]) -> None:
    """And none that nobody answers; each says what it does."""
    declared = manifest["features"]["slash_commands"]
    assert {command["command"] for command in declared} == listeners["command"]
    assert all(command["description"] and not command["should_escape"] for command in declared)


def test_every_event_is_subscribed_to(manifest: Any, listeners: dict[str, set[str]]) -> None:
    """And none that nobody listens to."""
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == events_heard(listeners)


def test_every_scope_is_asked_for(manifest: Any, listeners: dict[str, set[str]]) -> None:
    """Those of the methods that are called, of the events and of commands; and no more."""
    needed = {"commands"} if listeners["command"] else set()
    for event in events_heard(listeners):
        needed |= EVENT_SCOPES[event]
    for method in methods_called():
        needed |= METHOD_SCOPES[method]
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed
    assert "user" not in manifest["oauth_config"]["scopes"]


def test_no_scope_is_remembered_for_a_method_that_is_gone() -> None:
    """The table above is what the code calls."""
    assert methods_called() == set(METHOD_SCOPES)


def test_presses_and_menus_arrive(manifest: Any, listeners: dict[str, set[str]]) -> None:
    """Interactivity is on for buttons and modals, with an options URL for the menus that ask for theirs."""
    assert listeners["action"]
    assert listeners["options"]
    interactivity = manifest["settings"]["interactivity"]
    assert interactivity["is_enabled"]
    assert interactivity["message_menu_options_url"]


def test_shortcuts_and_home_only_when_used(manifest: Any, listeners: dict[str, set[str]]) -> None:
    """What the code does not answer is not offered to people."""
    features = manifest["features"]
    shortcuts = {shortcut["callback_id"] for shortcut in features.get("shortcuts", [])}
    assert shortcuts == listeners["shortcut"] | listeners["message_shortcut"] | listeners["global_shortcut"]
    home = (features.get("app_home") or {}).get("home_tab_enabled", False)
    assert home == ("app_home_opened" in listeners["event"])


def test_one_address_takes_everything(manifest: Any) -> None:
    """Every URL is the bridge's one route for Slack, over https."""
    urls = {
        manifest["settings"]["event_subscriptions"]["request_url"],
        manifest["settings"]["interactivity"]["request_url"],
        manifest["settings"]["interactivity"]["message_menu_options_url"],
        *(command["url"] for command in manifest["features"]["slash_commands"]),
    }
    [url] = urls
    assert re.fullmatch(r"https://[^/]+/slack/events", url)
