"""What every handler works with, and the drawings that several of them ask for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.blocks import health as health_blocks
from bot.blocks import queue
from bot.blocks.place import Place
from bot.blocks.post import Post
from bot.drawing import Pictures
from bot.later import Later
from bot.managers import Managers
from bot.people import Directory
from desk import health, queues
from desk.access import Actor
from desk.clock import Clock
from desk.intake import Intake
from desk.starting import ReadNumber
from desk.values import Filter, Queue
from storage.database import Database
from storage.models import Workspace

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What handlers work with; Bolt hands it over as `desk`. `missed` is told of events that could not be stored.

    `begun` is told of transfers that were begun, once they are committed. `read_number` reads a phone number as people
    type it.
    """

    database: Database
    clock: Clock
    intake: Intake
    directory: Directory
    workspace: Workspace
    managers: Managers
    read_number: ReadNumber
    missed: list[Callable[[], None]] = field(default_factory=list)
    later: Later = field(default_factory=Later)
    pictures: Pictures = field(default_factory=Pictures)
    begun: list[Callable[[], None]] = field(default_factory=list)

    def tell_missed(self) -> None:
        """Have read back what was not stored."""
        for tell in self.missed:
            tell()

    def tell_begun(self) -> None:
        """Have transfers worked off that were begun and committed."""
        for tell in self.begun:
            tell()

    async def draw_health(self, actor: Actor) -> Post:
        """What is wrong, as far as it concerns this reader."""
        async with self.database.read() as session:
            return health_blocks.health(await health.read(session, actor, now=self.clock.now()))

    async def draw_queue(self, actor: Actor, place: Place, *, channel_id: str | None) -> Post:
        """The page of a queue that `place` names, as it stands for this reader in this channel."""
        which = place.queue or Queue.MINE
        async with self.database.read() as session:
            page = await queues.read(
                session,
                actor,
                which,
                place.filter or (Filter.OPEN if which is Queue.UNASSIGNED else Filter.ALL),
                channel_id=channel_id,
                inbox_id=place.inbox_id,
                page=place.page,
                size=queue.PAGE_SIZE,
                now=self.clock.now(),
            )
        return queue.queue(page)
