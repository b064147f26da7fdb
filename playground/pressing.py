"""What people press and fill in: buttons, menus, commands, modals, Home, shortcuts, with the payloads Slack sends."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from playground import blocks as kit_check
from playground import elements, methods_views, response_urls, shapes
from playground.base import Base
from playground.choosing import TAKES, held, offered_by_app
from playground.core import Failed
from playground.slack import ResponseUrl, SlackError
from playground.slack_out import TOKEN
from playground.world import APP_ID, TEAM_DOMAIN, TEAM_ID, Ephemeral, Post, View

if TYPE_CHECKING:
    from playground.slack_out import Reply
    from playground.world import Json

Target = Post | Ephemeral | View
Found = tuple["Json", "Json"]


class Pressing(Base):
    """Interactive actions of people. `channel` None and a view's id as `ts` press what is in a modal or on Home."""

    async def press(
        self, user: str, channel: str | None, ts: str, action_id: str, *, value: str | None = None, nth: int = 0
    ) -> str | None:
        """Press a button, or pick `value` in an overflow menu. Returns the link of a link button.

        Raises LookupError when it is not there for this person and Failed when Slack would show an error.
        """
        target = self.target(user, channel, ts)
        block, element = elements.find(target.blocks, action_id, nth, value=value)
        action = {"type": element["type"], "block_id": block["block_id"], "action_id": action_id}
        url: str | None = None
        if element["type"] == "overflow":
            option = next((one for one in element["options"] if one["value"] == value), None)
            if option is None:
                raise LookupError(f"{action_id} offers {[one['value'] for one in element['options']]}, not {value!r}.")
            action["selected_option"], url = option, option.get("url")
        elif element["type"] == "button":
            action |= {name: element[name] for name in ("text", "value", "style", "url") if name in element}
            url = element.get("url")
        else:
            raise LookupError(f"{action_id} is a {element['type']}: choose, not press.")
        await self._act(user, target, action)
        return url

    async def choose(
        self, user: str, channel: str | None, ts: str, action_id: str, value: Any, *, nth: int = 0, query: str = ""
    ) -> None:
        """Choose in a menu, radio buttons, checkboxes or a picker; a list of values where several can be chosen.

        An external menu is asked for its options first (with `query`), and the value must be among them.
        """
        target = self.target(user, channel, ts)
        block, element = elements.find(target.blocks, action_id, nth)
        choice = await self._choice(user, target, (block, element), value, query)
        target.choices[elements.key(block, element)] = choice
        self.core.changed()
        if block["type"] == "input" and not block.get("dispatch_action"):
            return
        action = {"type": element["type"], "block_id": block["block_id"], "action_id": action_id}
        action[elements.CHOICE_FIELD.get(element["type"], "value")] = choice
        if "placeholder" in element:
            action["placeholder"] = element["placeholder"]
        await self._act(user, target, action)

    async def options(
        self, user: str, channel: str | None, ts: str, action_id: str, query: str = "", *, nth: int = 0
    ) -> list[Json]:
        """Open a menu: its options, those of an external one asked from the app and checked. Groups are flattened."""
        target = self.target(user, channel, ts)
        block, element = elements.find(target.blocks, action_id, nth)
        if "external" not in element["type"]:
            return elements.offered(element)
        return await self._ask(user, target, block, element, query)

    async def command(self, user: str, channel: str, command: str, text: str = "") -> Post | Ephemeral | None:
        """Use a slash command. Returns what its answer shows, None for an empty answer."""
        place = self.channel(channel, user)
        known = [one["command"] for one in self.core.commands]
        if known and command not in known:
            raise LookupError(f"{command} is not a valid command. There are {known}.")
        grant = ResponseUrl(user=user, channel=channel)
        form = {
            "token": TOKEN,
            "team_id": TEAM_ID,
            "team_domain": TEAM_DOMAIN,
            "channel_id": channel,
            "channel_name": "directmessage" if place.dm_with else place.name,
            "user_id": user,
            "user_name": self.world.people[user].handle,
            "command": command,
            "text": text,
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": self.slack.new_response_url(grant),
            "trigger_id": self.core.new_trigger(user),
        }
        reply = (await self.out.command(form)).check(command)
        if not reply.body.strip():
            return None
        answer = reply.json if reply.body.lstrip().startswith("{") else {"text": reply.body}
        try:
            return response_urls.respond(self.slack, grant, answer)
        except SlackError as error:
            raise Failed("invalid_command_response", f"{error.code} {error.extra}") from None

    async def submit(self, user: str, view_id: str, values: dict[str, Any]) -> dict[str, str]:
        """Fill in a modal and submit it. Keys of `values`: `block_id/action_id`, or either of them alone.

        Returns the errors shown at its inputs by block_id; empty when it went through.
        """
        view = self.world.views.get(view_id)
        if view is None or view.user != user:
            raise LookupError(f"{user} has no open modal {view_id}.")
        await self._fill_in(user, view, values)
        payload = {
            "type": "view_submission",
            **self.out.common(user),
            "trigger_id": self.core.new_trigger(user),
            "view": {**shapes.view(view), "state": elements.state(view.blocks, view.choices)},
            "response_urls": [],
        }
        reply = (await self.out.interactive(payload, view.view.get("callback_id", ""))).check("The submission")
        return self._after_submit(user, view, reply)

    async def _fill_in(self, user: str, view: View, values: dict[str, Any]) -> None:
        left = dict(values)
        for block, element in elements.interactive(view.blocks):
            name = elements.key(block, element)
            for key in (name, block["block_id"], element["action_id"]):
                if key in left:
                    view.choices[name] = await self._choice(user, view, (block, element), left.pop(key), "")
                    break
            if block["type"] == "input" and not block.get("optional") and view.choices.get(name) in (None, "", []):
                raise Failed("missing_input", f"{name} must be filled in")
        if left:
            raise LookupError(f"The modal has no {sorted(left)}.")

    def _after_submit(self, user: str, view: View, reply: Reply) -> dict[str, str]:
        answer = reply.json
        action = answer.get("response_action")
        if action is None:
            self.world.views.pop(view.id, None)
        elif action == "clear":
            methods_views.close_all(self.slack, user)
        elif action == "errors":
            errors = answer.get("errors")
            inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
            if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
                raise Failed("invalid_errors", f"{errors} are not errors for {sorted(inputs)}")
            view.errors = {str(key): str(value) for key, value in errors.items()}
            self.core.changed()
            return view.errors
        elif action in {"update", "push"}:
            new = answer.get("view")
            if problems := methods_views.check(new, "modal"):
                raise Failed("invalid_view", "; ".join(problems))
            new = {**(new or {}), "blocks": elements.with_ids((new or {})["blocks"])}
            if action == "update":
                methods_views.draw(self.slack, view, new)
            else:
                methods_views.add(self.slack, user, new, view)
        else:
            raise Failed("invalid_response_action", str(action))
        self.core.changed()
        return {}

    async def close(self, user: str, view_id: str) -> None:
        """Close a modal. The app hears of it only when the view has notify_on_close."""
        view = self.world.views.get(view_id)
        if view is None or view.user != user:
            raise LookupError(f"{user} has no open modal {view_id}.")
        del self.world.views[view_id]
        self.core.changed()
        if view.view.get("notify_on_close"):
            payload = {"type": "view_closed", **self.out.common(user), "view": shapes.view(view), "is_cleared": False}
            (await self.out.interactive(payload, view.view.get("callback_id", ""))).check("The closing")

    async def open_home(self, user: str) -> View | None:
        """Open the app's Home: app_home_opened. Returns what it shows after that."""
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": self.world.direct_message(user).id,
            "tab": "home",
            "event_ts": self.world.new_ts(),
        }
        if user in self.world.homes:
            event["view"] = shapes.view(self.world.homes[user])
        await self.out.event(event)
        return self.world.homes.get(user)

    async def shortcut(self, user: str, callback_id: str, channel: str | None = None, ts: str | None = None) -> None:
        """Use a message shortcut, or a global one without channel and ts."""
        payload: Json = {"callback_id": callback_id, **self.out.common(user), "trigger_id": self.core.new_trigger(user)}
        payload["action_ts"] = self.world.new_ts()
        if channel is None or ts is None:
            payload["type"] = "shortcut"
        else:
            post = self.find_post(channel, user, ts)
            payload |= {
                "type": "message_action",
                "message_ts": ts,
                "message": shapes.message(self.core, post),
                "channel": {"id": channel, "name": self.world.channels[channel].name},
                "response_url": self._response_url(user, post),
            }
        (await self.out.interactive(payload, callback_id)).check(callback_id)

    def target(self, user: str, channel: str | None, ts: str) -> Target:
        """Find what a person can press: a post, an ephemeral of theirs, or with channel None a modal or their Home."""
        if channel is None:
            mine = [*self.world.modals(user), *([self.world.homes[user]] if user in self.world.homes else [])]
            view = next((one for one in mine if one.id == ts), None)
            if view is None:
                raise LookupError(f"{user} has no view {ts}.")
            return view
        for one in self.world.ephemerals:
            if one.ts == ts and one.user == user and one.channel == channel:
                return one
        return self.find_post(channel, user, ts)

    def shown_choice(
        self, channel: str | None, ts: str, action_id: str, *, user: str | None = None, nth: int = 0
    ) -> Any:
        """Say what a menu shows: None, `{"value", "text"}`, or a list of those. `user` finds ephemerals and views."""
        names = self.choice_names()
        target: Target | None = self.world.channels[channel].find(ts) if channel and user is None else None
        if target is None:
            target = self.target(user or "", channel, ts)
        block, element = elements.find(target.blocks, action_id, nth)
        return elements.summary(target.choices.get(elements.key(block, element)), names)

    def choice_names(self) -> dict[str, str]:
        """Map ids of people and channels to the words a menu shows."""
        people = {person.id: person.name for person in self.world.people.values()}
        return people | {channel.id: f"#{channel.name}" for channel in self.world.channels.values()}

    async def _choice(self, user: str, target: Target, found: Found, value: Any, query: str) -> Any:
        block, element = found
        if element["type"] not in TAKES:
            raise LookupError(f"A {element['type']} is pressed, not chosen.")
        if "external" in element["type"]:
            options = await self._ask(user, target, block, element, query)
            return offered_by_app(element, options, value, target.choices.get(elements.key(block, element)))
        return held(self.world, element, value)

    async def _ask(self, user: str, target: Target, block: Json, element: Json, query: str) -> list[Json]:
        least = element.get("min_query_length", 3)
        if len(query) < least:
            raise Failed("too_short", f"Slack asks for options from {least} characters on; min_query_length says so")
        payload = {
            "type": "block_suggestion",
            **self.out.common(user),
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "value": query,
            **self._where(target),
        }
        reply = (await self.out.options(payload, element["action_id"])).check("The menu's request for options")
        answer = reply.json
        if ("options" in answer) == ("option_groups" in answer):
            raise Failed("invalid_options", f"options or option_groups are needed, not {reply.body[:300]}")
        problems: list[Any] = list(kit_check.check_options(answer.get("options", []), "/options"))
        groups = answer.get("option_groups", [])
        for index, group in enumerate(groups):
            problems += kit_check.check_group(group, f"/option_groups/{index}")
        options = [*answer.get("options", []), *(one for group in groups for one in group.get("options", []))]
        if len(groups) > kit_check.MOST_OPTIONS or problems:
            raise Failed("invalid_options", json.dumps(problems or "more than 100 groups"))
        labelled = [{**one, "group": group["label"]["text"]} for group in groups for one in group["options"]]
        return labelled or options

    async def _act(self, user: str, target: Target, action: Json) -> None:
        payload: Json = {
            "type": "block_actions",
            **self.out.common(user),
            "trigger_id": self.core.new_trigger(user),
            **self._where(target),
            "actions": [{**action, "action_ts": f"{time.time():.6f}"}],
        }
        if not isinstance(target, View):
            payload["response_url"] = self._response_url(user, target)
            payload["state"] = elements.state(target.blocks, target.choices)
        (await self.out.interactive(payload, action["action_id"])).check(action["action_id"])

    def _response_url(self, user: str, source: Post | Ephemeral) -> str:
        grant = ResponseUrl(user=user, channel=source.channel, thread_ts=source.thread_ts, source=source)
        return self.slack.new_response_url(grant)

    def _where(self, target: Target) -> Json:
        """Build container, channel, message or view of a payload. There is no `message` for an ephemeral one."""
        if isinstance(target, View):
            view = {**shapes.view(target), "state": elements.state(target.blocks, target.choices)}
            return {"container": {"type": "view", "view_id": target.id}, "view": view}
        container: Json = {
            "type": "message",
            "message_ts": target.ts,
            "channel_id": target.channel,
            "is_ephemeral": isinstance(target, Ephemeral),
        }
        if target.thread_ts is not None:
            container["thread_ts"] = target.thread_ts
        place = self.world.channels[target.channel]
        where: Json = {"container": container, "channel": {"id": place.id, "name": place.name or "directmessage"}}
        if isinstance(target, Post):
            where["message"] = shapes.message(self.core, target)
        return where
