"""A process that stands still beyond its lease, where we choose, while another takes over; then it goes on."""

import asyncio
import signal
from dataclasses import dataclass, field

from tests.crash.stage import Point, Stage, go_on

_CAUGHT_SECONDS = 60


@dataclass(eq=False)
class Freeze:
    """Stops the first process that comes to a point that begins so (`before chat.postMessage`), until `thaw`."""

    stage: Stage
    what: str
    _caught: asyncio.Event = field(default_factory=asyncio.Event)
    _thawed: asyncio.Event = field(default_factory=asyncio.Event)
    _replica: str = ""

    async def __call__(self, point: Point) -> bool:
        if self._replica or not point.what.startswith(self.what):
            return True
        self._replica = point.replica
        self.stage.named(point.replica).send(signal.SIGSTOP)
        self._caught.set()
        await self._thawed.wait()
        return True

    async def caught(self) -> None:
        """Wait until somebody stands still there; raises TimeoutError."""
        await asyncio.wait_for(self._caught.wait(), _CAUGHT_SECONDS)

    def thaw(self) -> None:
        """Let it go on: what it had asked for happens now."""
        self._thawed.set()
        self.stage.named(self._replica).send(signal.SIGCONT)


def freeze_at(stage: Stage, what: str) -> Freeze:
    """Have the next process that comes to this point frozen there."""
    stage.at = freeze = Freeze(stage, what)
    return freeze


async def let_go(stage: Stage, freeze: Freeze) -> None:
    """Thaw it, and wait until all is finished."""
    freeze.thaw()
    stage.at = go_on
    await stage.settled()
