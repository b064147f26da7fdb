"""The real bridge in a process that the crash tests kill: its commits can be caught, and what would take long is short.

Run in a child of a fork server that has imported everything, so that a start costs a fraction of a second.
"""

import asyncio
import json
import os
import re
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

from bot import app, effects, logs, start
from bot.settings import Settings
from desk import colleagues, delivery
from desk.delivery import Effect

REPLICA = "X-Replica"  # the header by which the playground knows which process calls
READY = "ready"

_WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM|CREATE \w+|ALTER \w+|DROP \w+)\s+(\w+)", re.IGNORECASE)
_RENEWALS = 3.3  # of a lease in its time, as in production


@dataclass(frozen=True, slots=True, kw_only=True)
class Haste:
    """What is shorter than in production: the lease, and the seconds before each look at what became of a call."""

    lease_seconds: float = delivery.LEASE_SECONDS
    look_after: tuple[float, ...] = (0.1, 0.1, 0.2)
    post_seconds: float = 0.02


def run(settings: Settings, haste: Haste, name: str, link: socket.socket, log: Path, *, catch: bool) -> None:
    """Serve until SIGTERM, telling over `link` when it is ready; with `catch`, wait at each commit for a word of it."""
    threading.Thread(target=_die_with_parent, daemon=True).start()
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    logs.configure()
    _hurry(haste)
    _sign_calls(name, link if catch else None)
    if catch:
        _catch_commits(link)
    _share_port()
    _tell_when_ready(link)
    asyncio.run(app.serve(settings))


def _die_with_parent() -> None:
    """Nothing is left running when the driver itself is killed."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _hurry(haste: Haste) -> None:
    delivery._RENEW_SECONDS = min(delivery._RENEW_SECONDS, haste.lease_seconds / _RENEWALS)
    delivery.LEASE_SECONDS = haste.lease_seconds
    colleagues.HOLD = timedelta()  # reps who answer at once are asked, and nobody waits for them
    as_ever = effects.effects

    def hurried(*args: Any, **pace: Any) -> Mapping[str, Effect]:
        """Slack's limits would make a thousand posts take an hour: pace has tests of its own."""
        return {
            kind: replace(effect, terms=replace(effect.terms, limit=None), look_after=haste.look_after)
            for kind, effect in as_ever(*args, **pace).items()
        }

    setattr(app, "effects", hurried)  # noqa: B010 - mypy would have it exported
    app.open_bridge = partial(app.open_bridge, post_seconds=haste.post_seconds)


def _share_port() -> None:
    """Replicas listen on one port, and the kernel spreads the connections over those that live."""

    def bind(settings: Settings) -> socket.socket:
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind((settings.host, settings.port))
        bound.listen(1024)
        return bound

    start.bind = bind


def _tell_when_ready(link: socket.socket) -> None:
    tell = start.tell_admin

    async def told(*args: Any) -> None:
        await tell(*args)
        link.send(READY.encode())

    start.tell_admin = told  # type: ignore[assignment]


def _sign_calls(name: str, link: socket.socket | None) -> None:
    """Every call carries our name; with a link, we wait after the check of the lease, before anything is written."""
    traces = aiohttp.TraceConfig()

    async def begun(_session: Any, _context: Any, request: aiohttp.TraceRequestStartParams) -> None:
        if link is not None:
            what = request.url.name if request.url.name != "Messages.json" else "twilio.messages.create"
            _reach(link, f"writing {what}")

    traces.on_request_start.append(begun)
    aiohttp.ClientSession = partial(  # type: ignore[assignment,misc]
        aiohttp.ClientSession, headers={REPLICA: name}, trace_configs=[traces]
    )


def _catch_commits(link: socket.socket) -> None:
    """Before and after each commit that writes something, say so and wait; the driver may kill or freeze us there."""
    commit: Callable[..., None] = DefaultDialect.do_commit

    @event.listens_for(Engine, "begin")
    def _begun(caller: Any) -> None:
        caller.connection.info["writes"] = set()

    @event.listens_for(Engine, "before_cursor_execute")
    def _executed(caller: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found = _WRITES.match(statement)
        if found:
            caller.connection.info["writes"].add(found[1])

    def do_commit(self: DefaultDialect, pooled: Any) -> None:
        written = ", ".join(sorted(pooled.info["writes"]))
        if written:
            _reach(link, f"before the commit of {written}")
        commit(self, pooled)
        if written:
            _reach(link, f"after the commit of {written}")

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]


def _reach(link: socket.socket, what: str) -> None:
    link.send(json.dumps(what).encode())
    link.recv(1)
