"""The door for what comes in: stored before it is answered, once, in groups; what cannot be used yet is kept.

Requests that arrive together are stored in one statement, and each is answered after the commit. The use cases of a few
run in the same transaction, those of many in their turn after it, with rests while more keep coming. Every use case has
a savepoint: one that raises harms no neighbour, and its request stays unprocessed until it is tried again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog

from desk.clock import Clock
from desk.errors import NotOurs, NotYet
from storage import raw_requests
from storage.database import Database, Session
from storage.raw_requests import Request, Stored

log = structlog.get_logger(__name__)

UseCase = Callable[[Session, dict[str, Any], datetime], Awaitable[None]]

_PATIENCE_SECONDS = 2.5  # Slack gives up after 3 s; then the sender is told to come again
_GROUP = 100
_GATHERS = 0.001  # seconds for the next group after several, since more keeps coming: fewer, larger commits
_FEW = 4  # that come together are used in the transaction that stores them, unless use cases rest
_BATCH = 20
_LEAST = 2  # use cases in a turn, also while somebody waits for what they asked to be stored;
_MOMENT = 0.010  # and then, for so many seconds in all
_RESTS = 0.25  # seconds from one such time to the next while requests keep coming: most of it goes into storing them
_LATE = timedelta(seconds=5)  # what was stored so long ago is used more often:
_LATE_RESTS = 0.15
_WHILE = 0.05  # seconds without a request after which none is said to keep coming
_SOONEST = timedelta(seconds=1)
_LATEST = timedelta(minutes=30)


class Receipt(StrEnum):
    """What was done with a request.

    Its use case ran, now or when it came first; it waits for its turn; or it could not run and is tried again.
    """

    PROCESSED = "processed"
    WAITING = "waiting"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class _Asked:
    request: Request
    answer: asyncio.Future[Receipt]


def unobserved(source: str) -> None:
    """Nobody counts."""
    del source


@dataclass(eq=False)
class Intake:
    """Stores requests and runs their use cases: `use_cases` by source; each gets the body and when it came.

    `observe` is told the source of each request that was stored.
    """

    database: Database
    clock: Clock
    use_cases: Mapping[str, UseCase]
    observe: Callable[[str], None] = unobserved
    _asked: list[_Asked] = field(default_factory=list)
    _is_behind: bool = False
    _stops: asyncio.Event = field(default_factory=asyncio.Event)
    _answered_at: float = 0.0
    _rests_until: float = 0.0
    _turn_at: float = 0.0
    _storing: asyncio.Task[None] | None = None
    _using: asyncio.Task[None] | None = None

    async def take(self, source: str, key: str, body: dict[str, Any], stream: str | None = None) -> Receipt:
        """Store a request once by its sender's id; returns after the commit. Those of one `stream` keep their order.

        Raises whatever kept the database from storing it; TimeoutError after 2.5 s.
        """
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._asked.append(_Asked(Request(source=source, key=key, body=body, stream=stream), answer))
        if not self._is_storing():
            self._storing = asyncio.create_task(self._keep_storing())
        return await asyncio.wait_for(answer, _PATIENCE_SECONDS)

    def wake(self) -> None:
        """There may be requests to use that came earlier: called at start, and every second."""
        self._is_behind = True
        if self._using is None or self._using.done():
            self._using = asyncio.create_task(self._keep_using())

    async def stop(self) -> None:
        """Store what was asked and end; what is behind is used at the next start, or by another replica."""
        self._stops.set()
        await self.finish()

    async def finish(self) -> None:
        """Wait until what was asked is stored and what is due was used."""
        while running := [task for task in (self._storing, self._using) if task is not None and not task.done()]:
            await asyncio.wait(running)

    async def _keep_storing(self) -> None:
        """Store what is asked, at once."""
        gathers = 0.0
        while self._asked:
            await asyncio.sleep(gathers)  # whatever has come by then comes together
            stored = await self._answer()
            self._answered_at = time.monotonic()
            if self._is_behind:
                self.wake()
            gathers = _GATHERS if stored > 1 else 0.0

    async def _keep_using(self) -> None:
        """Use what is behind: all the time while nothing comes, else now and then, since both need the processor."""
        while self._is_behind and not self._stops.is_set():
            rest = max(self._rests_until, self._turn_at) - time.monotonic()
            if rest <= 0:
                await self._catch_up()
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stops.wait(), rest)

    async def _answer(self, group: list[_Asked] | None = None) -> int:
        """Store a group, or whatever was asked by the time the database lets us write; how many it were."""
        asked = group or []
        try:
            async with self.database.hasty_transaction() as session:
                await session.connection()
                asked = asked or self._next_group()
                receipts = await self._store(session, [one.request for one in asked])
        except Exception as error:
            asked = asked or self._next_group()
            log.exception("requests not stored", requests=len(asked), error=type(error).__name__)
            if len(asked) == 1 and not asked[0].answer.done():
                asked[0].answer.set_exception(error)
            elif len(asked) > 1:
                for one in asked:  # once more each, so that what keeps one out harms no neighbour
                    if not one.answer.done():
                        await self._answer([one])
            return len(asked)
        for one, receipt in zip(asked, receipts, strict=True):
            self.observe(one.request.source)
            if not one.answer.done():
                one.answer.set_result(receipt)
        if set(receipts) - {Receipt.WAITING}:
            self.database.wake()
        return len(asked)

    def _next_group(self) -> list[_Asked]:
        """The next to be stored, apart from those who were told to come again."""
        group, self._asked = self._asked[:_GROUP], self._asked[_GROUP:]
        return [one for one in group if not one.answer.done()]

    async def _store(self, session: Session, requests: Sequence[Request]) -> list[Receipt]:
        """Store requests; a few are used at once, unless use cases rest or another replica could deadlock with that."""
        if not requests:
            return []
        few = len(requests) <= _FEW and time.monotonic() >= self._rests_until
        at_once = few and (len(requests) == 1 or await raw_requests.is_our_turn(session))
        blocked = await raw_requests.blocked(session, requests) if at_once else set()
        now = self.clock.now()
        new = await raw_requests.store(session, requests, now=now)
        rows = await raw_requests.load(session, requests, new, now=now) if at_once else []
        receipts = await self._use(session, rows, blocked=blocked, others_wait=lambda: bool(self._asked))
        self._is_behind = self._is_behind or not at_once
        return [receipts[row.id] for row in rows] or [Receipt.WAITING] * len(requests)

    def _is_storing(self) -> bool:
        return self._storing is not None and not self._storing.done()

    async def _use(
        self, session: Session, rows: Sequence[Stored], *, blocked: set[str], others_wait: Callable[[], bool]
    ) -> dict[int, Receipt]:
        """Run use cases, those without a stream first; what became of each request, by id.

        If others wait to be stored, what is left after some of them has to wait for its turn.
        """
        ends_at = time.monotonic() + _MOMENT
        receipts: dict[int, Receipt] = {}
        for row in sorted(rows, key=lambda row: row.stream is not None):
            await asyncio.sleep(0)  # SQLite's statements leave nobody else room to ask
            if row.id in receipts:
                continue  # a repeat that came together with the first one
            if row.is_used:
                receipts[row.id] = Receipt.PROCESSED
            elif row.stream in blocked or (len(receipts) >= _LEAST and time.monotonic() >= ends_at and others_wait()):
                receipts[row.id] = Receipt.WAITING
            else:
                receipts[row.id] = await self._run(session, row, besides=_before(row, rows))
            if row.stream is not None and receipts[row.id] is not Receipt.PROCESSED:
                blocked.add(row.stream)
        self._is_behind = self._is_behind or Receipt.WAITING in receipts.values()
        used = [row.id for row in rows if not row.is_used and receipts[row.id] is Receipt.PROCESSED]
        await raw_requests.used(session, used, now=self.clock.now())
        return receipts

    async def _run(self, session: Session, row: Stored, *, besides: Sequence[int]) -> Receipt:
        try:
            async with session.begin_nested():
                await self.use_cases[row.source](session, row.body, row.received_at)
                await raw_requests.require_turn(session, row, besides=besides)
        except NotOurs:
            await raw_requests.forget(session, row.id)
        except Exception as error:
            if not isinstance(error, NotYet | raw_requests.Overtaking):
                log.exception("use case failed", source=row.source, request=row.id, error=type(error).__name__)
            retry_at = self.clock.now() + min(_SOONEST * 2 ** min(row.attempts, 20), _LATEST)
            await raw_requests.put_off(session, row.id, error=type(error).__name__, retry_at=retry_at)
            return Receipt.KEPT
        return Receipt.PROCESSED

    async def _catch_up(self) -> None:
        """Use what came earlier, oldest first; and rest if more is left while requests keep coming: they go first."""
        begins_at = time.monotonic()
        is_busy = begins_at - self._answered_at < _WHILE
        is_late = await self._use_due()
        self.database.wake()
        if is_busy and self._is_behind and self._turn_at < begins_at:
            self._rests_until = begins_at + (_LATE_RESTS if is_late else _RESTS)

    async def _use_due(self) -> bool:
        """Use a few of those that are due; True when the oldest has waited for long."""
        self._is_behind = False
        try:
            async with self.database.hasty_transaction() as session:
                if not await raw_requests.is_our_turn(session):
                    self._is_behind, self._turn_at = True, time.monotonic() + _RESTS
                    return False
                rows = await raw_requests.list_due(session, now=self.clock.now(), limit=_BATCH)
                await self._use(session, rows, blocked=set(), others_wait=self._is_storing)
                self._is_behind = self._is_behind or len(rows) == _BATCH
                return any(row.received_at < self.clock.now() - _LATE for row in rows)
        except Exception as error:  # the next second is another chance
            log.exception("requests not used", error=type(error).__name__)
            return False


def _before(row: Stored, rows: Sequence[Stored]) -> list[int]:
    """The ids of those that come before a row in its stream."""
    return [one.id for one in rows if one.stream == row.stream and one.id < row.id]
