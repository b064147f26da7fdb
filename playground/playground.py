"""The whole playground: its HTTP server, its defaults, and how to start and stop it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import yaml
from aiohttp import web

from playground import methods_files, response_urls
from playground.control import Control
from playground.core import Settings
from playground.outside import Outside
from playground.slack_api import SlackApi
from playground.twilio_api import TwilioApi
from playground.world import BOT_USER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


LARGEST_UPLOAD = 64 * 1024 * 1024


class Playground(Outside):
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
        self.core.shortcuts = [
            {"callback_id": one["callback_id"], "name": one["name"], "description": one.get("description", "")}
            for one in features.get("shortcuts") or []
            if one["type"] == "message"
        ]
        events = ((manifest.get("settings") or {}).get("event_subscriptions") or {}).get("bot_events")
        self.core.subscriptions = None if events is None else set(events)
        name = (features.get("bot_user") or {}).get("display_name")
        if name:
            self.world.people[BOT_USER].name = name
        self.core.changed()

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
