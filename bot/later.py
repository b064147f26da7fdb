"""What may take longer than Slack waits for an answer: it goes on behind, and is told when it is ready.

Like every private answer it is told at most once, and lost if the bridge ends before: who asked asks again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import structlog

from bot.blocks import whispers
from bot.blocks.post import Post
from desk.errors import DeskError

log = structlog.get_logger(__name__)

Tell = Callable[[Post], Awaitable[object]]
Work = Coroutine[Any, Any, Post | None]

MOMENT_SECONDS = 1.5
_AT_ONCE = 2


@dataclass(eq=False)
class Later:
    """What goes on behind, until `stop()`. `tell` says privately what came of it, or why nothing did.

    What reads much of the database takes a `turn`, so that there are connections left for everything else.
    """

    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    _running: set[asyncio.Task[Any]] = field(default_factory=set)

    def start(self, tell: Tell, work: Work) -> None:
        """Go on with it, and tell its post, if it has one to tell."""
        self._keep(asyncio.create_task(_told(tell, self._keep(asyncio.create_task(work)))))

    async def answer(self, answer: Tell, tell: Tell, work: Work) -> None:
        """Answer with it if it is ready in a moment; otherwise say that it takes longer, and tell it then.

        Raises what it raises in that moment.
        """
        task = self._keep(asyncio.create_task(work))
        await asyncio.wait({task}, timeout=MOMENT_SECONDS)
        if not task.done():
            self._keep(asyncio.create_task(_told(tell, task)))
            await answer(whispers.takes_longer())
        elif (post := task.result()) is not None:
            await answer(post)

    async def stop(self) -> None:
        """End what goes on."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _keep(self, task: asyncio.Task[Any]) -> asyncio.Task[Any]:
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


async def _told(tell: Tell, work: asyncio.Task[Post | None]) -> None:
    try:
        try:
            post = await work
        except DeskError as error:
            post = whispers.refused(str(error))
        if post is not None:
            await tell(post)
    except Exception as error:  # whatever it is, nobody waits for it any more
        reference = uuid4().hex[:8]
        log.exception("not told later", reference=reference, error=type(error).__name__)
        if work.exception() is not None:
            with suppress(Exception):
                await tell(whispers.refused(f"Something went wrong on our side. (Reference {reference})"))
