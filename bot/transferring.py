"""Moves conversations that change their owner together, and shows how far it is."""

import time
from dataclasses import dataclass, field

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks import transfers as blocks
from bot.managers import Managers
from desk import leaving, transfers
from desk.clock import Clock
from desk.errand import Errand, Pause
from storage import transfers as rows
from storage.database import Database
from storage.models import Transfer, Workspace

log = structlog.get_logger(__name__)

EVERY_SECONDS = 60.0  # for what another process has left, and for who is gone without our having heard
_MOST_UNSAID = 10  # lines that wait in the channels, where customers' texts come behind them
_LONGEST_REST = 30.0  # for lines that cannot be posted
_REST_SECONDS = 0.25
_SHOW_SECONDS = 1.0  # between two looks of a modal, and after it was opened


@dataclass(eq=False)
class _Moving:
    """A transfer that this process has at work: shown when, and rested since when for its lines."""

    shown_at: float = field(default_factory=time.monotonic)
    rests_since: float | None = None


@dataclass(eq=False)
class Transfers:
    """Ask the `errand` when there may be transfers to work off, or people who are gone.

    They are worked off side by side, each no faster than its lines come into the threads. Several replicas may be at
    one: they take turns.
    """

    client: AsyncWebClient
    database: Database
    clock: Clock
    workspace: Workspace
    managers: Managers
    errand: Errand = field(init=False)
    _moving: dict[int, _Moving] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.errand = Errand("transfers", self._work, at_once=True)

    async def keep_up(self) -> None:
        """Look again, at times, for what nobody has asked us for."""
        self.errand.ask()

    async def _work(self, pause: Pause) -> None:
        async with self.database.read() as session:
            is_left = await leaving.is_left_behind(session, self.workspace.id)
        if is_left:
            async with self.database.transaction() as session:
                await leaving.begin(session, self.workspace.id, now=self.clock.now())
        while True:
            async with self.database.read() as session:
                unfinished = await rows.list_unfinished(session, self.workspace.id)
            self._moving = {one.id: self._moving.get(one.id, _Moving()) for one in unfinished}
            if not unfinished:
                return
            moved = [await self._move(one, pause) for one in unfinished]
            await pause(0 if any(moved) else _REST_SECONDS)

    async def _move(self, transfer: Transfer, pause: Pause) -> bool:
        """Move one conversation of a transfer; False when it rests, or another replica is at it."""
        moving = self._moving[transfer.id]
        if await self._rests(transfer, moving):
            return False
        async with self.database.write() as session:
            told = await self.managers.told(session)
            moved = await transfers.move_next(session, self.workspace.id, transfer.id, told, now=self.clock.now())
        if moved is None:
            return False
        if moved.finished_at is not None:
            log.info("transfer finished", transfer=moved.id, what=moved.what)
        since = time.monotonic() - moving.shown_at
        if moved.finished_at is not None:
            await pause(max(0.0, _SHOW_SECONDS - since) if moved.view_id else 0)
        if moved.finished_at is not None or since >= _SHOW_SECONDS:
            moving.shown_at = time.monotonic()
            await self._show(moved)
        return True

    async def _rests(self, transfer: Transfer, moving: _Moving) -> bool:
        """Whether enough of its lines still wait to be posted; not for ever, since Slack may take none."""
        async with self.database.read() as session:
            unsaid = await rows.count_unsaid(session, transfer)
        if unsaid < _MOST_UNSAID:
            moving.rests_since = None
            return False
        moving.rests_since = moving.rests_since or time.monotonic()
        return time.monotonic() - moving.rests_since < _LONGEST_REST

    async def _show(self, transfer: Transfer) -> None:
        """Draw the modal as things stand; one that is closed harms nothing."""
        if transfer.view_id is None:
            return
        async with self.database.read() as session:
            receipt = await transfers.read(session, transfer)
        try:
            await self.client.views_update(view_id=transfer.view_id, view=blocks.progress(receipt))
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.info("progress not shown", transfer=transfer.id, error=type(error).__name__)
