"""A seeded playground, and a tiny app that checks every signature and keeps what it was sent."""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from twilio.request_validator import RequestValidator

from playground import Playground, seed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Answer = web.StreamResponse


@dataclass
class App:
    """The app under test. `on_slack` and `on_twilio` make the answers."""

    signing_secret: str
    auth_token: str
    url: str = ""
    slack: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    twilio: list[dict[str, str]] = field(default_factory=list)
    forged: int = 0
    on_slack: Callable[[dict[str, Any]], Answer | Awaitable[Answer]] = lambda _: web.Response()
    on_twilio: Callable[[dict[str, str]], Answer] = lambda _: web.Response()

    async def slack_route(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if not SignatureVerifier(self.signing_secret).is_valid_request(body, dict(request.headers)):
            self.forged += 1
        if request.content_type == "application/json":
            payload = json.loads(body)
        else:
            form = {key: str(value) for key, value in (await request.post()).items()}
            payload = json.loads(form["payload"]) if "payload" in form else form
        self.slack.append(payload)
        self.headers.append(dict(request.headers))
        answer = self.on_slack(payload)
        return (await answer) if inspect.isawaitable(answer) else answer

    async def twilio_route(self, request: web.Request) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        url = f"{self.url}{request.path_qs}"
        if not RequestValidator(self.auth_token).validate(url, form, request.headers["X-Twilio-Signature"]):
            self.forged += 1
        self.twilio.append({**form, "path": request.path_qs})
        return self.on_twilio(form)

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [one["event"] for one in self.slack if one.get("event", {}).get("type") == kind]


@pytest.fixture
async def play() -> AsyncIterator[Playground]:
    """A running, seeded playground whose retries are quick."""
    play = Playground(retry_delays=(0.0, 0.01, 0.02))
    seed(play)
    await play.start()
    yield play
    await play.stop()


@pytest.fixture
async def app(play: Playground) -> AsyncIterator[App]:
    """An app that the playground is connected to; it fails the test when a signature was wrong."""
    app = App(signing_secret=play.settings.signing_secret, auth_token=play.settings.auth_token)
    site = web.Application()
    site.add_routes([web.post("/slack/events", app.slack_route), web.post("/twilio/{rest:.*}", app.twilio_route)])
    runner = web.AppRunner(site, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    app.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    play.connect(app.url)
    yield app
    await runner.cleanup()
    assert app.forged == 0


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def slack(play: Playground, session: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(
        token=play.settings.bot_token, base_url=play.slack_api_url, session=session, retry_handlers=[]
    )
