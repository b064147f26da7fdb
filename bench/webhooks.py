"""(a) How many texts a bridge takes in durably, against the same routes that only check the signature.

Rounds of both alternate on one machine, so that whatever else it does meets both. The one that is not measured stands
still. `stored` works no deliveries; `at Slack's pace` is `threadline serve` itself, whose backlog of posts grows all
the while; `flat out` posts without limits, so that the bridge and the playground share the machine with the load.
A text counts as taken in when it is answered, which is after its commit; how many use cases ran in the same time is
told beside it. So is the processor time of the bridge for each text, use cases and deliveries of the round included:
what else the machine does lengthens the rounds, but hardly this.
"""

from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import cycle

from bench import rows
from bench.bridges import SERVE, Bridge, bridge
from bench.findings import Finding
from bench.ground import KINDS, Ground, settle
from bench.load import Run, send, texts
from bench.outside import Outside, outside

TITLE = "(a) Webhooks taken in durably, against verifying signatures alone; 32 connections, 200 contacts"

_CONTACTS = 200
_MOST_A_SECOND = 4000
_MODES = {
    "stored": ("idle", 0.55),
    SERVE: ("delivering at Slack's pace", 0.45),
    "unpaced": ("delivering flat out", None),
}


async def measure(ground: Ground) -> list[Finding]:
    """Rounds of both for each mode, on both databases."""
    findings = []
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(outside(inboxes=20))
        verifier = await stack.enter_async_context(bridge(ground, world, await ground.database("sqlite"), "verified"))
        for kind in KINDS:
            for mode in _MODES:
                ground.say(f"(a) {kind}, {_MODES[mode][0]}")
                findings += await _compare(ground, world, verifier, kind, mode)
    return findings


async def _compare(ground: Ground, world: Outside, verifier: Bridge, kind: str, mode: str) -> list[Finding]:
    rounds, seconds = (4, 0.5) if ground.quick else (14, 1.0)
    name, least = _MODES[mode]
    database_url = await ground.database(kind)
    new = iter(_requests(world, int((rounds + 1) * seconds * _MOST_A_SECOND)))
    any_ = cycle(_requests(world, _MOST_A_SECOND))
    durable: list[_Round] = []
    alone: list[_Round] = []
    use_cases = []
    async with bridge(ground, world, database_url, mode) as taking:
        await world.connect(taking.port)
        await _round(taking, new, seconds)  # the first ones find nothing warm
        await _round(verifier, any_, seconds)
        for _ in range(rounds):
            with taking.frozen():
                alone.append(await _round(verifier, any_, seconds))
            await settle()
            before = await rows.processed(database_url)
            durable.append(await _round(taking, new, seconds))
            use_cases.append((await rows.processed(database_url) - before) / durable[-1].run.seconds)
        await world.connect(None)
    refused = sum(one.run.refused for one in (*durable, *alone))
    pairs = list(zip(durable, alone, strict=True))

    def told(what: str, figures: Iterable[float], unit: str = "", **aim: float | None) -> Finding:
        return Finding(what=f"{name}: {what}", database=kind, rounds=tuple(figures), unit=unit, **aim)

    return [
        told("of the verify-only rate", (one.run.rate / other.run.rate for one, other in pairs), at_least=least),
        told("of its rate by processor time", (other.cpu / one.cpu for one, other in pairs)),
        told("texts taken in", (one.run.rate for one in durable), "/s"),
        told("verify-only", (one.run.rate for one in alone), "/s"),
        told("use cases run meanwhile", use_cases, "/s"),
        told("processor time a text", (one.cpu * 1000 for one in durable), "ms"),
        told("p50", (one.run.percentile(50) for one in durable), "ms"),
        told("p99", (one.run.percentile(99) for one in durable), "ms", at_most=None if least is None else 50.0),
        told("not answered 2xx", [float(refused)], at_most=0.0),
    ]


@dataclass(frozen=True, slots=True)
class _Round:
    """What came of a load, and the bridge's processor seconds for each answer."""

    run: Run
    cpu: float


async def _round(taking: Bridge, requests: Iterator[bytes], seconds: float) -> _Round:
    before = taking.cpu_seconds
    run = await send(requests, [taking.port], seconds=seconds)
    return _Round(run, (taking.cpu_seconds - before) / len(run.latencies))


def _requests(world: Outside, count: int) -> list[bytes]:
    settings = world.settings
    return texts(settings.auth_token, settings.account_sid, tuple(world.inboxes), contacts=_CONTACTS, count=count)
