"""The loop that makes the outside agree with the rows, in order and at its pace, and writes down that it did.

A delivery is committed as `sending` before its call. When the answer is lost it is unknown: looked up, adopted if it is
found, done again only if it is certainly absent, and otherwise told as uncertain. Never simply repeated.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

import structlog

from desk.clock import Clock
from storage import claims, conversations, rate_limits
from storage.claims import Claimed, LeaseOver, Terms, Truth
from storage.database import AllInUse, Database, DatabaseError, Session
from storage.database import now as database_now
from storage.states import DeliveryState

log = structlog.get_logger(__name__)

LEASE_SECONDS = 5.0
_RENEW_SECONDS = 1.5
_SLOTS = 8  # calls at a time of each group of kinds, and looks
_TRIES = 5
_LONG_CLAIM_SECONDS = 0.05  # where the database works in this process: after one this long the next waits
_RESTS = 3  # times as long, so that others have the process, too
_LONGEST_REST_SECONDS = 1.0
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Done:
    """The effect took place; `result_id` is what the outside calls it (a ts, a SID), `drawn` the revision it shows."""

    result_id: str | None = None
    drawn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """The effect certainly did not take place, and may in so many seconds. `blocks`: the whole method has to wait.

    `is_own`: for a reason of its own, so that after some tries it is refused.
    """

    seconds: float
    reason: str
    blocks: bool = False
    is_own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The effect certainly did not and will not take place. `reason` is a sentence for the thread."""

    reason: str
    code: int | None = None
    can_retry: bool = False
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """The call was made and its answer lost; it may be looked up after so many seconds at the earliest.

    `is_own`: for a reason of its own, so that after some tries it is refused.
    """

    reason: str
    seconds: float = 0.0
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A look-up saw the effect."""

    result_id: str | None


@dataclass(frozen=True, slots=True)
class Absent:
    """A look-up is certain that the effect did not take place."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """A look-up could not say; it may be made again after so many seconds at the earliest."""

    reason: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Stale:
    """The effect did not take place, and it is too late for it to take place by itself: a person decides."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Nobody can say any more: a person decides."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The effect did not take place, and nobody wants it any more."""


Outcome = Done | Retry | Refused | Unknown | Stale | Withdrawn
Sight = Found | Absent | CannotTell
Settled = Done | Refused | Uncertain | Stale | Withdrawn
Sender = Callable[[Claimed], Awaitable[Outcome]]
LookUp = Callable[[Claimed], Awaitable[Sight]]
Settle = Callable[[Session, Claimed, Settled, datetime], Awaitable[None]]
TakeBack = Callable[[Session, Claimed, Done, datetime], Awaitable[None]]
Observe = Callable[[str, Outcome | Uncertain], None]


async def nothing(session: Session, claimed: Claimed, outcome: Settled, now: datetime) -> None:
    """Nothing follows from what became of it."""
    del session, claimed, outcome, now


def unobserved(kind: str, outcome: Outcome | Uncertain) -> None:
    """Nobody counts."""
    del kind, outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """How a kind of delivery is sent, looked up and written down.

    A sender asks `claimed.lease.require()` right before its call. `take_back` undoes or tells an effect that came too
    late: its worker froze, and another has had the effect meanwhile. `look_after` are the seconds before each look;
    what `absent_looks` of them in a row did not see is absent. `gives_up` says whether it is uncertain after the last
    look, or looked for again at the last interval until it is certain.
    """

    terms: Terms
    send: Sender
    look: LookUp
    settle: Settle = nothing
    take_back: TakeBack = nothing
    look_after: tuple[float, ...] = (0.5, 2.0, 5.0, 15.0)
    absent_looks: int = 1
    gives_up: bool = False


@dataclass(eq=False)
class Courier:
    """Works the deliveries of one process. Start `run()` as a task, and wait for it after `stop()`."""

    database: Database
    clock: Clock
    effects: Mapping[str, Effect]
    observe: Observe = unobserved
    name: str = field(default_factory=lambda: uuid4().hex[:12])
    _due: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: dict[asyncio.Task[None], str] = field(default_factory=dict)
    _claims: int = 0
    _stopping: bool = False
    _seen_at: float = 0.0

    def wake(self) -> None:
        """There may be something to do: called after each commit of this process."""
        self._due.set()

    @property
    def is_alive(self) -> bool:
        """Whether the loop has come round within the last seconds."""
        return not self._stopping and time.monotonic() - self._seen_at < 2 * LEASE_SECONDS

    async def run(self) -> None:
        """Claim and work until stopped, and finish what is in flight. The database may be away for a while."""
        terms = {kind: effect.terms for kind, effect in self.effects.items()}
        while not self._stopping:
            self._due.clear()
            self._seen_at = time.monotonic()
            try:
                sleep = await self._claim(terms)
            except Exception as error:
                log.exception("claim failed", error=type(error).__name__)
                sleep = 1.0
            took = time.monotonic() - self._seen_at
            if took > _LONG_CLAIM_SECONDS and self.database.is_in_process:
                await asyncio.sleep(min(_RESTS * took, _LONGEST_REST_SECONDS))
            if sleep > 0:
                try:
                    await asyncio.wait_for(self._due.wait(), timeout=sleep)
                except TimeoutError:
                    continue
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_STOP_SECONDS)

    async def _claim(self, terms: Mapping[str, Terms]) -> float:
        slots = dict.fromkeys((claims.LOOKS, *(one.group for one in terms.values())), _SLOTS)
        for group in self._tasks.values():
            slots[group] -= 1
        if not any(slots.values()):
            return 1.0
        self._claims += 1
        async with self.database.transaction() as session:
            claimed, sleep = await claims.claim(
                session,
                owner=f"{self.name}/{self._claims}",
                terms=terms,
                now=self.clock.now(),
                lease_seconds=LEASE_SECONDS,
                slots=slots,
            )
        for one in claimed:
            task = asyncio.create_task(self._work(one))
            self._tasks[task] = claims.LOOKS if one.look else terms[one.delivery.kind].group
            task.add_done_callback(self._finished)
        return sleep

    def _finished(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        self.wake()

    def stop(self) -> None:
        """Begin nothing new; `run()` ends when what is in flight is finished."""
        self._stopping = True
        self.wake()

    async def _work(self, claimed: Claimed) -> None:
        effect = self.effects[claimed.delivery.kind]
        done = asyncio.Event()
        keeper = asyncio.create_task(self._keep(claimed, done))
        try:
            outcome = await (self._look if claimed.look else self._send)(claimed, effect)
            outcome = _final_after_some_tries(claimed, effect, outcome)
            self.observe(claimed.delivery.kind, outcome)
            await self._write_down(claimed, effect, outcome)
        finally:
            done.set()
            await keeper

    async def _keep(self, claimed: Claimed, done: asyncio.Event) -> None:
        """Renew the lease until it is done; never cancelled, which could break off a transaction."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), _RENEW_SECONDS)
            if done.is_set():
                return
            try:
                async with self.database.transaction() as session:
                    asked_at = time.monotonic()
                    renewed = await claims.renew(session, claimed, lease_seconds=LEASE_SECONDS)
                if renewed:
                    claimed.lease.until = asked_at + LEASE_SECONDS
            except Exception as error:
                log.exception("lease not renewed", delivery=str(claimed.delivery.id), error=type(error).__name__)

    async def _send(self, claimed: Claimed, effect: Effect) -> Outcome:
        try:
            return await effect.send(claimed)
        except LeaseOver:
            return Retry(seconds=0.0, reason="the lease was over before the call")
        except Exception as error:
            log.exception("sender failed", delivery=str(claimed.delivery.id), kind=claimed.delivery.kind)
            return Unknown(type(error).__name__, is_own=not isinstance(error, DatabaseError | AllInUse | OSError))

    async def _look(self, claimed: Claimed, effect: Effect) -> Outcome | Uncertain:
        try:
            sight = await effect.look(claimed)
        except Exception as error:
            log.exception("look-up failed", delivery=str(claimed.delivery.id), kind=claimed.delivery.kind)
            sight = CannotTell(type(error).__name__)
        looks = claimed.delivery.looks + 1
        match sight:
            case Found(result_id=result_id):
                return Done(result_id)
            case Absent() if looks >= effect.absent_looks or claimed.delivery.attempt == 0:
                return Retry(seconds=0.0, reason="certainly absent")
            case Absent():
                return Unknown("not there yet")
            case CannotTell() if effect.gives_up and looks >= len(effect.look_after):
                return Uncertain()
            case CannotTell(reason=reason, seconds=seconds):
                return Unknown(reason, seconds)

    async def _write_down(self, claimed: Claimed, effect: Effect, outcome: Outcome | Uncertain) -> None:
        try:
            await self._write(claimed, effect, outcome)
        except Exception as error:
            log.exception("outcome not written", delivery=str(claimed.delivery.id), error=type(error).__name__)
            with suppress(Exception):  # then the lease runs out
                await self._give_back(claimed, effect, outcome, type(error).__name__)

    async def _give_back(self, claimed: Claimed, effect: Effect, outcome: Outcome | Uncertain, reason: str) -> None:
        """Leave the lane to others after what followed from an outcome has failed; after some tries, without it."""
        failures = claimed.delivery.failures + 1
        async with self.database.write() as session:
            if failures >= _TRIES and isinstance(outcome, Done | Refused | Uncertain | Stale | Withdrawn):
                state, result_id, _ = _final(outcome)
                now = self.clock.now()
                await claims.finish(session, claimed, state=state, result_id=result_id, reason=reason, finished_at=now)
                return
            ready_at = await database_now(session) + effect.look_after[-1]
            state = DeliveryState.UNKNOWN
            await claims.finish(session, claimed, state=state, ready_at=ready_at, reason=reason, failures=failures)

    async def _write(self, claimed: Claimed, effect: Effect, outcome: Outcome | Uncertain) -> None:
        delivery = claimed.delivery
        written = log.bind(delivery=str(delivery.id), kind=delivery.kind, conversation=delivery.conversation_id)
        async with self.database.transaction() as session:  # the worker that ends with it wakes the loop
            match outcome:
                case Retry(seconds=seconds, reason=reason):
                    await self._put_off(session, claimed, effect, outcome)
                    written.info("delivery waits", seconds=seconds, reason=reason)
                case Unknown(reason=reason):
                    looks = await self._look_later(session, claimed, effect, outcome)
                    written.warning("delivery unknown", looks=looks, reason=reason)
                case Done() | Refused() | Uncertain() | Stale() | Withdrawn():
                    await self._settle(session, claimed, effect, outcome)
                    written.info(f"delivery {_final(outcome)[0]}", attempt=delivery.attempt, texts=len(claimed.texts))

    async def _put_off(self, session: Session, claimed: Claimed, effect: Effect, outcome: Retry) -> None:
        ready_at = await database_now(session) + outcome.seconds
        method = effect.terms.method
        if outcome.blocks and method is not None:
            await rate_limits.block(session, claimed.delivery.workspace_id, method, until=ready_at)
        await claims.finish(
            session,
            claimed,
            state=DeliveryState.WAITING,
            ready_at=ready_at,
            reason=outcome.reason,
            failures=claimed.delivery.failures + outcome.is_own,
        )

    async def _look_later(self, session: Session, claimed: Claimed, effect: Effect, outcome: Unknown) -> int:
        looks = claimed.delivery.looks + 1 if claimed.look else 0
        seconds = max(effect.look_after[min(looks, len(effect.look_after) - 1)], outcome.seconds)
        ready_at = await database_now(session) + seconds
        await claims.finish(
            session,
            claimed,
            state=DeliveryState.UNKNOWN,
            looks=looks,
            ready_at=ready_at,
            reason=outcome.reason,
            failures=claimed.delivery.failures + outcome.is_own,
        )
        return looks

    async def _settle(self, session: Session, claimed: Claimed, effect: Effect, outcome: Settled) -> None:
        """Write down what is final. Who was fenced off has nothing to say, unless the effect took place after all."""
        delivery, now = claimed.delivery, self.clock.now()
        state, result_id, reason = _final(outcome)
        if delivery.conversation_id is not None:  # first, as in every use case, so that the two cannot deadlock
            await conversations.lock(session, delivery.workspace_id, delivery.conversation_id)
        if await claims.finish(session, claimed, state=state, result_id=result_id, reason=reason, finished_at=now):
            await effect.settle(session, claimed, outcome, now)
        elif isinstance(outcome, Done):
            truth = await claims.admit(session, claimed, result_id=result_id, now=now)
            if truth is Truth.ADOPTED:
                await effect.settle(session, claimed, outcome, now)
            elif truth is Truth.EXTRA:
                log.warning("delivery came twice", delivery=str(delivery.id), kind=delivery.kind)
                await effect.take_back(session, claimed, outcome, now)


def _final_after_some_tries(claimed: Claimed, effect: Effect, outcome: Outcome | Uncertain) -> Outcome | Uncertain:
    """What fails again and again for a reason of its own is refused; an SMS is never, since it may have left."""
    match outcome:
        case Retry(reason=reason, is_own=True) | Unknown(reason=reason, is_own=True):
            if not effect.gives_up and claimed.delivery.failures + 1 >= _TRIES:
                return Refused(reason=reason, can_retry=True)
    return outcome


def _final(outcome: Settled) -> tuple[DeliveryState, str | None, str | None]:
    match outcome:
        case Done(result_id=result_id):
            return DeliveryState.DONE, result_id, None
        case Refused(reason=reason):
            return DeliveryState.PARKED, None, reason
        case Uncertain():
            return DeliveryState.UNCERTAIN, None, None
        case Stale():
            return DeliveryState.PARKED, None, "stale"
        case Withdrawn():
            return DeliveryState.CANCELLED, None, None
