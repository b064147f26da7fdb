"""What Prometheus reads: what this process has counted, and what the database says at this moment.

Labels are kinds, methods, states, and lanes (our own numbers and channels): never a contact's number or a text.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, generate_latest

from desk.clock import Clock
from desk.delivery import Done, Effect, Outcome, Refused, Retry, Uncertain, Unknown
from desk.health import MATTERS, by_lane
from storage import alarms, health
from storage.database import Database, DatabaseError, Session
from storage.states import UNFINISHED, DeliveryState, Kind

log = structlog.get_logger(__name__)

_PATIENCE_SECONDS = 2.0
_POSTS = (Kind.CARD, Kind.TEXT, Kind.LINE, Kind.ALERT, Kind.NOTICE)


@dataclass(eq=False)
class Metrics:
    """Counts what happens in this process, and reads the rest.

    `effects` say which method a kind of delivery calls, `sources` where requests come from. Each has its counters from
    the start: one that appeared with its first event would never be seen to rise by it.
    """

    database: Database
    clock: Clock
    workspace_id: int
    effects: Mapping[str, Effect]
    sources: Iterable[str]
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        self._received = self._counter("received", "Requests stored, by where they came from.", "source")
        self._posted = self._counter("posted", "Messages posted to Slack, by kind; a post may hold many texts.", "kind")
        self._sent = self._counter("sent", "Texts handed to Twilio.")
        self._lost = self._counter("answers_lost", "Calls whose answer was lost, and that are looked up.", "kind")
        self._refused = self._counter("refused", "Effects that were refused for good, and parked.", "kind")
        self._uncertain = self._counter("uncertain", "Replies that a person was asked about.")
        self._sleeps = self._counter("rate_limit_sleeps", "Times that a Retry-After was obeyed, by method.", "method")
        self._slept = self._counter("rate_limit_sleep_seconds", "Seconds that these asked for, by method.", "method")
        self._up = Gauge("threadline_database_up", "Whether the database answers.", registry=self.registry)
        ProcessCollector(registry=self.registry)
        methods = {effect.terms.method for effect in self.effects.values() if effect.terms.method}
        for counter, values in (
            (self._received, self.sources),
            (self._posted, _POSTS),
            (self._lost, self.effects),
            (self._refused, self.effects),
            (self._sleeps, methods),
            (self._slept, methods),
        ):
            for value in values:
                counter.labels(value)

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"threadline_{name}", says, labels, registry=self.registry)

    def received(self, source: str) -> None:
        """A request was stored."""
        self._received.labels(source).inc()

    def observe(self, kind: str, outcome: Outcome | Uncertain) -> None:
        """A delivery was tried, or looked for."""
        match outcome:
            case Done() if kind in _POSTS:
                self._posted.labels(kind).inc()
            case Done() if kind == Kind.REPLY:
                self._sent.inc()
            case Unknown():
                self._lost.labels(kind).inc()
            case Refused():
                self._refused.labels(kind).inc()
            case Uncertain():
                self._uncertain.inc()
            case Retry(blocks=True, seconds=seconds):
                method = self.effects[kind].terms.method or kind
                self._sleeps.labels(method).inc()
                self._slept.labels(method).inc(seconds)

    async def scrape(self) -> bytes:
        """All of it in Prometheus' text format; what this process has counted while the database does not answer."""
        read = b""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS), self.database.read() as session:
                read = await _read(session, self.workspace_id, now=self.clock.now())
        except (DatabaseError, OSError, TimeoutError) as error:
            log.warning("metrics not read", error=type(error).__name__)
        self._up.set(bool(read))
        return generate_latest(self.registry) + read


async def _read(session: Session, workspace_id: int, *, now: datetime) -> bytes:
    """What the database says at this moment."""
    registry = CollectorRegistry()

    def gauge(name: str, says: str, *labels: str) -> Gauge:
        return Gauge(f"threadline_{name}", says, labels, registry=registry)

    gauge("unprocessed", "Requests stored whose use case has not run through.").set(
        await health.count_unprocessed(session)
    )
    states = gauge("deliveries", "Effects that are unfinished, undecided, or were parked in seven days.", "state")
    counts = {**await health.count_unfinished(session), **await health.count_troubles(session, since=now - MATTERS)}
    for state in (*UNFINISHED, DeliveryState.UNCERTAIN, DeliveryState.PARKED):
        states.labels(state).set(counts.get(state, 0))
    lags = gauge("lag_seconds", "For how long the oldest effect of a lane could have gone out.", "lane")
    for lane, due in by_lane(await health.list_due(session, now=now)).items():
        lags.labels(lane).set((now - due.oldest_at).total_seconds())
    owners = gauge("lane_owner", "Which process works a lane at this moment.", "lane", "owner")
    for lane, claim in await health.list_holders(session):
        owners.labels(lane, claim.partition("/")[0]).set(1)
    wrong = gauge("alarm", "What is stuck, or who refuses our token.", "what")
    for alarm in await alarms.list_(session, workspace_id):
        wrong.labels(alarm.what).set(1)
    return generate_latest(registry)
