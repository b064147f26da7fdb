"""Which job runs how often. Every replica keeps the times in memory; the database lets one of them run each."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from aiohttp import ClientError
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from slack_sdk.errors import SlackApiError

from bot.people import Directory
from desk import backlog
from desk.clock import Clock
from desk.errors import UnknownPerson
from desk.intake import Intake
from storage import inboxes, jobs, raw_requests
from storage.database import Database

log = structlog.get_logger(__name__)

RETRY_SECONDS = 1
_STOP_SECONDS = 8
_NIGHT = CronTrigger(hour=3, minute=17, timezone="UTC")

Job = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """What is done again and again."""

    database: Database
    clock: Clock
    intake: Intake
    directory: Directory
    backlog_check_seconds: float

    async def look_at_backlogs(self) -> None:
        """Have managers told of every inbox in which too much waits unowned."""
        every = timedelta(seconds=self.backlog_check_seconds)
        async with self.database.write() as session:
            if not await jobs.claim(session, "backlog", every=every, now=self.clock.now()):
                return
            for inbox in await inboxes.list_(session, self.directory.workspace.id):
                step = await backlog.look(session, inbox, now=self.clock.now())
                if step is not None:
                    log.info("backlog alert", inbox=inbox.id, step=step.value)

    async def retry_requests(self) -> None:
        """Try again what could not be used when it came in; who was unknown then is asked about first."""
        async with self.database.read() as session:
            strange = await raw_requests.list_failed(session, UnknownPerson.__name__, now=self.clock.now())
        for row in strange:
            with suppress(SlackApiError, ClientError, TimeoutError):
                await self.directory.ensure(row.body["event"]["user"], row.body["event"]["channel"])
        self.intake.wake()

    async def read_directory(self) -> None:
        """Read the directory again, for what no event has told."""
        async with self.database.write() as session:
            mine = await jobs.claim(session, "directory", every=timedelta(hours=12), now=self.clock.now())
        if mine:
            await self.directory.sync()


class Schedule:
    """The times at which the jobs run."""

    def __init__(self, doing: Jobs) -> None:
        self.times = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._running: set[asyncio.Task[None]] = set()
        for name, job, trigger in (
            ("backlog", doing.look_at_backlogs, IntervalTrigger(seconds=doing.backlog_check_seconds)),
            ("requests", doing.retry_requests, IntervalTrigger(seconds=RETRY_SECONDS)),
            ("directory", doing.read_directory, _NIGHT),
        ):
            self.times.add_job(self._run, trigger, args=(name, job), id=name)

    def start(self) -> None:
        """Begin to run the jobs at their times."""
        self.times.start()

    async def stop(self) -> None:
        """Begin nothing new, and wait for what is running."""
        self.times.shutdown(wait=False)
        if self._running:
            await asyncio.wait(self._running, timeout=_STOP_SECONDS)

    async def _run(self, name: str, job: Job) -> None:
        """Run a job where the scheduler's shutdown cannot cancel it in the middle of a transaction."""
        task = asyncio.create_task(_guarded(name, job))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.shield(task)


async def _guarded(name: str, job: Job) -> None:
    """A job that fails is told in the log and runs again at its next time."""
    try:
        await job()
    except Exception as error:
        log.exception("job failed", job=name, error=type(error).__name__)
