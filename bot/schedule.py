"""Which job runs how often. Every replica keeps the times in memory; the database lets one of them run each."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.managers import Managers
from bot.people import Directory
from desk import alarms, backlog, home, nudges, presence, snooze
from desk.clock import Clock
from desk.intake import Intake
from storage import jobs
from storage.database import Database, Session

log = structlog.get_logger(__name__)

RETRY_SECONDS = 1
FROZEN_SECONDS = 2
HEALTH_SECONDS = 30
SNOOZE_SECONDS = 30
_STOP_SECONDS = 8
_NIGHT = CronTrigger(hour=3, minute=17, timezone="UTC")

Job = Callable[[], Coroutine[Any, Any, None]]
Round = Callable[[Session, int, datetime], Awaitable[None]]

# Rounds through a workspace, each in one transaction of one replica: every so many seconds (None: as the settings say).
ROUNDS: Mapping[str, tuple[float | None, Round]] = {
    "backlog": (None, backlog.look_around),
    "homes": (home.LOOK_SECONDS, home.look_around),
    "offers": (presence.LOOK_SECONDS, presence.look_around),
    "snoozed": (SNOOZE_SECONDS, snooze.wake_due),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """What is done again and again. `refusals` ask Slack and Twilio whether they refuse us; None: no answer.

    `others` are further jobs by name, each with the seconds between its times.
    """

    database: Database
    clock: Clock
    intake: Intake
    directory: Directory
    managers: Managers
    refusals: Mapping[str, Callable[[], Awaitable[bool | None]]]
    backlog_check_seconds: float
    others: Mapping[str, tuple[float, Job]]

    async def make_round(self, name: str, every: float, look: Round) -> None:
        """Make a round, unless another replica just has."""
        async with self.database.write() as session:
            if await jobs.claim(session, name, every=timedelta(seconds=every), now=self.clock.now()):
                await look(session, self.directory.workspace.id, self.clock.now())

    async def nudge(self, session: Session, workspace_id: int, now: datetime) -> None:
        """Have owners whose customers wait reminded, and managers as an alert mentions them."""
        mentions = await self.managers.mentions(session)
        await nudges.look_around(session, workspace_id, now, managers=mentions)

    async def look_at_health(self) -> None:
        """Have managers told of what is stuck, and of who refuses us; and once it is over."""
        workspace_id = self.directory.workspace.id
        async with self.database.write() as session:
            if not await jobs.claim(session, "health", every=timedelta(seconds=HEALTH_SECONDS), now=self.clock.now()):
                return
        refused = {who: await is_refused() for who, is_refused in self.refusals.items()}
        async with self.database.read() as session:
            changes = await alarms.compare(session, workspace_id, refused, now=self.clock.now())
        if not changes:
            return
        async with self.database.write() as session:
            told = await self.managers.told(session)
            for change in changes:
                if await alarms.tell(session, workspace_id, change, told, now=self.clock.now()):
                    log.warning("alarm", about=change.about, over=change.alarm is not None, reason=change.reason)

    async def retry_requests(self) -> None:
        """Try again what could not be used when it came in."""
        self.intake.wake()

    async def end_frozen(self) -> None:
        """Free what another replica locks that stands still; each replica looks, since any may be the one."""
        ended = await self.database.end_frozen()
        if ended:
            log.warning("frozen transactions ended", transactions=ended)

    async def read_directory(self) -> None:
        """Have the directory read again, for what no event has told."""
        async with self.database.write() as session:
            mine = await jobs.claim(session, "directory", every=timedelta(hours=12), now=self.clock.now())
        if mine:
            self.directory.reading.ask()
            self.managers.reading.ask()


class Schedule:
    """The times at which the jobs run."""

    def __init__(self, doing: Jobs) -> None:
        self.times = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._running: set[asyncio.Task[None]] = set()
        for name, job, trigger in (
            ("health", doing.look_at_health, IntervalTrigger(seconds=HEALTH_SECONDS)),
            ("requests", doing.retry_requests, IntervalTrigger(seconds=RETRY_SECONDS)),
            ("frozen", doing.end_frozen, IntervalTrigger(seconds=FROZEN_SECONDS)),
            ("directory", doing.read_directory, _NIGHT),
            *((name, job, IntervalTrigger(seconds=seconds)) for name, (seconds, job) in doing.others.items()),
            *(
                _round(doing, name, seconds or doing.backlog_check_seconds, look)
                for name, (seconds, look) in {**ROUNDS, "nudges": (None, doing.nudge)}.items()
            ),
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


def _round(doing: Jobs, name: str, every: float, look: Round) -> tuple[str, Job, IntervalTrigger]:
    return name, partial(doing.make_round, name, every, look), IntervalTrigger(seconds=every)


async def _guarded(name: str, job: Job) -> None:
    """A job that fails is told in the log and runs again at its next time."""
    try:
        await job()
    except Exception as error:
        log.exception("job failed", job=name, error=type(error).__name__)
