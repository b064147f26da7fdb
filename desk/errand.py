"""Background work that has to succeed once it is asked for: tried again until it has, ended between two steps."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger(__name__)

Pause = Callable[[float], Awaitable[None]]

_GATHER_SECONDS = 0.3
_FIRST_SECONDS = 1.0
_LONGEST_SECONDS = 30.0


class Stopped(Exception):
    """The process ends, so a pause is over and the work is left where it is."""


@dataclass(eq=False)
class Errand:
    """Start `run()` as a task, and wait for it after `stop()`. `work` is given a pause, which `stop()` ends.

    It is begun a moment after it was asked for, since it is often asked for again right then; or `at_once`.
    """

    name: str
    work: Callable[[Pause], Awaitable[None]]
    at_once: bool = False
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def ask(self) -> None:
        """Have it done soon; asked for several times at once it is done once."""
        self._asked.set()

    def stop(self) -> None:
        """Begin nothing new; `run()` ends at the next pause."""
        self._stopping.set()
        self._asked.set()

    async def run(self) -> None:
        """Do what is asked, one at a time, until stopped. What fails is tried again, after longer and longer pauses."""
        seconds = _FIRST_SECONDS
        while True:
            await self._asked.wait()
            try:
                await self._pause(0 if self.at_once else _GATHER_SECONDS)
                self._asked.clear()
                await self.work(self._pause)
                seconds = _FIRST_SECONDS
            except Stopped:
                return
            except Exception as error:
                log.warning("put off", errand=self.name, error=type(error).__name__, seconds=seconds, exc_info=True)
                self._asked.set()
                try:
                    await self._pause(seconds)
                except Stopped:
                    return
                seconds = min(2 * seconds, _LONGEST_SECONDS)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        if self._stopping.is_set():
            raise Stopped
