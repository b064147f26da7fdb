"""What workers hold: claimed with lanes, leases and limits in one look, renewed while a call runs, and finished."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    bindparam,
    update,
)
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import heads, rate_limits
from storage.database import now as database_now
from storage.models import Delivery, Lane, RateLimit
from storage.rate_limits import Limit
from storage.states import UNFINISHED, DeliveryState
from storage.upsert import rows_changed

LOOKS = "looks"  # the group of all that has to be looked for, which is in no lane
MERGED_CHARACTERS = 3000
MERGED_TEXTS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a kind of delivery is worked: the API method whose budget it spends, and its lane's seconds between calls.

    Kinds of one `group` share a worker's slots, so that those of another never wait for them.
    """

    group: str = ""
    method: str | None = None
    limit: Limit | None = None
    pace_seconds: float = 0.0
    merges: bool = False


class LeaseOver(Exception):
    """A worker was held up until its lease ran out, so its call must not be made: another may have taken over."""


@dataclass(slots=True)
class Lease:
    """Until when a claim is surely still its holder's, on this process's monotonic clock.

    It counts from before the database was asked, so it never ends later than the lease in the database does.
    """

    until: float

    def require(self) -> None:
        """Call it right before an effect; raises LeaseOver."""
        if time.monotonic() >= self.until:
            raise LeaseOver


class Truth(Enum):
    """What to make of an effect whose worker was no longer its holder when it came to write it down."""

    KNOWN = auto()  # it is written down already
    ADOPTED = auto()  # nobody has had the effect, so this one counts
    EXTRA = auto()  # the effect took place once more


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery that this worker holds until its lease runs out. `texts` are the rows that share its post.

    `look`: an earlier attempt may have had its effect, so look before doing it again.
    """

    delivery: Delivery
    texts: tuple[Delivery, ...]
    look: bool
    lease: Lease


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holder:
    owner: str
    clock: float
    now: datetime
    lease_until: float
    lease: Lease


async def claim(
    session: AsyncSession,
    *,
    owner: str,
    terms: Mapping[str, Terms],
    now: datetime,
    lease_seconds: float,
    slots: Mapping[str, int],
) -> tuple[list[Claimed], float]:
    """Take what is due, at most one delivery per lane, and say in how many seconds the next one may be.

    `slots`: how many of each group of kinds, and of looks. Only the head of a stream is taken. A row still `sending`
    whose lease ran out belonged to a worker that died or froze: it is taken over and looked up first. `owner` must be
    new with each claim, since finishing is fenced by it.
    """
    lease = Lease(time.monotonic() + lease_seconds)
    clock, budgets = await rate_limits.look(session)
    spent, sleep = _spent(budgets, terms, clock)
    kinds = frozenset(kind for kind, one in terms.items() if slots[one.group] > 0)  # not those of a newer version
    looked_for = frozenset(terms if slots[LOOKS] > 0 else ())
    room = Counter(slots)
    due: list[UUID] = []
    left_out = False
    for head in await heads.list_(session, spent, kinds, looked_for, clock=clock, now=now, limit=2 * room.total()):
        wait = max(head.due_at - clock, (head.not_before - now).total_seconds() if head.not_before else 0.0)
        if wait > 0:
            sleep = min(sleep, wait)
        elif room[group := LOOKS if head.is_look else terms[head.kind].group] > 0:
            room[group] -= 1
            due.append(head.id)
        else:
            left_out = True
    if not due:
        return [], sleep
    claimed: list[Claimed] = []
    holder = _Holder(owner=owner, clock=clock, now=now, lease_until=clock + lease_seconds, lease=lease)
    locked = await _locked(session, due, clock)
    for delivery, lane in sorted(locked, key=lambda pair: terms[pair[0].kind].method or ""):  # budgets in one order
        kind = terms[delivery.kind]
        if (
            delivery.state != DeliveryState.WAITING
            or kind.method is None
            or await rate_limits.spend(session, delivery.workspace_id, kind.method, kind.limit, clock=clock)
        ):
            claimed.append(await _take(session, delivery, lane, kind, holder))
        else:
            _, budgets = await rate_limits.look(session)
            sleep = min(sleep, _spent(budgets, terms, clock)[1])
    await session.flush()
    return claimed, 0.0 if claimed and left_out else sleep


def _spent(
    budgets: Sequence[RateLimit], terms: Mapping[str, Terms], clock: float
) -> tuple[frozenset[tuple[int, str]], float]:
    """Which kinds of a workspace wait for their method's budget, and how long at least."""
    waiting: set[tuple[int, str]] = set()
    sleep = heads.HORIZON_SECONDS
    for budget in budgets:
        kinds = {kind: one for kind, one in terms.items() if one.method == budget.method}
        wait = max((rate_limits.wait(budget, one.limit, clock=clock) for one in kinds.values()), default=0.0)
        if wait > 0:
            waiting |= {(budget.workspace_id, kind) for kind in kinds}
            sleep = min(sleep, wait)
    return frozenset(waiting), sleep


_UNFINISHED = (
    select(Delivery)
    .where(col(Delivery.id).in_(bindparam("ids", expanding=True)), heads.is_unfinished(Delivery))
    .order_by(col(Delivery.id))
    .with_for_update(skip_locked=True)
)
_FREE_LANES = (
    select(Lane)
    .where(
        col(Lane.key).in_(bindparam("keys", expanding=True)),
        col(Lane.lease_until) <= bindparam("clock"),
        col(Lane.ready_at) <= bindparam("clock"),
    )
    .order_by(col(Lane.key))
    .with_for_update(skip_locked=True)
)


async def _locked(session: AsyncSession, ids: Sequence[UUID], clock: float) -> Sequence[tuple[Delivery, Lane | None]]:
    """Those of the rows, with the lanes that they take, that no other replica is taking at this moment."""
    rows = (await session.exec(_UNFINISHED, params={"ids": ids})).all()
    deliveries = [row for row in rows if max(row.lease_until, row.ready_at) <= clock]
    paced = {row.id: row.lane for row in deliveries if row.lane and row.state == DeliveryState.WAITING}
    lanes = (
        (await session.exec(_FREE_LANES, params={"keys": list(paced.values()), "clock": clock})).all() if paced else ()
    )
    free = {lane.key: lane for lane in lanes}
    ordered = sorted(deliveries, key=lambda row: ids.index(row.id))
    return [(row, free.get(paced.get(row.id, ""))) for row in ordered if row.id not in paced or paced[row.id] in free]


async def _take(
    session: AsyncSession, delivery: Delivery, lane: Lane | None, kind: Terms, holder: "_Holder"
) -> Claimed:
    look = delivery.state != DeliveryState.WAITING
    texts = [delivery]
    if kind.merges:
        texts, beyond = await _texts(session, delivery, again=delivery.attempt > 0)
        if beyond is not None:
            beyond.created_at = holder.now  # a flood of texts goes on behind all who wait in the channel by now
    for row in texts:
        row.state = DeliveryState.SENDING
        row.owner = holder.owner
        row.lease_until = holder.lease_until
        row.post_id = delivery.id if kind.merges else None
        if not look:
            row.attempt += 1
            row.started_at = row.started_at or holder.clock
    if lane is not None:
        lane.owner = holder.owner
        lane.lease_until = holder.lease_until
        lane.ready_at = holder.clock + kind.pace_seconds
    return Claimed(delivery=delivery, texts=tuple(texts), look=look, lease=holder.lease)


_STREAM = (
    select(Delivery)
    .where(
        col(Delivery.stream) == bindparam("stream"),
        heads.is_unfinished(Delivery),
        col(Delivery.position) >= bindparam("position"),
    )
    .order_by(col(Delivery.position))
    .limit(MERGED_TEXTS + 1)
    .with_for_update()
)


async def _texts(session: AsyncSession, head: Delivery, *, again: bool) -> tuple[list[Delivery], Delivery | None]:
    """The rows that go out as one post: those of an earlier attempt exactly, or all waiting ones that fit.

    And the first text that the post had no room for.
    """
    texts: list[Delivery] = []
    length = 0
    for row in (await session.exec(_STREAM, params={"stream": head.stream, "position": head.position})).all():
        if row.kind != head.kind or (row.post_id != head.post_id if again else row.state != head.state):
            break
        length += int(row.payload.get("length", 0))
        if texts and not again and (length > MERGED_CHARACTERS or len(texts) == MERGED_TEXTS):
            return texts, row
        texts.append(row)
        if head.state != DeliveryState.WAITING and not again:
            break
    return texts, None


async def renew(session: AsyncSession, claimed: Claimed, *, lease_seconds: float) -> bool:
    """Keep what is held while its call runs; False when it is not held any more.

    The lane first, as in `finish`, so that the two cannot deadlock.
    """
    until = await database_now(session) + lease_seconds
    held = claimed.delivery
    await session.exec(
        update(Lane).where(col(Lane.key) == held.lane, col(Lane.owner) == held.owner).values(lease_until=until)
    )
    result = await session.exec(
        update(Delivery)
        .where(col(Delivery.id).in_([row.id for row in claimed.texts]), col(Delivery.owner) == held.owner)
        .where(col(Delivery.state) == DeliveryState.SENDING)
        .values(lease_until=until)
    )
    return rows_changed(result) == len(claimed.texts)


_GIVE_BACK = (
    update(Lane)
    .where(col(Lane.key) == bindparam("of_lane"), col(Lane.owner) == bindparam("of_owner"))
    .values(owner=None, lease_until=0.0)
)


@cache
def _finish(names: frozenset[str]) -> Any:
    """Made once for each set of what is written down."""
    rows = update(Delivery).where(
        col(Delivery.id).in_(bindparam("ids", expanding=True)),
        col(Delivery.owner) == bindparam("of_owner"),
        col(Delivery.revision) == bindparam("of_revision"),
        col(Delivery.state) == DeliveryState.SENDING,
    )
    return rows.values(owner=None, lease_until=0.0, **{name: bindparam(f"new_{name}") for name in sorted(names)})


async def finish(session: AsyncSession, claimed: Claimed, **values: Any) -> bool:
    """Write down what became of a claimed delivery and give its lane back.

    False when it is no longer this worker's: its lease ran out and another took it over (`owner`, new with each claim,
    is the fence). A drawing that was asked for again meanwhile stays waiting.
    """
    held = claimed.delivery
    if held.lane is not None:
        await (await session.connection()).execute(_GIVE_BACK, {"of_lane": held.lane, "of_owner": held.owner})
    about = {"ids": [row.id for row in claimed.texts], "of_owner": held.owner, "of_revision": held.revision}
    told = {f"new_{name}": value for name, value in values.items()}
    result = await (await session.connection()).execute(_finish(frozenset(values)), about | told)
    if rows_changed(result) == len(claimed.texts):
        return True
    await session.exec(
        update(Delivery)
        .where(col(Delivery.id) == held.id, col(Delivery.owner) == held.owner, col(Delivery.revision) > held.revision)
        .values(owner=None, lease_until=0.0)
    )
    return False


async def admit(session: AsyncSession, claimed: Claimed, *, result_id: str | None, now: datetime) -> Truth:
    """Face an effect that took place although its worker was not the holder any more: what is true is written down.

    Who holds the delivery now comes here in turn if its own effect was one too many.
    """
    ids = [row.id for row in claimed.texts]
    rows = select(Delivery).where(col(Delivery.id).in_(ids)).order_by(col(Delivery.id))
    found = (await session.exec(rows.with_for_update().execution_options(populate_existing=True))).all()
    head = next(row for row in found if row.id == claimed.delivery.id)
    if head.result_id == result_id and head.state == DeliveryState.DONE:
        return Truth.KNOWN
    if head.stream is None:
        return Truth.EXTRA if head.state != DeliveryState.WAITING else Truth.KNOWN
    if any(row.state not in (*UNFINISHED, DeliveryState.UNCERTAIN) for row in found):
        return Truth.EXTRA
    for row in found:
        row.state, row.result_id, row.finished_at = DeliveryState.DONE, result_id, now
        row.owner, row.lease_until = None, 0.0
    await session.flush()
    return Truth.ADOPTED
