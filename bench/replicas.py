"""(f) Throughput against the number of replicas on one PostgreSQL database, without Slack's pace.

The same texts are spread over one to four bridges; told are the webhooks answered in a second, and the texts that came
to stand in Slack in a second, from the first webhook until nothing was left to do. All of them, the database, the
playground and the load share this machine's cores, so more replicas cannot be faster here; they must not be slower.
"""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from time import perf_counter

from bench import rows
from bench.bridges import bridge
from bench.findings import Finding
from bench.ground import Ground, settle
from bench.load import CONNECTIONS, send, texts
from bench.outside import Outside, outside

TITLE = "(f) Throughput against the number of replicas on PostgreSQL, posting without limits"

_REPLICAS = (1, 2, 3, 4)
_CONTACTS = 200
_WARM = 4 * CONNECTIONS
_INBOXES = 20
_PATIENCE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class _Rates:
    taken: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)


async def measure(ground: Ground) -> list[Finding]:
    """Rounds of each number in turn."""
    rounds, count = (1, 400) if ground.quick else (4, 1500)
    found = {replicas: _Rates() for replicas in _REPLICAS}
    async with outside(inboxes=_INBOXES) as world:
        for number in range(rounds):
            for replicas, rates in found.items():
                ground.say(f"(f) {replicas} replicas, round {number + 1} of {rounds}")
                taken, shown = await _round(ground, world, replicas, count)
                rates.taken.append(taken)
                rates.shown.append(shown)
    findings = []
    alone, all_ = found[_REPLICAS[0]], found[_REPLICAS[-1]]
    for what, four, one in (
        ("four of one: webhooks", all_.taken, alone.taken),
        ("four of one: texts shown", all_.shown, alone.shown),
    ):
        ratios = tuple(with_four / with_one for with_four, with_one in zip(four, one, strict=True))
        findings.append(Finding(what=what, database="postgresql", rounds=ratios, at_least=1.0))
    for replicas, rates in found.items():
        for what, figures in (("webhooks answered", rates.taken), ("texts shown in Slack", rates.shown)):
            name = f"{replicas} replica{'s' if replicas > 1 else ''}: {what}"
            findings.append(Finding(what=name, database="postgresql", rounds=tuple(figures), unit="/s"))
    return findings


async def _round(ground: Ground, world: Outside, replicas: int, count: int) -> tuple[float, float]:
    """Webhooks answered and texts shown in a second."""
    database_url = await ground.database("postgresql")
    warm, requests = (
        texts(
            world.settings.auth_token, world.settings.account_sid, tuple(world.inboxes), contacts=contacts, count=many
        )
        for contacts, many in ((CONNECTIONS, _WARM), (_CONTACTS, count))
    )
    async with AsyncExitStack() as stack:
        ports = [
            (await stack.enter_async_context(bridge(ground, world, database_url, "unpaced"))).port
            for _ in range(replicas)
        ]
        await world.connect(ports[0])
        await send(iter(warm), ports)  # the first ones find nothing warm
        await rows.until_done(database_url, within=_PATIENCE_SECONDS)
        await settle(1.0)
        began = perf_counter()
        taken = await send(iter(requests), ports)
        if taken.refused:
            raise RuntimeError(f"{taken.refused} texts were not taken in")
        await rows.until_done(database_url, within=_PATIENCE_SECONDS)
        shown = count / (perf_counter() - began)
        await world.connect(None)
        await world.calls()
    return taken.rate, shown
