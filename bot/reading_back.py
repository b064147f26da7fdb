"""Reads Slack's threads, for what its events did not bring: replies, edits and deletions while nobody listened.

What is found goes through the same door as the events. Slack lets an app outside its Marketplace read one page of 15
messages a minute, so threads in which nothing was written since are told from their roots, and the rest takes its time.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import away
from bot.handlers.context import Context
from bot.reading_threads import Found, Reading, Step, nobody_watches
from desk.errand import Errand, Pause
from desk.gaps import Gaps
from storage import jobs, reading_back

log = structlog.get_logger(__name__)

MARK_SECONDS = 60.0

_EVERY = timedelta(minutes=20)  # soon enough that what was missed is not too old to be sent by itself
_CERTAIN = timedelta(minutes=10)  # Slack sends an event again for six minutes; after that it has come or never will


@dataclass(eq=False)
class ThreadReader:
    """Reads back the threads of one workspace, one call at a time.

    `is_listening` says whether events can reach us; None: nobody can say, as over HTTP, so the threads are read every
    now and then whatever has come.
    """

    client: AsyncWebClient
    desk: Context
    gaps: Gaps
    is_listening: Callable[[], Awaitable[bool]] | None = None
    _is_behind: bool = True
    _is_reading: bool = False

    def __post_init__(self) -> None:
        self.errand = Errand("threads", self._catch_up)

    def miss(self) -> None:
        """An event came that could not be stored, or none could come for a while: read what they may have told."""
        self.gaps.open()
        self._is_behind = True
        self.errand.ask()

    async def _catch_up(self, pause: Pause) -> None:
        """Read what was written since the time up to which all events have come, unless another replica is faster.

        Raises whatever kept Slack or the database from it.
        """
        self._is_behind = self._is_reading = True
        try:
            begun = self.desk.clock.now()
            # Over HTTP only a reading moves the mark, so at the begin of this one the bot was still there.
            unnoticed = timedelta() if self.is_listening is None else away.UNNOTICED
            reading = Reading(
                self.client, self.desk, pause, self.gaps, nobody_watches, up_to=begun, unnoticed=unnoticed
            )
            await reading.run(None)
            async with self.desk.database.write() as session:
                now = self.desk.clock.now()
                await reading_back.workspace_is_read(session, self.desk.workspace.id, begun, now=now)
            self._is_behind = not self.gaps.newest.is_over
        finally:
            self._is_reading = False

    async def keep_up(self) -> None:
        """Note up to when all events have certainly come, or read again; after a time of silence, read that first."""
        if self.is_listening is None:
            async with self.desk.database.write() as session:
                is_due = await jobs.claim(session, "threads", every=_EVERY, now=self.desk.clock.now())
            if is_due:
                self.errand.ask()
        elif not await self._is_reachable(self.is_listening):
            self.gaps.open()
            self._is_behind = True
        elif not self._is_behind:
            async with self.desk.database.write() as session:
                now = self.desk.clock.now()
                await reading_back.workspace_is_read(session, self.desk.workspace.id, now - _CERTAIN, now=now)
        elif not self._is_reading:
            self.errand.ask()

    async def _is_reachable(self, is_listening: Callable[[], Awaitable[bool]]) -> bool:
        try:
            await self.client.auth_test()
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("slack not reachable", error=type(error).__name__)
            return False
        return await is_listening()

    async def read(self, pause: Pause, *, since: datetime, step: Step) -> Found:
        """Read by hand the threads of all conversations that are alive, those with the newest activity first.

        What is found also names the channels that could not be read. `step` is told how far it is. Raises
        what has failed, after everything else was read.
        """
        return await Reading(self.client, self.desk, pause, Gaps(), step, up_to=None).run(since)
