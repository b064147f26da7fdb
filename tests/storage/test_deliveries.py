"""What workers may take, when, and what becomes of it: order, lanes, pace, leases, fencing, merging and budgets."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest

from storage import claims, deliveries, inboxes, rate_limits, workspaces
from storage import database as storage
from storage.claims import LOOKS, Claimed, Terms
from storage.database import Database, connect
from storage.migrations import migrate
from storage.models import Contact, Conversation, Inbox
from storage.rate_limits import Limit
from storage.states import DeliveryState, Kind

NAMES = UUID("6f1c1d3e-52a5-4b8e-9a43-0f0f7b6d7a12")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEASE = 5.0
POSTS = Terms(method="chat.postMessage", pace_seconds=1.0)
TERMS: dict[str, Terms] = {
    Kind.LINE: POSTS,
    Kind.TEXT: Terms(method="chat.postMessage", pace_seconds=1.0, merges=True),
    Kind.REPLY: Terms(),
    Kind.REDRAW: Terms(method="chat.update", limit=Limit(per_minute=20, burst=5)),
    Kind.MARK: Terms(method="reactions.add"),
}


@dataclass
class Bench:
    """Two workspaces with a conversation each, and workers that claim at a time of the test's own."""

    database: Database
    at: float = 1_000_000.0
    now: datetime = NOON
    _claims: int = field(default=0)

    async def write(self, name: str, kind: Kind = Kind.LINE, workspace: int = 1, **values: Any) -> UUID:
        """An effect that is still to come; `name` is its cause."""
        id_ = uuid5(NAMES, name)
        given = {"workspace_id": workspace, "conversation_id": workspace, "kind": kind, "created_at": NOON, **values}
        async with self.database.write() as session:
            await deliveries.add(session, id=id_, **given)
        return id_

    async def draw(self, name: str = "card", workspace: int = 1) -> None:
        """A drawing, asked for once more."""
        async with self.database.write() as session:
            await deliveries.ask_again(
                session,
                id=uuid5(NAMES, name),
                workspace_id=workspace,
                conversation_id=workspace,
                kind=Kind.REDRAW,
                created_at=NOON,
            )

    async def claim(self, slots: int = 16) -> list[Claimed]:
        """What a worker gets now."""
        self._claims += 1
        async with self.database.transaction() as session:
            claimed, _ = await claims.claim(
                session,
                owner=f"worker/{self._claims}",
                terms=TERMS,
                now=self.now,
                lease_seconds=LEASE,
                slots={"": slots, LOOKS: slots},
            )
        return claimed

    async def finish(self, claimed: Claimed, state: DeliveryState = DeliveryState.DONE, **values: Any) -> bool:
        async with self.database.write() as session:
            return await claims.finish(session, claimed, state=state, **values)

    async def state(self, id_: UUID) -> str:
        async with self.database.write() as session:
            found = await deliveries.find(session, id_)
        assert found is not None
        return found.state


@pytest.fixture
async def bench(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    database = connect(database_url)
    await migrate(database)
    bench = Bench(database)

    monkeypatch.setattr(storage, "clock_of", lambda _session: str(bench.at))
    monkeypatch.setattr(rate_limits, "clock_of", storage.clock_of)
    async with database.write() as session:
        for number in (1, 2):
            workspace = await workspaces.ensure(
                session, team_id=f"T{number}", name="Team", url="http://slack.test/", bot_user_id="U0", now=NOON
            )
            for channel in "AB":
                await inboxes.ensure(
                    session,
                    workspace_id=workspace.id,
                    number=f"+1555010000{number}{channel}",
                    label="ours",
                    channel_id=f"C{channel}",
                    now=NOON,
                )
            contact = Contact(workspace_id=workspace.id, address="+14155550123", label="theirs", created_at=NOON)
            session.add(contact)
            await session.flush()
            inbox = (await inboxes.list_(session, workspace.id))[0]
            session.add(_conversation(inbox, contact))
    yield bench
    await database.close()


def _conversation(inbox: Inbox, contact: Contact) -> Conversation:
    return Conversation(
        workspace_id=inbox.workspace_id,
        inbox_id=inbox.id,
        contact_id=contact.id,
        last_activity_at=NOON,
        created_at=NOON,
    )


def lane(channel: str = "A", workspace: int = 1) -> str:
    return inboxes.channel_lane(workspace, f"C{channel}")


def ids(claimed: list[Claimed]) -> set[UUID]:
    return {one.delivery.id for one in claimed}


@pytest.mark.parametrize(
    ("state", "goes_on"),
    [
        (DeliveryState.WAITING, False),
        (DeliveryState.UNKNOWN, False),
        (DeliveryState.DONE, True),
        (DeliveryState.PARKED, True),
        (DeliveryState.UNCERTAIN, True),
        (DeliveryState.CANCELLED, True),
    ],
)
async def test_only_the_head_of_a_stream_is_taken(bench: Bench, state: DeliveryState, goes_on: bool) -> None:  # noqa: FBT001
    """In the order of positions; what is parked or uncertain counts as finished, what is unknown does not."""
    second = await bench.write("second", Kind.REPLY, stream="sms/1", position=9)
    first = await bench.write("first", Kind.REPLY, stream="sms/1", position=3)
    [claimed] = await bench.claim()
    assert claimed.delivery.id == first
    assert await bench.claim() == []
    assert await bench.finish(claimed, state, ready_at=bench.at + 60)
    assert ids(await bench.claim()) == ({second} if goes_on else set())


async def test_streams_do_not_wait_for_each_other(bench: Bench) -> None:
    """A held reply keeps no text out of the thread; it is taken when its time has come."""
    held = await bench.write("held", Kind.REPLY, stream="sms/1", not_before=NOON + timedelta(seconds=5))
    behind = await bench.write("behind", Kind.REPLY, stream="sms/1", position=1)
    text = await bench.write("text", Kind.TEXT, stream="thread/1", lane=lane())
    assert ids(await bench.claim()) == {text}
    bench.now += timedelta(seconds=5)
    [claimed] = await bench.claim()
    assert claimed.delivery.id == held
    await bench.finish(claimed)
    assert ids(await bench.claim()) == {behind}


async def test_one_at_a_time_in_a_lane_and_at_its_pace(bench: Bench) -> None:
    """Two streams of one channel take turns, a second after the other was taken; another channel is free."""
    first = await bench.write("first", stream="thread/1", lane=lane(), created_at=NOON)
    second = await bench.write("second", stream="thread/2", lane=lane(), created_at=NOON + timedelta(seconds=1))
    other = await bench.write("other", stream="thread/3", lane=lane("B"))
    claimed = await bench.claim()
    assert ids(claimed) == {first, other}
    bench.at += 2.0
    assert await bench.claim() == []
    assert await bench.finish(next(one for one in claimed if one.delivery.id == first))
    assert ids(await bench.claim()) == {second}


async def test_a_lane_is_not_ready_before_its_pace(bench: Bench) -> None:
    """However quickly the call was answered."""
    for number in range(3):
        await bench.write(f"line {number}", stream="thread/1", position=number, lane=lane())
    taken = []
    for _ in range(12):
        for claimed in await bench.claim():
            taken.append(bench.at)
            await bench.finish(claimed)
        bench.at += 0.25
    assert [later - earlier for earlier, later in itertools.pairwise(taken)] == [1.0, 1.0]


async def test_a_dead_workers_delivery_is_taken_over_and_looked_up(bench: Bench) -> None:
    """When its lease runs out, and not before; whoever comes back late is fenced off."""
    id_ = await bench.write("line", stream="thread/1", lane=lane())
    [dead] = await bench.claim()
    assert (dead.look, dead.delivery.attempt) == (False, 1)
    bench.at += LEASE - 0.1
    assert await bench.claim() == []
    bench.at += 0.2
    [heir] = await bench.claim()
    assert (heir.delivery.id, heir.look, heir.delivery.attempt) == (id_, True, 1)
    assert not await bench.finish(dead, result_id="late")
    assert await bench.state(id_) == DeliveryState.SENDING
    assert await bench.claim() == []
    assert await bench.finish(heir, result_id="1.2")
    assert await bench.state(id_) == DeliveryState.DONE


async def test_a_slow_worker_keeps_what_it_renews(bench: Bench) -> None:
    """Delivery and lane both; later renewals take nothing from the heir, who looks while the lane is a neighbour's."""
    await bench.write("line", stream="thread/1", lane=lane())
    neighbour = await bench.write("neighbour", stream="thread/2", lane=lane(), created_at=NOON + timedelta(seconds=1))
    [slow] = await bench.claim()
    for _ in range(3):
        bench.at += LEASE - 1
        async with bench.database.transaction() as session:
            await claims.renew(session, slow, lease_seconds=LEASE)
        assert await bench.claim() == []
    bench.at += LEASE + 1
    heir, other = await bench.claim()
    assert (heir.look, other.look, other.delivery.id, await bench.finish(other)) == (True, False, neighbour, True)
    bench.at += LEASE + 1
    async with bench.database.transaction() as session:
        await claims.renew(session, slow, lease_seconds=LEASE)
    [second_heir] = await bench.claim()
    assert (second_heir.delivery.id, second_heir.look) == (heir.delivery.id, True)
    assert await bench.finish(second_heir)


async def test_workers_that_claim_at_once_share_nothing(bench: Bench) -> None:
    """Each delivery and each lane goes to one of them."""
    expected = {await bench.write(f"reply {number}", Kind.REPLY, stream=f"sms/{number}") for number in range(12)}
    for number in range(4):
        await bench.write(f"line {number}", stream=f"thread/{number}", lane=lane())
    got = [one for part in await asyncio.gather(*(bench.claim() for _ in range(4))) for one in part]
    while more := await bench.claim():
        got += more
    taken = [one.delivery.id for one in got]
    assert len(taken) == len(set(taken))
    assert expected <= set(taken)
    assert len(taken) == len(expected) + 1


async def test_what_was_unknown_is_looked_up(bench: Bench) -> None:
    """Whoever takes it next; what certainly failed is simply done again, as a new attempt."""
    await bench.write("line", stream="thread/1", lane=lane())
    [claimed] = await bench.claim()
    await bench.finish(claimed, DeliveryState.UNKNOWN, ready_at=bench.at + 2)
    bench.at += 1.9
    assert await bench.claim() == []
    bench.at += 0.2
    [again] = await bench.claim()
    assert (again.look, again.delivery.attempt) == (True, 1)
    await bench.finish(again, DeliveryState.WAITING, ready_at=bench.at)
    bench.at += 1
    [anew] = await bench.claim()
    assert (anew.look, anew.delivery.attempt) == (False, 2)


async def test_a_drawing_asked_for_often_is_drawn_once(bench: Bench) -> None:
    """And once more when it was asked for while it was being drawn, or after."""
    for _ in range(3):
        await bench.draw()
    [claimed] = await bench.claim()
    await bench.draw()
    assert await bench.claim() == []
    assert not await bench.finish(claimed)
    [again] = await bench.claim()
    assert await bench.finish(again)
    assert await bench.claim() == []
    await bench.draw()
    assert len(await bench.claim()) == 1


async def test_waiting_texts_go_out_as_one_post(bench: Bench) -> None:
    """In their order, up to a line between them and to what a post holds."""
    given: dict[str, Any] = {"stream": "thread/1", "lane": lane()}
    texts = [
        await bench.write(f"text {number}", Kind.TEXT, position=number, payload={"length": 1400}, **given)
        for number in range(3)
    ]
    await bench.write("line", Kind.LINE, position=3, **given)
    last = await bench.write("last", Kind.TEXT, position=4, payload={"length": 1}, **given)
    posts = []
    for _ in range(4):
        [claimed] = await bench.claim()
        posts.append([row.id for row in claimed.texts])
        assert await bench.finish(claimed, result_id="1.2")
        bench.at += 1
    assert posts == [texts[:2], texts[2:], [uuid5(NAMES, "line")], [last]]
    assert await bench.state(texts[1]) == DeliveryState.DONE


@pytest.mark.parametrize("how", ["refused", "dead", "unknown"])
async def test_a_post_is_tried_again_with_exactly_its_texts(bench: Bench, how: str) -> None:
    """What came in meanwhile waits for the next post."""
    given: dict[str, Any] = {"stream": "thread/1", "lane": lane(), "payload": {"length": 10}}
    texts = [await bench.write(f"text {number}", Kind.TEXT, position=number, **given) for number in range(2)]
    [claimed] = await bench.claim()
    texts.append(await bench.write("text 2", Kind.TEXT, position=2, **given))
    if how == "refused":
        await bench.finish(claimed, DeliveryState.WAITING, ready_at=bench.at)
    if how == "unknown":
        await bench.finish(claimed, DeliveryState.UNKNOWN, ready_at=bench.at)
    bench.at += LEASE + 1
    for _ in range(2):
        [again] = await bench.claim()
        assert [row.id for row in again.texts] == texts[:2]
        assert again.look == (how != "refused")
        if again.look:
            how = "refused"
            await bench.finish(again, DeliveryState.WAITING, ready_at=bench.at)
            bench.at += 1
            continue
        break
    assert await bench.finish(again)
    bench.at += 1
    [rest] = await bench.claim()
    assert [row.id for row in rest.texts] == texts[2:]


async def test_a_held_back_method_waits_for_one_workspace_only(bench: Bench) -> None:
    """Slack's Retry-After is about a method and a workspace: others go on."""
    blocked = await bench.write("blocked", stream="thread/1", lane=lane())
    await bench.write("first", stream="thread/9", lane=lane("B"), created_at=NOON - timedelta(seconds=1))
    [one] = await bench.claim(slots=1)
    await bench.finish(one)
    async with bench.database.write() as session:
        await rate_limits.block(session, 1, "chat.postMessage", until=bench.at + 30)
    mark = await bench.write("mark", Kind.MARK)
    abroad = await bench.write("abroad", workspace=2, stream="thread/2", lane=lane(workspace=2))
    claimed = await bench.claim()
    assert ids(claimed) == {mark, abroad}
    for one in claimed:
        await bench.finish(one)
    bench.at += 29.9
    assert await bench.claim() == []
    bench.at += 0.2
    assert ids(await bench.claim()) == {blocked}


async def test_a_budget_is_never_exceeded(bench: Bench) -> None:
    """In no minute more calls than the limit, and no more at once than the burst; still all are made."""
    for number in range(40):
        await bench.draw(f"card {number}")
    calls: list[float] = []
    for _ in range(100):
        for claimed in await bench.claim():
            calls.append(bench.at)
            await bench.finish(claimed)
        if len(calls) == 40:
            break
        bench.at += 2
    assert len(calls) == 40
    assert max(calls.count(at) for at in calls) == 5
    assert all(sum(start <= at < start + 60 for at in calls) <= 20 for start in calls)
    assert calls[-1] - calls[0] < 60 * 40 / 14


async def test_what_is_taken_back_is_never_sent(bench: Bench) -> None:
    """Until a worker has it; then it is too late."""
    held = await bench.write("held", Kind.REPLY, stream="sms/1", not_before=NOON + timedelta(seconds=5))
    next_ = await bench.write("next", Kind.REPLY, stream="sms/1", position=1)
    async with bench.database.write() as session:
        assert await deliveries.is_waiting(session, held)
        assert await deliveries.cancel(session, held, now=NOON)
    assert ids(await bench.claim()) == {next_}
    async with bench.database.write() as session:
        assert not await deliveries.is_waiting(session, next_)
        assert not await deliveries.cancel(session, next_, now=NOON)
        assert not await deliveries.cancel(session, held, now=NOON)


async def test_the_same_cause_has_one_effect(bench: Bench) -> None:
    """A repeat adds nothing, whatever became of the first."""
    await bench.write("line", stream="thread/1", lane=lane())
    await bench.write("line", stream="thread/1", lane=lane())
    [claimed] = await bench.claim()
    await bench.finish(claimed)
    await bench.write("line", stream="thread/1", lane=lane())
    bench.at += 1
    assert await bench.claim() == []


async def test_a_reply_keeps_its_place_among_slacks_timestamps(bench: Bench) -> None:
    """Positions hold microseconds since 1970, on both databases."""
    late = await bench.write("late", Kind.REPLY, stream="sms/1", position=1_795_383_186_616_923)
    early = await bench.write("early", Kind.REPLY, stream="sms/1", position=1_795_383_186_616_922)
    [claimed] = await bench.claim()
    assert claimed.delivery.id == early
    await bench.finish(claimed)
    assert ids(await bench.claim()) == {late}
