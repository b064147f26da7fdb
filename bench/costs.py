"""(g) What one text costs: processor time of the bridge and of PostgreSQL, and what PostgreSQL writes to its log.

Texts of as many contacts whose cards are posted already, through the intake one after the other, as they come when
little is going on; then their posts, through the courier with a sender that answers at once. So these are the costs of
storing and using a text, and of claiming and finishing a delivery, without HTTP. `docs/scale.md` reckons with them.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from time import process_time

from sqlalchemy import text as sql

from bench.findings import Finding
from bench.ground import Ground
from bot.board import Board
from bot.effects import effects
from bot.managers import Managers
from desk.clock import SystemClock
from desk.delivery import Courier, Done, Effect
from desk.gaps import Gaps
from desk.intake import Intake
from sms.gateway import Gateway
from sms.webhooks import INBOUND, USE_CASES, inbound_key, stream
from storage import inboxes, workspaces
from storage.claims import Claimed
from storage.database import Database, connect
from storage.migrations import migrate

TITLE = "(g) What a text costs on PostgreSQL, without HTTP"

_INBOXES = 20
_POLL_SECONDS = 0.02
_PATIENCE_SECONDS = 300.0
_UNFINISHED = "SELECT count(*) FROM delivery WHERE state IN ('waiting', 'sending', 'unknown')"
_WRITTEN = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"


@dataclass(frozen=True, slots=True)
class _Spent:
    bridge: float
    """The bridge's processor, in milliseconds."""

    server: float
    """PostgreSQL's, in milliseconds."""

    log: float
    """PostgreSQL's log, in kilobytes."""


_FIGURES = {
    "bridge": ("the bridge's processor", "ms"),
    "server": ("PostgreSQL's processor", "ms"),
    "log": ("PostgreSQL's log", "kB"),
}


async def measure(ground: Ground) -> list[Finding]:
    """Rounds of storing and using, and of posting."""
    rounds, contacts = (2, 100) if ground.quick else (5, 500)
    taken, posted = [], []
    database = connect(await ground.database("postgresql"))
    try:
        bench = await _Bench.open(database, ground)
        await bench.take(contacts)
        await bench.post()  # their cards
        for number in range(rounds):
            ground.say(f"(g) round {number + 1} of {rounds}")
            taken.append(await bench.spent(lambda: bench.take(contacts)))
            posted.append(await bench.spent(bench.post))
    finally:
        await database.close()
    return [
        Finding(
            what=f"{what}: {of}",
            database="postgresql",
            rounds=tuple(getattr(one, name) / contacts for one in spent),
            unit=unit,
        )
        for what, spent in (("a text stored and used", taken), ("a delivery claimed and finished", posted))
        for name, (of, unit) in _FIGURES.items()
    ]


@dataclass(frozen=True, slots=True)
class _Bench:
    database: Database
    ground: Ground
    intake: Intake
    effects: dict[str, Effect]

    @classmethod
    async def open(cls, database: Database, ground: Ground) -> "_Bench":
        """A team with some inboxes, on a new database."""
        clock, ts = SystemClock(), count(1_750_000_000)
        await migrate(database)
        async with database.write() as session:
            team = await workspaces.ensure(
                session, team_id="T1", name="Team", url="http://slack.test/", bot_user_id="U0", now=clock.now()
            )
            for number in range(_INBOXES):
                await inboxes.ensure(
                    session,
                    workspace_id=team.id,
                    number=_number(number),
                    label=_number(number),
                    channel_id=f"C{number}",
                    now=clock.now(),
                )

        async def at_once(claimed: Claimed) -> Done:
            del claimed
            return Done(f"{next(ts)}.000100")

        managers = Managers(None, database, team, ())  # type: ignore[arg-type]
        board, gateway = Board(None, database, clock, managers), Gateway(None, database, "")  # type: ignore[arg-type]
        kinds = {
            kind: replace(one, send=at_once, terms=replace(one.terms, limit=None, pace_seconds=0.0))
            for kind, one in effects(board, gateway, Gaps()).items()
        }
        return cls(database, ground, Intake(database, clock, USE_CASES), kinds)

    async def take(self, contacts: int) -> None:
        """A text of each."""
        for contact in range(contacts):
            sid = f"SM{os.urandom(16).hex()}"
            form = {
                "MessageSid": sid,
                "AccountSid": "AC1",
                "From": f"+1555{2_000_000 + contact}",
                "To": _number(contact % _INBOXES),
                "Body": "Good morning, is there any news about my order? It was to be here by Friday.",
                "NumMedia": "0",
            }
            await self.intake.take(INBOUND, inbound_key("AC1", sid), form, stream(form))

    async def post(self) -> None:
        """Everything that is still to be posted."""
        courier = Courier(self.database, SystemClock(), self.effects)
        running = asyncio.create_task(courier.run())
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while await self._ask(_UNFINISHED):  # noqa: ASYNC110 - it is the courier that works
                await asyncio.sleep(_POLL_SECONDS)
        courier.stop()
        await running

    async def spent(self, work: Callable[[], Awaitable[None]]) -> _Spent:
        """What it took."""
        ours, theirs, written = process_time(), self._server_seconds(), await self._ask(_WRITTEN)
        await work()
        return _Spent(
            (process_time() - ours) * 1000,
            (self._server_seconds() - theirs) * 1000,
            (await self._ask(_WRITTEN) - written) / 1000,
        )

    async def _ask(self, statement: str) -> float:
        async with self.database.read() as session:
            return float((await (await session.connection()).execute(sql(statement))).scalar_one())

    def _server_seconds(self) -> float:
        """Processor time of all processes of the server, those included that have ended."""
        server = self.ground.server_pid
        ticks = 0
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            except FileNotFoundError:
                continue
            if int(folder.name) == server:
                ticks += sum(int(field) for field in fields[11:15])
            elif int(fields[1]) == server:
                ticks += sum(int(field) for field in fields[11:13])
        return ticks / os.sysconf("SC_CLK_TCK")


def _number(place: int) -> str:
    return f"+1555010{place:04d}"
