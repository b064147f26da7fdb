"""The stage of a crash test: the playground, the bridge's processes, and a word of each point between two steps.

A point is just before or after a commit that writes something, or a call that has an effect. Whoever is asked about it
may let the process go on, keep it waiting, or kill it there.
"""

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from aiohttp import web
from sqlalchemy import make_url
from sqlalchemy import text as sql

from bot.settings import Settings
from playground.faults import Faults
from playground.playground import Playground
from playground.seed import NUMBER, seed
from storage.database import connect
from tests.conftest import settings_for
from tests.crash import bridge
from tests.crash.bridge import Haste

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

REPLICAS = {"sqlite": 1, "postgresql": 3}
EFFECTS = (
    "chat.postMessage",
    "chat.update",
    "chat.delete",
    "chat.postEphemeral",
    "reactions.add",
    "twilio.messages.create",
)

_MANIFEST = Path(__file__).parents[2] / "manifest.yml"
_RETRIES = (0.05, 0.1, 0.2, *[0.5] * 200)  # Slack's own are a minute apart, and end
_UNFINISHED = """
SELECT (SELECT count(*) FROM delivery WHERE state IN ('waiting', 'sending', 'unknown')
            AND NOT (kind = 'mark' AND state = 'waiting' AND not_before > :now))
     + (SELECT count(*) FROM raw_request WHERE processed_at IS NULL)
"""
_forks = get_context("forkserver")
_forks.set_forkserver_preload([bridge.__name__])


@dataclass(frozen=True, slots=True)
class Point:
    """Where a process stands: `before the commit of delivery, lane`, `after chat.postMessage`."""

    replica: str
    what: str


Reached = Callable[[Point], Awaitable[bool]]


async def go_on(point: Point) -> bool:
    """Whether the process may go on from a point; False when it was killed there."""
    del point
    return True


class _Watched(Faults):
    """Tells of every call before and after its effect; a call whose process died before has none."""

    def __init__(self, stage: "Stage") -> None:
        super().__init__()
        self.stage = stage

    async def around(
        self, method: str, request: web.Request, effect: Callable[[], Awaitable[web.Response]]
    ) -> web.Response:
        replica = request.headers.get(bridge.REPLICA, "")
        if method not in EFFECTS:
            return await super().around(method, request, effect)
        if not await self.stage.reached(Point(replica, f"before {method}")):
            return web.Response()
        response = await super().around(method, request, effect)
        await self.stage.reached(Point(replica, f"after {method}"))
        return response


class Replica:
    """A process of the bridge that is started again whenever it ends, until it is retired."""

    def __init__(self, name: str, stage: "Stage") -> None:
        self.name = name
        self.stage = stage
        self.exits: list[int | None] = []
        self.ready = asyncio.Event()
        self._process: BaseProcess | None = None
        self._living = asyncio.create_task(self._live())

    def kill(self) -> None:
        """Kill -9."""
        self.send(signal.SIGKILL)
        self.ready.clear()

    def send(self, what: signal.Signals) -> None:
        """Send a signal: SIGSTOP freezes it, SIGCONT thaws it, SIGTERM asks it to stop."""
        if self._process is not None and self._process.pid is not None and self._process.exitcode is None:
            os.kill(self._process.pid, what)

    async def stop(self) -> int | None:
        """Ask it to stop, as a rolling restart does; its exit code once it has ended."""
        known = len(self.exits)
        self.send(signal.SIGTERM)
        while len(self.exits) == known:  # noqa: ASYNC110 - it may end several times in its life
            await asyncio.sleep(0.02)
        return self.exits[known]

    async def retire(self) -> None:
        """Kill it and leave it dead, wherever it stands."""
        self.kill()
        self._living.cancel()
        with suppress(asyncio.CancelledError):
            await self._living
        await self._end()

    async def _live(self) -> None:
        while True:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            ours.setblocking(False)
            stage = self.stage
            self._process = _forks.Process(
                target=bridge.run,
                args=(stage.settings, stage.haste, self.name, theirs, stage.folder / "log"),
                kwargs={"catch": stage.catch},
            )
            self._process.start()
            theirs.close()
            with ours:
                await self._listen(ours)
            await self._end()

    async def _end(self) -> None:
        """Wait for the process, whose end of the link is closed or which was killed."""
        self.ready.clear()
        process, self._process = self._process, None
        if process is not None:
            await asyncio.to_thread(process.join)
            self.exits.append(process.exitcode)
            process.close()

    async def _listen(self, link: socket.socket) -> None:
        """Until the process has ended."""
        loop = asyncio.get_running_loop()
        try:
            while heard := await loop.sock_recv(link, 65536):
                if heard.decode() == bridge.READY:
                    self.ready.set()
                elif await self.stage.reached(Point(self.name, json.loads(heard))):
                    await loop.sock_sendall(link, b"g")
        except ConnectionError:
            return


@dataclass(eq=False)
class Stage:
    """`at` is asked about every point; `replicas` share one port and one database."""

    play: Playground
    settings: Settings
    folder: Path
    haste: Haste
    catch: bool
    replicas: list[Replica] = field(default_factory=list)
    at: Reached = go_on

    async def reached(self, point: Point) -> bool:
        """A process stands at a point: whether it may go on."""
        return await self.at(point)

    def named(self, name: str) -> Replica:
        return next(one for one in self.replicas if one.name == name)

    async def ready(self) -> None:
        """Wait until every process serves."""
        for replica in self.replicas:
            await asyncio.wait_for(replica.ready.wait(), 60)

    async def settled(self, *, seconds: float = 120) -> None:
        """Wait until the database holds nothing unfinished and the outside is quiet; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while True:
                await self.ready()
                if not await self.unfinished():
                    await self.play.quiet(0.15)
                    seen = self.play.core.version
                    if not await self.unfinished() and self.play.core.version == seen:  # what is answered late counts
                        return
                await asyncio.sleep(0.1)

    async def unfinished(self) -> int:
        """How many effects and requests the database still has to finish."""
        return int((await self.select(_UNFINISHED))[0][0])

    async def select(self, query: str) -> list[Any]:
        """Rows of the database, read over a connection that is closed again: a crash must not find ours open."""
        database = connect(self.settings.database_url)
        try:
            async with database.read() as session:
                connection = await session.connection()
                now = (await connection.execute(sql("SELECT CURRENT_TIMESTAMP"))).scalar_one()
                values = {"now": now} if ":now" in query else {}
                return list((await connection.execute(sql(query), values)).all())
        finally:
            await database.close()


@asynccontextmanager
async def stage(
    database_url: str, *, catch: bool = False, haste: Haste | None = None, hold: int = 0
) -> AsyncIterator[Stage]:
    """A playground with its people, and the bridge on a free port: one process on SQLite, three on PostgreSQL.

    `{folder}` in the address is a temporary folder; `hold` is the hold of replies in seconds.
    """
    play = Playground(retry_delays=_RETRIES)
    await play.start()
    seed(play)
    play.load_manifest(_MANIFEST)
    with TemporaryDirectory(prefix="threadline-crash-") as folder, socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        kept.bind(("127.0.0.1", 0))  # without listening: it only keeps the port for us
        port = kept.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        play.connect(url)
        play.world.numbers[NUMBER].sms_url = f"{url}/twilio/inbound#rc=5&rp=all&rt=4000"
        settings = settings_for(
            play, database_url.format(folder=folder), public_url=url, port=port, reply_hold_seconds=hold
        )
        there = Stage(play, settings, Path(folder), haste or Haste(), catch)
        play.core.faults = _Watched(there)
        try:
            for number in range(REPLICAS[make_url(database_url).get_backend_name()]):
                there.replicas.append(Replica(str(number + 1), there))
            yield there
        finally:
            there.at = go_on
            await asyncio.gather(*(one.retire() for one in there.replicas))
            await play.stop()
