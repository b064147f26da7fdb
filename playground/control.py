"""The control API, for the page and for other programs: state, changes, actions, log, faults (see README.md)."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from playground.control_actions import ACTIONS
from playground.core import Failed
from playground.state import State, when

if TYPE_CHECKING:
    from collections.abc import Callable

    from playground.core import Call, Sent
    from playground.outside import Outside
    from playground.world import Json

PAGE = Path(__file__).parent / "page"
COALESCE = 0.03
KEEP_ALIVE = 15.0


class Control:
    """Serves the page and `/playground/…`."""

    def __init__(self, play: Outside) -> None:
        self.play = play

    def routes(self) -> list[web.RouteDef]:
        """List the routes."""
        return [
            web.get("/", self.page),
            web.get("/archives/{rest:.*}", self.page),
            web.get("/page/{file}", self.page_file),
            web.get("/playground/state", self.state),
            web.get("/playground/events", self.events),
            web.get("/playground/log", self.log),
            web.get("/playground/media/{sid}", self.media),
            web.post("/playground/do", self.do),
            web.post("/playground/fault", self.fault),
        ]

    async def page(self, request: web.Request) -> web.StreamResponse:
        del request
        return _file("index.html")

    async def page_file(self, request: web.Request) -> web.StreamResponse:
        return _file(request.match_info["file"])

    async def state(self, request: web.Request) -> web.Response:
        del request
        return web.json_response(State(self.play).everything())

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Tell of every change, those within 30 ms as one."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        core = self.play.core
        seen = -1
        try:
            while not core.closing and request.transport is not None and not request.transport.is_closing():
                if core.version != seen:
                    seen = core.version
                    await response.write(f'data: {{"version": {seen}}}\n\n'.encode())
                else:
                    await response.write(b": still here\n\n")
                if core.version == seen:
                    await core.change(KEEP_ALIVE)
                await asyncio.sleep(COALESCE)
        except ConnectionError:
            pass
        return response

    async def log(self, request: web.Request) -> web.Response:
        last = int(request.query.get("last", "0")) if request.query.get("last", "0").isdigit() else 0
        return web.json_response(
            {
                "calls": [_call(one) for one in self.play.calls[-last:]],
                "sent": [_sent(one) for one in self.play.sent[-last:]],
            },
            dumps=_dumps,
        )

    async def media(self, request: web.Request) -> web.Response:
        sid = request.match_info["sid"]
        for text in self.play.world.texts.values():
            for one in text.media:
                if one.sid == sid:
                    return web.Response(body=one.content, content_type=one.content_type)
        return web.Response(status=404, text="not found")

    async def do(self, request: web.Request) -> web.Response:
        """Run one action; what goes wrong is told in a sentence."""
        given = await _object(request)
        if given is None or given.get("do") not in ACTIONS:
            return web.json_response({"ok": False, "error": f"Say what to do: {sorted(ACTIONS)}."}, status=400)
        try:
            result = await ACTIONS[given["do"]](self.play, given)
        except KeyError as error:
            return web.json_response({"ok": False, "error": f"{error.args[0]!r} is missing or unknown."})
        except (LookupError, Failed, ValueError, TypeError) as error:
            return web.json_response({"ok": False, "error": str(error)})
        return web.json_response({"ok": True, "result": result})

    async def fault(self, request: web.Request) -> web.Response:
        """Order a fault."""
        given = await _object(request) or {}
        kind = given.pop("fault", "")
        faults = self.play.faults
        orders: dict[str, Callable[..., Any]] = {"delay": faults.delay, "answer": faults.answer, "drop": faults.drop}
        try:
            if kind == "clear":
                faults.clear()
            elif kind == "limits":
                faults.limits = bool(given["on"])
            elif kind == "outside_marketplace":
                faults.outside_marketplace = bool(given["on"])
            else:
                orders[kind](**given)
        except (KeyError, TypeError) as error:
            return web.json_response({"ok": False, "error": str(error)}, status=400)
        return web.json_response({"ok": True})


def _file(name: str) -> web.StreamResponse:
    path = (PAGE / name).resolve()
    if path.parent != PAGE.resolve() or not path.is_file():
        return web.Response(status=404, text=f"There is no page file {name}.")
    return web.FileResponse(path, headers={"Cache-Control": "no-cache"})


async def _object(request: web.Request) -> Json | None:
    try:
        given = json.loads(await request.text())
    except ValueError:
        return None
    return given if isinstance(given, dict) else None


def _dumps(value: Any) -> str:
    return json.dumps(value, default=str)


def _call(one: Call) -> Json:
    return {"method": one.method, "params": one.params, "status": one.status, "answer": one.answer, "at": when(one.at)}


def _sent(one: Sent) -> Json:
    return {
        "kind": one.kind,
        "about": one.about,
        "url": one.url,
        "attempt": one.attempt,
        "status": one.status,
        "answer": one.answer,
        "at": when(one.at),
        "via": one.via,
    }
