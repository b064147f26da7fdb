"""(e) Memory at rest, and the time from starting `threadline serve` to the first 200 of `/readyz`.

On an empty database, so that the time holds its migrations, and on one that has been started on before. Memory at the
peak stands with the burst (c).
"""

from bench.bridges import bridge
from bench.findings import Finding
from bench.ground import KINDS, Ground, settle
from bench.outside import outside

TITLE = "(e) Memory at rest and time to start"

_REST_SECONDS = 3.0


async def measure(ground: Ground) -> list[Finding]:
    """Start and stop it a few times on each database."""
    rounds = 2 if ground.quick else 5
    findings = []
    async with outside(inboxes=20) as world:
        for kind in KINDS:
            ground.say(f"(e) {kind}")
            first, again, memory = [], [], []
            for _ in range(rounds):
                database_url = await ground.database(kind)
                async with bridge(ground, world, database_url) as empty:
                    first.append(empty.ready_seconds)
                async with bridge(ground, world, database_url) as known:
                    again.append(known.ready_seconds)
                    await settle(_REST_SECONDS)
                    memory.append(known.megabytes)
            findings += [
                Finding(what="ready, on an empty database", database=kind, rounds=tuple(first), unit="s", at_most=2.0),
                Finding(what="ready, started again", database=kind, rounds=tuple(again), unit="s", at_most=2.0),
                Finding(what="memory at rest", database=kind, rounds=tuple(memory), unit="MB", at_most=130.0),
            ]
    return findings
