"""(c) A burst of texts from many contacts over many channels, with all of Slack's limits on.

The playground refuses what Slack would: more than a post a second in a channel (two may come together), more than so
many in any minute in the workspace. What was needed is counted in posts: a card for each contact, and the texts that
waited meanwhile merged into few. For P posts in all, P_c of them in channel c, the time to drain (from the first
webhook to the last post) is held against

    minimum = max(60 · P / 300, max over c of (P_c - 2) / 1)

which is what a sender needs that keeps to the rates from the first second to the last. A sender that knew Slack's
minute to be a window could spend each minute's 300 at its beginning and be done within little more than
60 · floor((P - 1) / 300) seconds; its next text would then wait for up to a minute. That is told beside it.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from time import perf_counter, time

from bench import rows
from bench.bridges import bridge
from bench.findings import Finding
from bench.ground import KINDS, Ground, settle
from bench.load import Run, send, texts
from bench.outside import Call, Limits, outside
from playground.faults import POSTS_A_MINUTE

TITLE = "(c) A burst over 20 channels, with all of Slack's limits on"

_INBOXES = 20
_LIMITS = Limits(posts_per_minute=POSTS_A_MINUTE, posts_per_second=1.0)
_TOGETHER = 2  # posts that a channel takes at once
_POST = "chat.postMessage"
_OK = 200
_TOO_MANY = 429
_PATIENCE_SECONDS = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drained:
    contacts: int
    taken: Run
    seconds: float
    calls: list[Call]
    megabytes_at_rest: float
    megabytes_at_peak: float

    @property
    def posts(self) -> list[Call]:
        return [call for call in self.calls if call.method == _POST and call.status == _OK]

    @property
    def refused(self) -> Counter[str]:
        return Counter(call.method for call in self.calls if call.status == _TOO_MANY)

    @property
    def minimum_of_channels(self) -> float:
        busiest = max(Counter(call.channel for call in self.posts).values())
        return (busiest - _TOGETHER) / _LIMITS.posts_per_second

    @property
    def minimum_at_rates(self) -> float:
        return max(60.0 * len(self.posts) / _LIMITS.posts_per_minute, self.minimum_of_channels)

    @property
    def minimum_when_merged(self) -> float:
        """For a card and one more post for each contact, which is what a burst comes to when it is merged at once."""
        return 60.0 * 2 * self.contacts / _LIMITS.posts_per_minute

    @property
    def minimum_in_windows(self) -> float:
        return max(60.0 * ((len(self.posts) - 1) // _LIMITS.posts_per_minute), self.minimum_of_channels)


async def measure(ground: Ground) -> list[Finding]:
    """One burst on each database, both at once: it is Slack's limits that take minutes, not the machine."""
    ground.say("(c) both databases at once; this takes minutes, because Slack's limits do")
    drained = await asyncio.gather(*(_drain(ground, kind) for kind in KINDS))
    return [finding for kind, one in zip(KINDS, drained, strict=True) for finding in _told(kind, one)]


async def _drain(ground: Ground, kind: str) -> _Drained:
    contacts, count = (100, 1000) if ground.quick else (500, 5000)
    database_url = await ground.database(kind)
    async with (
        outside(inboxes=_INBOXES, limits=_LIMITS) as world,
        bridge(ground, world, database_url) as draining,
    ):
        requests = texts(
            world.settings.auth_token, world.settings.account_sid, tuple(world.inboxes), contacts=contacts, count=count
        )
        await world.connect(draining.port)
        await settle(2.0)
        at_rest = draining.megabytes
        began_at, began = time(), perf_counter()
        taken = await send(iter(requests), [draining.port])
        await rows.until_done(database_url, within=_PATIENCE_SECONDS)
        ground.say(f"(c) {kind}: drained after {perf_counter() - began:.0f} s")
        calls = await world.calls()
        last = max(call.at for call in calls if call.method == _POST)
        return _Drained(
            contacts=contacts,
            taken=taken,
            seconds=last - began_at,
            calls=calls,
            megabytes_at_rest=at_rest,
            megabytes_at_peak=draining.peak_megabytes,
        )


def _told(kind: str, drained: _Drained) -> list[Finding]:
    def one(
        what: str, figure: float, unit: str = "", *, at_least: float | None = None, at_most: float | None = None
    ) -> Finding:
        return Finding(what=what, database=kind, rounds=(figure,), unit=unit, at_least=at_least, at_most=at_most)

    return [
        one("time to drain, of the minimum at Slack's rates", drained.seconds / drained.minimum_at_rates, at_most=1.03),
        one("429s", float(drained.refused.total()), at_most=0.0),
        *(one(f"429s of {method}", float(count)) for method, count in drained.refused.most_common()),
        one("time to drain", drained.seconds, "s"),
        one("minimum at Slack's rates", drained.minimum_at_rates, "s"),
        one("minimum for two posts a contact", drained.minimum_when_merged, "s"),
        one("minimum in windows of a minute", drained.minimum_in_windows, "s"),
        one("texts", float(len(drained.taken.latencies))),
        one("not answered 2xx", float(drained.taken.refused), at_most=0.0),
        one("taken in within", drained.taken.seconds, "s"),
        one("posts that they became", float(len(drained.posts))),
        one("memory before", drained.megabytes_at_rest, "MB", at_most=130.0),
        one("memory at the peak", drained.megabytes_at_peak, "MB"),
    ]
