"""(b) From sending a webhook to the arrival of its `chat.postMessage` at Slack, on a bridge with nothing else to do.

One text at a time from a contact whose card is posted, each after the one before has arrived, without Slack's pace. The
clock starts as the request is written and stops when the playground has read the call that came of it.
"""

import asyncio
from time import time

from bench.bridges import Bridge, bridge
from bench.findings import Finding
from bench.ground import KINDS, Ground, settle
from bench.load import percentile, send, texts
from bench.outside import Outside, outside

TITLE = "(b) From a webhook to its chat.postMessage on an idle bridge"

_POST = "chat.postMessage"
_PAUSE_SECONDS = 0.1
_PATIENCE_SECONDS = 10.0
_WARM = 10


async def measure(ground: Ground) -> list[Finding]:
    """Rounds on both databases in turn; the same number of texts in each."""
    rounds, count = (2, 50) if ground.quick else (5, 100)
    found: dict[str, list[list[float]]] = {kind: [] for kind in KINDS}
    async with outside(inboxes=1) as world:
        for number in range(rounds):
            for kind in KINDS:
                ground.say(f"(b) {kind}, round {number + 1} of {rounds}")
                async with bridge(ground, world, await ground.database(kind), "unpaced") as idle:
                    await world.connect(idle.port)
                    found[kind].append(await _round(world, idle, count))
                    await world.connect(None)
    return [
        Finding(
            what=what,
            database=kind,
            rounds=tuple(percentile(one, percent) for one in found[kind]),
            unit="ms",
            at_most=at_most,
        )
        for kind in KINDS
        for what, percent, at_most in (("median", 50, 5.0), ("p99", 99, 20.0))
    ]


async def _round(world: Outside, idle: Bridge, count: int) -> list[float]:
    requests = texts(
        world.settings.auth_token, world.settings.account_sid, tuple(world.inboxes), contacts=1, count=count + _WARM
    )
    taken = []
    await settle()
    for request in requests:
        sent_at = time()
        await send(iter([request]), [idle.port], connections=1)
        taken.append(await _arrival(world) - sent_at)
        await asyncio.sleep(_PAUSE_SECONDS)  # until what follows a post is written down, and its event is answered
    return taken[_WARM:]


async def _arrival(world: Outside) -> float:
    """When the next post came, in seconds since 1970."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            for call in await world.calls():
                if call.method == _POST:
                    return call.at
            await asyncio.sleep(0.002)
