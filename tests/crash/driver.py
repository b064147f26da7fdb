"""`make chaos`: rounds at random for as long as asked, on fresh databases, and a table of what came of them."""

import argparse
import asyncio
import secrets
import shutil
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp

from rich.console import Console
from rich.table import Table

from tests.conftest import postgres_server
from tests.crash.bridge import Haste
from tests.crash.chaos import play_round
from tests.crash.databases import another
from tests.crash.stage import REPLICAS, stage
from tests.crash.tally import Tally

_SECONDS = 20.0  # of work in a round
_CONTACTS = 8
_PAUSE = (0.2, 2.5)  # seconds between two kills
_ROWS = {
    "kills": "kills",
    "freezes": "freezes",
    "texts": "texts",
    "replies": "replies",
    "lost": "lost",
    "doubled": "doubled",
    "disordered": "out of order",
    "untold": "late, and not told",
    "asked": "asked about in the thread",
    "told_twice": "told as twice (the window nobody can close)",
}


async def play(database_url: str, kind: str, seed: str) -> Tally:
    """One round with the leases of production; what the bridge logged is kept when something is wrong."""
    haste = Haste()
    async with stage(database_url, haste=haste, hold=1) as there:
        freeze = haste.lease_seconds if REPLICAS[kind] > 1 else 0.0
        tally = Tally()
        try:
            await play_round(there, seed, tally, seconds=_SECONDS, contacts=_CONTACTS, pause=_PAUSE, freeze=freeze)
        except (TimeoutError, AssertionError) as error:
            tally.lost.append(f"it never came to rest: {error!r:.200}")
        if tally.faults:
            kept = Path(mkdtemp(prefix=f"threadline-chaos-{kind}-")) / "log"
            shutil.copy(there.folder / "log", kept)
            Console().print(f"{kind}, seed {seed}:", *tally.faults, f"The bridge's log is kept in {kept}.", sep="\n")
    return tally


def table(seed: str, rounds: dict[str, int], tallies: dict[str, Tally]) -> Table:
    """What was done on each database, and what came of it."""
    drawn = Table("", *tallies, title=f"Chaos, seed {seed}")
    drawn.add_row("rounds", *(str(rounds[kind]) for kind in tallies))
    for name, title in _ROWS.items():
        counts = [getattr(tally, name) for tally in tallies.values()]
        drawn.add_row(title, *(str(one if isinstance(one, int) else len(one)) for one in counts))
    return drawn


def main() -> None:
    """Exit code 1 when anything was lost, doubled, out of order or not told."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", default=secrets.token_hex(3), help="any word; what people do follows from it")
    parser.add_argument("--database", choices=REPLICAS, help="on this kind only; otherwise by turns")
    given = parser.parse_args()
    kinds = [given.database] if given.database else list(REPLICAS)
    tallies, rounds = {kind: Tally() for kind in kinds}, dict.fromkeys(kinds, 0)
    console = Console()
    end = time.monotonic() + given.minutes * 60
    with ExitStack() as stack:
        bases = {"sqlite": "sqlite:///{folder}/threadline.db"}
        if "postgresql" in kinds:
            bases["postgresql"] = stack.enter_context(postgres_server())
        while time.monotonic() < end:
            for kind in kinds:
                rounds[kind] += 1
                url = asyncio.run(another(bases[kind], f"round{rounds[kind]}"))
                tallies[kind].add(asyncio.run(play(url, kind, f"{given.seed}/{rounds[kind]}")))
            console.print(table(given.seed, rounds, tallies))
    sys.exit(1 if any(tally.faults for tally in tallies.values()) else 0)


if __name__ == "__main__":
    main()
