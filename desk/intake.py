"""The door for what comes in: stored before it is answered, once, in groups; what cannot be used yet is kept.

Requests that arrive together share one transaction, and each is answered after its commit. Within it every use case
runs in a savepoint: one that raises harms no neighbour, and its request stays unprocessed until it is tried again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog

from desk.clock import Clock
from desk.errors import NotOurs, NotYet
from storage import raw_requests
from storage.database import Database, Session
from storage.models import RawRequest

log = structlog.get_logger(__name__)

UseCase = Callable[[Session, dict[str, Any], datetime], Awaitable[None]]

_GROUP = 100
RETRIED_AT_ONCE = 100
_SOONEST = timedelta(seconds=1)
_LATEST = timedelta(minutes=30)


class Receipt(StrEnum):
    """What was done with a request: its use case ran, now or when it came first; or it is kept and tried again."""

    PROCESSED = "processed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class _Request:
    source: str
    key: str
    body: dict[str, Any]
    answer: asyncio.Future[Receipt]


@dataclass(eq=False)
class Intake:
    """Stores requests and runs their use cases: `use_cases` by source; each gets the body and when it came."""

    database: Database
    clock: Clock
    use_cases: Mapping[str, UseCase]
    _waiting: list[_Request] = field(default_factory=list)
    _worker: asyncio.Task[None] | None = None

    async def take(self, source: str, key: str, body: dict[str, Any]) -> Receipt:
        """Store a request once by its sender's id and run its use case; returns after the commit.

        Raises whatever kept the database from storing it.
        """
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Request(source, key, body, answer))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:_GROUP], self._waiting[_GROUP:]
            try:
                receipts = await self._store(group)
            except Exception as error:
                log.exception("requests not stored together", requests=len(group), error=type(error).__name__)
                for request in group:
                    await self._store_alone(request)
                continue
            for request, receipt in zip(group, receipts, strict=True):
                if not request.answer.done():
                    request.answer.set_result(receipt)

    async def _store_alone(self, request: _Request) -> None:
        """Once more, so that what keeps one request out, or a connection that broke, harms no neighbour."""
        if request.answer.done():
            return  # nobody waits for it any more: its sender was told to come again
        try:
            receipt = (await self._store([request]))[0]
        except Exception as error:
            log.exception("request not stored", source=request.source, error=type(error).__name__)
            if not request.answer.done():
                request.answer.set_exception(error)
            return
        if not request.answer.done():
            request.answer.set_result(receipt)

    async def _store(self, group: list[_Request]) -> list[Receipt]:
        async with self.database.write() as session:
            if len(group) > 1:
                await raw_requests.take_turns(session)
            receipts = []
            for request in group:
                row = await raw_requests.store(
                    session, source=request.source, key=request.key, body=request.body, now=self.clock.now()
                )
                receipts.append(await self._run(session, row))
            return receipts

    async def _run(self, session: Session, row: RawRequest) -> Receipt:
        if row.processed_at is not None:
            return Receipt.PROCESSED
        row.attempts += 1
        row.retry_at = self.clock.now() + min(_SOONEST * 2 ** min(row.attempts - 1, 20), _LATEST)
        try:
            async with session.begin_nested():
                await self.use_cases[row.source](session, row.body, row.received_at)
        except NotOurs:
            row.body = {}
        except NotYet as waits:
            row.error = type(waits).__name__
            return Receipt.KEPT
        except Exception as error:
            log.exception("use case failed", source=row.source, request=row.id, error=type(error).__name__)
            row.error = type(error).__name__
            return Receipt.KEPT
        row.processed_at, row.error = self.clock.now(), None
        return Receipt.PROCESSED

    async def retry(self) -> int:
        """Try again what is unprocessed and due, each by itself, oldest first; how many of these are left."""
        async with self.database.read() as session:
            kept = [
                row.id
                for row in await raw_requests.list_unprocessed(session, now=self.clock.now(), limit=RETRIED_AT_ONCE)
            ]
        left = len(kept)
        for request_id in kept:
            async with self.database.write() as session:
                row = await raw_requests.lock(session, request_id)
                if row is not None and await self._run(session, row) is Receipt.PROCESSED:
                    left -= 1
        return left
