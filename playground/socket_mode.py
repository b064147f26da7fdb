"""Socket Mode: connections, envelopes and their acknowledgements (Slack's "Using Socket Mode")."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from playground.world import APP_ID

if TYPE_CHECKING:
    from playground.core import Core
    from playground.world import Json

MOST_CONNECTIONS = 10


class Sockets:
    """The connected sockets. Any one of them gets an envelope, in turn."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.live: list[web.WebSocketResponse] = []
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._turn = 0

    def ticket(self) -> str:
        """Return the URL of a new connection, good for one."""
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return f"{self.core.url.replace('http', 'ws', 1)}/socket/{ticket}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it closes."""
        ticket = request.match_info["ticket"]
        if ticket not in self._tickets:
            return web.Response(status=403, text="link expired")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(timeout=1.0)
        await socket.prepare(request)
        if len(self.live) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        self.live.append(socket)
        try:
            await socket.send_json(self._hello())
            self.core.changed()
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            self.live.remove(socket)
            self.core.changed()
        return socket

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.live),
            "connection_info": {"app_id": APP_ID},
            "debug_info": {"host": "playground", "build_number": 1, "approximate_connection_time": 18060},
        }

    def _acknowledge(self, text: str) -> None:
        try:
            answer = json.loads(text)
        except ValueError:
            return
        waiting = self._waiting.get(answer.get("envelope_id", "")) if isinstance(answer, dict) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(answer.get("payload") or {})

    async def send(self, kind: str, payload: Json, extra: Json, within: float) -> Any:
        """Send an envelope; returns the payload of its acknowledgement, None when that does not come."""
        self._turn += 1
        socket = self.live[self._turn % len(self.live)]
        envelope_id = secrets.token_hex(16)
        envelope = {
            "envelope_id": envelope_id,
            "type": kind,
            "accepts_response_payload": False,
            **extra,
            "payload": payload,
        }
        waiting: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiting
        try:
            await socket.send_json(envelope)
            return await asyncio.wait_for(waiting, within)
        except (TimeoutError, ConnectionError):
            return None
        finally:
            del self._waiting[envelope_id]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every client to connect anew, then close, as Slack does now and then."""
        for socket in list(self.live):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}})
            await socket.close()

    async def close(self) -> None:
        for socket in list(self.live):
            await socket.close()
