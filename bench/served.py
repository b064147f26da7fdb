"""The entry point of the bridges that are measured: `threadline serve`, with what a question wants changed.

`python -m bench.served [stored | verified | unpaced]`: `stored` works no deliveries; `verified` checks signatures with
the same routes and stores nothing; `unpaced` posts without any limit of Slack's. Settings come from the environment.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot import app, logs, start, web
from bot.app import Bridge
from bot.settings import Settings, load
from desk.intake import Receipt
from storage.rate_limits import Limit

_NO_LIMIT = Limit(per_minute=1_000_000_000, burst=1_000_000)


@asynccontextmanager
async def _verified(settings: Settings) -> AsyncIterator[Bridge]:
    """The same server, whose intake answers at once."""

    async def take(source: str, key: str, body: dict[str, Any], stream: str | None = None) -> Receipt:
        del source, key, body, stream
        return Receipt.PROCESSED

    async with _stored(settings) as bridge:
        vars(bridge.intake)["take"] = take
        yield bridge


@asynccontextmanager
async def _stored(settings: Settings) -> AsyncIterator[Bridge]:
    """The bridge, whose courier has stopped: everything is stored and every use case runs, and nothing is posted."""
    async with app.open_bridge(settings) as bridge:
        bridge.courier.stop()
        yield bridge


@asynccontextmanager
async def _unpaced(settings: Settings) -> AsyncIterator[Bridge]:
    """The bridge without pace, for a Slack without limits."""
    vars(app)["_POSTS"] = _NO_LIMIT
    async with app.open_bridge(settings, post_seconds=0.0) as bridge:
        yield bridge


async def _serve(which: str) -> None:
    settings = load()
    stop = web.interruption()
    opened = {"stored": _stored, "verified": _verified, "unpaced": _unpaced}[which]
    with start.bind(settings) as bound:
        async with opened(settings) as bridge:
            start.settle_memory()
            async with web.serving(bridge.web, bound):
                await stop.wait()


if __name__ == "__main__":
    logs.configure()
    asyncio.run(_serve(sys.argv[1]))
