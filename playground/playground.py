"""The whole playground: its HTTP server, its defaults, and how to start and stop it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import yaml
from aiohttp import web

from playground import methods_files, response_urls
from playground.control import Control
from playground.core import Settings
from playground.pressing import Pressing
from playground.slack_api import SlackApi
from playground.texting import Texting
from playground.twilio_api import TwilioApi
from playground.world import BOT_USER, Ephemeral, Post, View
from playground.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playground.core import Call, Sent
    from playground.faults import Faults
    from playground.world import Json

LARGEST_UPLOAD = 64 * 1024 * 1024


class Playground(Writing, Pressing, Texting):
    """A local Slack and Twilio. Start it, connect an app, then let people write, press and text."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        signing_secret: str = "playground-signing-secret",  # noqa: S107 - local only
        bot_token: str = "xoxb-playground",  # noqa: S107 - local only
        app_token: str = "xapp-playground",  # noqa: S107 - local only
        account_sid: str = "AC" + "0" * 31 + "1",
        auth_token: str = "playground-auth-token",  # noqa: S107 - local only
        retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0),
    ) -> None:
        settings = Settings(
            signing_secret=signing_secret,
            bot_token=bot_token,
            app_token=app_token,
            account_sid=account_sid,
            auth_token=auth_token,
            retry_delays=retry_delays,
        )
        super().__init__(settings)
        self.settings = settings
        self.host = host
        self.port = port
        self._runner: web.AppRunner | None = None
        self.add_person(BOT_USER, "Threadline", is_bot=True)
        self.add_person("USLACKBOT", "Slackbot")

    async def start(self) -> None:
        """Listen, in the running loop. No signal handlers, no access log."""
        self.core.closing = False
        app = web.Application(client_max_size=LARGEST_UPLOAD)
        app.add_routes(self._routes())
        self._runner = web.AppRunner(app, handle_signals=False, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port, reuse_address=True)
        await site.start()
        host, self.port = self._runner.addresses[0][:2]
        self.core.url = f"http://{host}:{self.port}"

    async def stop(self) -> None:
        """Stop listening, end what runs in the background, close every connection."""
        self.faults.clear()
        await self.sockets.close()
        await self.core.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
            # Closed transports are torn down in the next turns of the loop.
            await asyncio.sleep(0)

    def connect(self, app_url: str | None) -> None:
        """Say where the app is: `{app}/slack/events` and `{app}/twilio/inbound`. None: nowhere."""
        self.core.app_url = app_url.rstrip("/") if app_url else None
        self.core.changed()

    def load_manifest(self, path: str | Path) -> None:
        """Read an app manifest (YAML): its commands, the events it subscribes to, and the bot's name."""
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - a str will do as well
            manifest = yaml.safe_load(file)
        features = manifest.get("features") or {}
        self.commands = [
            {
                "command": one["command"],
                "hint": one.get("usage_hint", ""),
                "description": one.get("description", ""),
            }
            for one in features.get("slash_commands") or []
        ]
        events = ((manifest.get("settings") or {}).get("event_subscriptions") or {}).get("bot_events")
        self.core.subscriptions = None if events is None else set(events)
        name = (features.get("bot_user") or {}).get("display_name")
        if name:
            self.world.people[BOT_USER].name = name
        self.core.changed()

    @property
    def url(self) -> str:
        return self.core.url

    @property
    def slack_api_url(self) -> str:
        return f"{self.core.url}/api/"

    @property
    def twilio_api_url(self) -> str:
        return self.core.url

    @property
    def faults(self) -> Faults:
        return self.core.faults

    @property
    def calls(self) -> list[Call]:
        """Every request to the playground's APIs, oldest first."""
        return self.core.calls

    @property
    def sent(self) -> list[Sent]:
        """Every request to the app, oldest first."""
        return self.core.sent

    @property
    def commands(self) -> list[Json]:
        """The slash commands: {"command", "hint", "description"}. While empty, every command is known."""
        return self.core.commands

    @commands.setter
    def commands(self, commands: list[Json]) -> None:
        self.core.commands = commands
        self.core.changed()

    @property
    def wait_for_events(self) -> bool:
        """Whether an action waits for the answer to the first delivery of its event."""
        return self.core.wait_for_events

    @wait_for_events.setter
    def wait_for_events(self, value: bool) -> None:
        self.core.wait_for_events = value

    @property
    def answer_within(self) -> float:
        """Seconds that Slack waits for an answer."""
        return self.core.answer_within

    @answer_within.setter
    def answer_within(self, seconds: float) -> None:
        self.core.answer_within = seconds

    def thread(self, channel: str, ts: str) -> list[Post]:
        """List a thread: root, then replies, oldest first, without deleted ones."""
        return self.world.channels[channel].thread(ts)

    def visible(self, user: str, channel: str) -> list[Post | Ephemeral]:
        """List what a person sees in a channel outside threads, by time: roots, broadcasts, their own ephemerals."""
        place = self.world.channels[channel]
        if user not in place.members:
            return []
        posts = [post for post in place.posts if not post.is_reply or post.broadcast]
        private = [one for one in self.ephemerals(user) if one.channel == channel and one.thread_ts is None]
        return sorted([*posts, *private], key=lambda shown: shown.ts)

    def ephemerals(self, user: str) -> list[Ephemeral]:
        """List what only this person sees, oldest first."""
        return [one for one in self.world.ephemerals if one.user == user]

    @property
    def views(self) -> list[View]:
        """Every open modal, bottom first."""
        return list(self.world.views.values())

    def home(self, user: str) -> View | None:
        return self.world.homes.get(user)

    async def until(self, condition: Callable[[], Any], timeout: float = 5) -> Any:  # noqa: ASYNC109
        """Wait until a condition (plain or async) gives something true; return that. AssertionError after `timeout`."""
        return await self.core.until(condition, timeout)

    async def quiet(self, seconds: float = 0.1) -> None:
        """Wait until nothing has changed for so long: before saying that something did not happen."""
        await self.core.quiet(seconds)

    def _routes(self) -> list[web.RouteDef]:
        async def respond(request: web.Request) -> web.Response:
            return await response_urls.serve(self.slack, request)

        async def upload(request: web.Request) -> web.Response:
            return await self._faulty("slack.upload", methods_files.upload, request)

        async def download(request: web.Request) -> web.Response:
            return await self._faulty("slack.download", methods_files.download, request)

        api = SlackApi(self.slack)
        return [
            web.route("*", "/api/{method}", api.serve),
            web.get("/socket/{ticket}", self.sockets.serve),
            web.post("/actions/{rest:.*}", respond),
            web.post("/commands/{rest:.*}", respond),
            web.post("/upload/v1/{file}", upload),
            web.get("/files-pri/{file}/{rest:.*}", download),
            *TwilioApi(self).routes(),
            *Control(self).routes(),
        ]

    async def _faulty(self, name: str, serve: Callable[..., Any], request: web.Request) -> web.Response:
        async def effect() -> web.Response:
            answer: web.Response = await serve(self.slack, request)
            return answer

        return await self.core.faults.around(name, request, effect)
