"""(d) The first pages of `/unassigned` and `/mine` in a large workspace, against a small one.

Large is 100,000 conversations with 1,000,000 messages over 20 inboxes, all of which the reader is in; small is 1,000
conversations. Both are read in turn through the use case behind the commands, which counts the queue's filters too,
and then through signed HTTP into `threadline serve`, which adds Bolt and the drawing of the page. PostgreSQL is asked
twice: as the rows were written, when its planner knows nothing of them, and once it has looked at them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from time import perf_counter, time

from slack_sdk.signature import SignatureVerifier

from bench.bridges import bridge
from bench.filling import MESSAGES_EACH, analyze, fill
from bench.findings import Finding
from bench.ground import KINDS, Ground
from bench.load import percentile, post, send
from bench.outside import REP, Outside, outside
from desk import queues
from desk.access import Actor
from desk.values import Filter, Queue
from playground.world import TEAM_ID
from storage.database import Database, connect

TITLE = "(d) First pages with 100,000 conversations and 1,000,000 messages, against 1,000 conversations"

_INBOXES = 20
_SMALL, _LARGE = "1,000", "100,000"
_SIZES = {_SMALL: (1_000, 2), _LARGE: (100_000, 8)}  # conversations, and reps who share them
_PAGE = 10
_ASKED = {
    "/unassigned": (Queue.UNASSIGNED, Filter.OPEN),
    "/unassigned closed": (Queue.UNASSIGNED, Filter.CLOSED),
    "/mine": (Queue.MINE, Filter.ALL),
    "/mine closed": (Queue.MINE, Filter.CLOSED),
    "/sms inbox": (Queue.INBOX, Filter.ALL),
}
_AIMED_AT = ("/unassigned", "/mine")

Read = Callable[[], Awaitable[object]]


async def measure(ground: Ground) -> list[Finding]:
    """Fill both sizes of both databases, and read."""
    findings = []
    async with outside(inboxes=_INBOXES) as world:
        for kind in KINDS:
            urls = {}
            for size, (conversations, reps) in _SIZES.items():
                ground.say(f"(d) {kind}: {size} conversations, {conversations * MESSAGES_EACH:,} messages")
                urls[size] = await _filled(ground, world, kind, conversations, reps)
            findings += await _use_case(ground, kind, urls, "")
            if kind == "postgresql":
                for url in urls.values():
                    await _analyze(url)
                findings += await _use_case(ground, kind, urls, " after ANALYZE")
            findings += await _over_http(ground, world, kind, urls)
    return findings


async def _filled(ground: Ground, world: Outside, kind: str, conversations: int, reps: int) -> str:
    url = await ground.database(kind)
    async with bridge(ground, world, url):
        pass  # makes the schema, the workspace, its people and the inboxes
    database = connect(url, command_seconds=None)
    await fill(database, conversations=conversations, inboxes=_INBOXES, reps=reps)
    await database.close()
    return url


async def _analyze(url: str) -> None:
    database = connect(url, command_seconds=None)
    await analyze(database)
    await database.close()


async def _use_case(ground: Ground, kind: str, urls: dict[str, str], when: str) -> list[Finding]:
    databases = {size: connect(url) for size, url in urls.items()}
    findings = []
    for command, (queue, filter_) in _ASKED.items():
        reads = {size: _reading(database, queue, filter_) for size, database in databases.items()}
        findings += await _compare(ground, kind, f"{command}{when}", reads, is_aim=command in _AIMED_AT)
    for database in databases.values():
        await database.close()
    return findings


def _reading(database: Database, queue: Queue, filter_: Filter) -> Read:
    async def read() -> None:
        async with database.read() as session:
            actor = Actor(workspace_id=1, user_id=REP)
            now = datetime.now(UTC)
            page = await queues.read(
                session, actor, queue, filter_, channel_id=None, inbox_id=None, page=0, size=_PAGE, now=now
            )
            assert len(page.rows) == _PAGE

    return read


async def _over_http(ground: Ground, world: Outside, kind: str, urls: dict[str, str]) -> list[Finding]:
    findings = []
    async with AsyncExitStack() as stack:
        ports = {size: (await stack.enter_async_context(bridge(ground, world, url))).port for size, url in urls.items()}
        for command in _AIMED_AT:
            reads = {size: _asking(world, port, command) for size, port in ports.items()}
            findings += await _compare(ground, kind, f"{command} over HTTP", reads, is_aim=False)
    return findings


def _asking(world: Outside, port: int, command: str) -> Read:
    async def ask() -> None:
        form = {
            "token": "",
            "team_id": TEAM_ID,
            "channel_id": "C0ELSEWHERE",
            "user_id": REP,
            "command": command,
            "text": "",
            "trigger_id": "1.2.3",
            "response_url": f"{world.slack_api_url}nowhere",
            "api_app_id": "A0BENCH",
        }
        signed = SignatureVerifier(world.settings.signing_secret)
        request = post("/slack/events", form, {})
        timestamp = str(int(time()))
        signature = signed.generate_signature(timestamp=timestamp, body=request.partition(b"\r\n\r\n")[2])
        headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature or ""}
        run = await send(iter([post("/slack/events", form, headers)]), [port], connections=1)
        assert not run.refused

    return ask


async def _compare(ground: Ground, kind: str, what: str, reads: dict[str, Read], *, is_aim: bool) -> list[Finding]:
    """Read one after the other in turn, so that both meet the same machine."""
    rounds, times = (3, 10) if ground.quick else (5, 40)
    medians: dict[str, list[float]] = {size: [] for size in reads}
    for read in reads.values():
        for _ in range(10):
            await read()
    for _ in range(rounds):
        taken: dict[str, list[float]] = {size: [] for size in reads}
        for _ in range(times):
            for size, read in reads.items():
                began = perf_counter()
                await read()
                taken[size].append(perf_counter() - began)
            await asyncio.sleep(0)
        for size, seconds in taken.items():
            medians[size].append(percentile(seconds, 50))
    small, large = medians[_SMALL], medians[_LARGE]
    ratios = tuple(one / other for one, other in zip(large, small, strict=True))
    return [
        Finding(what=what, database=kind, rounds=tuple(large), unit="ms", at_most=25.0 if is_aim else None),
        Finding(what=f"{what}: small", database=kind, rounds=tuple(small), unit="ms"),
        Finding(what=f"{what}: of small", database=kind, rounds=ratios, at_most=2.0 if is_aim else None),
    ]
