"""Which job runs how often. Every replica keeps the times in memory; the database lets one of them run each."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.people import Directory
from desk import backlog
from desk.clock import Clock
from desk.intake import Intake
from storage import inboxes, jobs
from storage.database import Database

log = structlog.get_logger(__name__)

RETRY_SECONDS = 1
_NIGHT = CronTrigger(hour=3, minute=17, timezone="UTC")

Job = Callable[[], Awaitable[None]]


def build(
    *, database: Database, clock: Clock, intake: Intake, directory: Directory, backlog_check_seconds: float
) -> AsyncIOScheduler:
    """The schedule, not started yet."""
    workspace_id = directory.workspace.id

    async def look_at_backlogs() -> None:
        every = timedelta(seconds=backlog_check_seconds)
        async with database.write() as session:
            if not await jobs.claim(session, "backlog", every=every, now=clock.now()):
                return
            for inbox in await inboxes.list_(session, workspace_id):
                step = await backlog.look(session, inbox, now=clock.now())
                if step is not None:
                    log.info("backlog alert", inbox=inbox.id, step=step.value)

    async def retry_requests() -> None:
        await intake.retry()

    async def read_directory() -> None:
        async with database.write() as session:
            mine = await jobs.claim(session, "directory", every=timedelta(hours=12), now=clock.now())
        if mine:
            await directory.sync()

    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    for name, job, trigger in (
        ("backlog", look_at_backlogs, IntervalTrigger(seconds=backlog_check_seconds)),
        ("requests", retry_requests, IntervalTrigger(seconds=RETRY_SECONDS)),
        ("directory", read_directory, _NIGHT),
    ):
        scheduler.add_job(_guarded(name, job), trigger, id=name)
    return scheduler


def _guarded(name: str, job: Job) -> Job:
    """A job that fails is told in the log and runs again at its next time."""

    async def run() -> None:
        try:
            await job()
        except Exception as error:
            log.exception("job failed", job=name, error=type(error).__name__)

    return run
