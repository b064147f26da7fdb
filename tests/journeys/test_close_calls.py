"""Two things happen at the same moment, or one between two tries of another: what people see and get is still right."""

import asyncio
from datetime import timedelta

import pytest

from desk import errand, lifecycle
from desk import reply as replies
from playground.seed import CHANNEL, NUMBER
from tests.conftest import Eventually, World
from tests.journeys.scene import opened, quoted, received, reply, unheard, whispers
from tests.journeys.screen import ALICE, ANA, BOB
from tests.journeys.test_database_trouble import stuck

SEND = "twilio.messages.create"
PATIENCE = {"code": 20429, "message": "Too Many Requests", "status": 429}

pytestmark = pytest.mark.usefixtures("soon")


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errand, "_GATHER_SECONDS", 0.02)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_deleted_card_that_two_replicas_see_is_replaced_once(world: World, eventually: Eventually) -> None:
    """Both replace it in the same moment: there is one new card, and the next text stands below it."""
    card = await opened(world)
    await world.play.quiet()
    database, workspace_id, now = world.bridge.database, world.bridge.workspace.id, world.clock.now()

    async def replace() -> None:
        async with database.write() as session:
            await lifecycle.replace_card(session, workspace_id, CHANNEL, card.ts, now=now)

    async with database.write() as session:
        await lifecycle.replace_card(session, workspace_id, CHANNEL, card.ts, now=now)
        other = asyncio.create_task(replace())
        await asyncio.sleep(0.3)
    await other
    await eventually(lambda: len(world.roots()) == 2)
    await world.play.text(ALICE, NUMBER, "Are you there?")
    newest = max(world.roots(), key=lambda root: root.ts)
    await eventually(lambda: [quoted(post) for post in world.thread(newest.ts)] == [["Are you there?"]])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_reply_and_its_deletion_taken_at_once_see_each_other(world: World, eventually: Eventually) -> None:
    """One replica takes the reply, another its deletion, before either has finished: nothing is sent."""
    card = await opened(world)
    await world.play.quiet()
    database, workspace_id, now = world.bridge.database, world.bridge.workspace.id, world.clock.now()
    ts = f"{world.play.world.now():.6f}"
    written = replies.Written(
        workspace_id=workspace_id,
        channel_id=CHANNEL,
        thread_ts=card.ts,
        ts=ts,
        author_id=ANA,
        text="Oops",
        body="Oops",
        is_note=False,
    )

    async def delete() -> None:
        async with database.write() as session:
            await replies.delete(session, workspace_id, CHANNEL, card.ts, ts, now=now)

    async with database.write() as session:
        await replies.write(session, written, hold=timedelta(seconds=1), now=now)
        other = asyncio.create_task(delete())
        await asyncio.sleep(0.3)
    await other
    await reply(world, card, "Yes")
    await eventually(lambda: received(world) == ["Yes"])


async def test_a_reply_that_is_deleted_between_two_tries_is_not_sent(world: World, eventually: Eventually) -> None:
    """Twilio asks for patience while the author deletes it: the next try finds that nobody wants it any more."""
    card = await opened(world)
    slow = world.play.faults.delay(SEND, 1.0, times=1)
    world.play.faults.answer(SEND, 429, body=PATIENCE)
    post = await reply(world, card, "Oops")
    await eventually(lambda: slow.times == 0)
    await world.play.delete(ANA, CHANNEL, post.ts)
    await reply(world, card, "Yes")
    await eventually(lambda: received(world) == ["Yes"])
    assert not any("already left" in one for one in whispers(world, ANA))


async def test_a_reply_that_is_deleted_on_its_way_is_told_once_it_has_left(
    world: World, eventually: Eventually
) -> None:
    """The call to Twilio is under way when the author deletes: they hear that the customer has it, when that is so."""
    card = await opened(world)
    held = world.play.faults.hold(SEND)
    post = await reply(world, card, "Oops")
    await eventually(lambda: held.held == 1)
    await world.play.delete(ANA, CHANNEL, post.ts)
    await world.play.quiet()
    assert whispers(world, ANA) == []
    held.release()
    await eventually(lambda: any("the customer has it" in one for one in whispers(world, ANA)))
    assert received(world) == ["Oops"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_marks_that_slack_is_slow_with_hold_up_no_text(world: World, eventually: Eventually) -> None:
    """All calls that draw marks hang: a customer's text is posted all the same."""
    card = await opened(world)
    held = world.play.faults.hold("reactions.add", times=None)
    for number in range(20):
        await reply(world, card, f"// note {number}")
    await eventually(lambda: held.held >= 8)
    await world.play.text(BOB, NUMBER, "Urgent")
    await eventually(lambda: len(world.roots()) == 2)
    held.release()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_reply_that_no_event_could_bring_is_read_in_the_thread(
    world: World, database_url: str, eventually: Eventually
) -> None:
    """The database is away until Slack gives up: the reply is found in its thread once the database is back."""
    card = await opened(world)
    async with stuck(database_url):
        await reply(world, card, "Come at five")
    await eventually(lambda: received(world) == ["Come at five"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_reply_that_slack_could_not_tell_us_of_is_read_in_the_thread(
    world: World, eventually: Eventually
) -> None:
    """Our address cannot be reached while we can reach Slack: every now and then the threads are read anyway."""
    card = await opened(world)
    with unheard(world):
        await reply(world, card, "Come at five")
    world.clock.move(minutes=21)
    await world.bridge.threads.keep_up()
    await eventually(lambda: received(world) == ["Come at five"])
