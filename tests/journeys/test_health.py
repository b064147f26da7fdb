"""How the bridge is: what it counts, what `/sms health` tells whom, and when managers are told without asking."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import asyncpg
import pytest

from playground.playground import Playground
from playground.seed import CHANNEL, MANAGER, NUMBER
from playground.world import BOT_USER
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import DELIVERED, direct, line, looked, marks, opened, pass_time, quoted, received, reply
from tests.journeys.screen import ALICE, ANA, BEN, BOB, GUS, told

SEND, POST, AUTH = "twilio.messages.create", "chat.postMessage", "auth.test"
WELL = "All is well: nothing is late, and nothing needs a decision."
SECOND = "+15550100001"
REFUSED = {"code": 20003, "message": "Authenticate", "status": 401}

pytestmark = pytest.mark.usefixtures("soon")


async def get(world: World, path: str) -> tuple[int, str]:
    """What the bridge answers to an admin's tools."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{world.bridge.settings.public_url}{path}") as answer,
    ):
        return answer.status, await answer.text()


async def metrics(world: World) -> dict[str, float]:
    """What Prometheus reads, by name and labels."""
    status, text = await get(world, "/metrics")
    assert status == 200
    samples = (one.rpartition(" ") for one in text.splitlines() if not one.startswith("#"))
    return {name.removeprefix("threadline_"): float(value) for name, _, value in samples}


async def health(world: World, by: str = ANA) -> str:
    """What `/sms health` tells somebody."""
    await world.play.command(by, CHANNEL, "/sms", "health")
    return told(world.play, by)


def lane(channel: str = CHANNEL) -> str:
    return f"slack:1:{channel}"


async def test_what_comes_in_and_goes_out_is_counted(world: World, eventually: Eventually) -> None:
    """By source and kind; nothing of a contact, a text or a token is in it."""
    card = await opened(world, body="A secret question")
    post = await reply(world, card, "A secret answer")
    await eventually(lambda: DELIVERED in marks(post))
    await world.play.quiet()
    seen = await metrics(world)
    assert seen['received_total{source="twilio.inbound"}'] >= 1
    assert seen['received_total{source="slack.message"}'] >= 1
    assert seen['posted_total{kind="card"}'] == 1
    assert seen["sent_total"] == 1
    assert seen["unprocessed"] == 0
    assert {name: value for name, value in seen.items() if name.startswith("deliveries")} == {
        f'deliveries{{state="{state}"}}': 0 for state in ("waiting", "sending", "unknown", "uncertain", "parked")
    }
    assert seen["database_up"] == 1
    text = (await get(world, "/metrics"))[1]
    settings = world.bridge.settings
    hidden = (ALICE, ALICE[1:], "5550123", "secret", settings.slack_bot_token, settings.twilio_auth_token)
    assert not [word for word in hidden if word in text]


async def test_counters_are_there_before_anything_has_happened(world: World) -> None:
    """With every label that they can have, so that the first event is seen as a rise."""
    seen = await metrics(world)
    for name in (
        'received_total{source="slack.message"}',
        'posted_total{kind="card"}',
        'answers_lost_total{kind="reply"}',
        'refused_total{kind="line"}',
        f'rate_limit_sleeps_total{{method="{POST}"}}',
        f'rate_limit_sleep_seconds_total{{method="{POST}"}}',
    ):
        assert seen[name] == 0


async def test_what_waits_shows_with_its_lag_and_who_works_it(world: World, eventually: Eventually) -> None:
    """By lane; a reply on hold is not late."""
    held = world.play.faults.hold(POST)
    await world.play.text(ALICE, NUMBER, "Hello")
    await eventually(lambda: held.held == 1)
    pass_time(world, seconds=90)
    seen = await metrics(world)
    assert seen[f'lag_seconds{{lane="{lane()}"}}'] >= 90
    assert seen[f'lane_owner{{lane="{lane()}",owner="{world.bridge.courier.name}"}}'] == 1
    assert seen['deliveries{state="sending"}'] == 1
    held.release()
    await eventually(world.roots)
    await world.play.quiet()
    assert not [name for name in await metrics(world) if name.startswith(("lag_seconds", "lane_owner"))]


async def test_a_reply_on_hold_is_not_late(start: Start, eventually: Eventually) -> None:
    """It waits, and nothing is wrong with that."""
    async with start(reply_hold_seconds=60) as world:
        card = await opened(world)
        await reply(world, card, "Soon")

        async def is_held() -> bool:
            return (await metrics(world))['deliveries{state="waiting"}'] == 2  # and the mark for one that is late

        await eventually(is_held)
        assert f'lag_seconds{{lane="sms:{NUMBER}"}}' not in await metrics(world)
        pass_time(world, seconds=20)
        assert await health(world) == f"Health\n{WELL}"


async def test_lost_answers_and_refusals_are_counted(world: World, eventually: Eventually) -> None:
    """What nobody knows about counts until somebody has decided."""
    card = await opened(world)
    world.play.faults.drop(SEND)
    await reply(world, card, "Yes")
    asked = await eventually(lambda: line(world, card, "we could not find out"))
    world.play.faults.answer(SEND, 400, body={"code": 21614, "message": "No mobile", "status": 400})
    await reply(world, card, "Next")
    await eventually(lambda: line(world, card, "not a mobile number"))
    seen = await metrics(world)
    assert seen['answers_lost_total{kind="reply"}'] >= 1
    assert seen["uncertain_total"] == seen['deliveries{state="uncertain"}'] == 1
    assert seen['refused_total{kind="reply"}'] == seen['deliveries{state="parked"}'] == 1
    shown = await health(world)
    assert "1 reply may or may not have gone out; the thread asks" in shown
    assert re.search(rf"<http[^|]*{card.ts.replace('.', '')}[^|]*\|\(415\) 555-0123>", shown)
    await world.play.press(ANA, CHANNEL, asked.ts, "it_arrived")
    await eventually(lambda: line(world, card, "says that this text arrived"))
    assert (await metrics(world))['deliveries{state="uncertain"}'] == 0
    assert "may or may not" not in await health(world)


async def test_slacks_patience_is_counted(world: World, eventually: Eventually) -> None:
    """Each Retry-After that was obeyed, by method, and how long it was."""
    world.play.faults.answer(POST, 429, error="ratelimited", headers={"Retry-After": "1"}, times=2)
    await opened(world)
    seen = await metrics(world)
    assert seen[f'rate_limit_sleeps_total{{method="{POST}"}}'] == 2
    assert seen[f'rate_limit_sleep_seconds_total{{method="{POST}"}}'] == 2


@asynccontextmanager
async def away(database_url: str) -> AsyncIterator[None]:
    """Meanwhile the database takes nobody in."""
    address, _, query = database_url.partition("?")
    server, _, name = address.rpartition("/")
    admin = await asyncpg.connect(f"{server}/postgres?{query}")
    await admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
    await admin.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    yield
    await admin.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    await admin.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_ready_says_when_the_database_is_away(world: World, eventually: Eventually, database_url: str) -> None:
    """503 while it cannot be reached, and 200 again after; what this process has counted can be read all the same."""
    card = await opened(world)
    assert await get(world, "/readyz") == (200, "ready")
    async with away(database_url):
        assert await get(world, "/readyz") == (503, "not ready")
        seen = await metrics(world)
        assert seen["database_up"] == 0
        assert seen['received_total{source="twilio.inbound"}'] >= 1
        assert "unprocessed" not in seen
    assert await get(world, "/readyz") == (200, "ready")
    assert (await metrics(world))["database_up"] == 1
    await world.play.text(ALICE, NUMBER, "Still there?")
    await eventually(lambda: [quoted(post) for post in world.thread(card.ts)] == [["Still there?"]])


async def test_all_is_well_is_said_in_one_line(play: Playground, start: Start) -> None:
    """To reps and managers alike; guests and people without an inbox are told why they hear nothing."""
    play.add_person("U0ZOE", "Zoe Adler")
    play.add_channel("C0LOUNGE", "lounge", members=["U0ZOE"])
    async with start() as world:
        await opened(world)
        await play.quiet()
        assert await health(world) == f"Health\n{WELL}"
        assert await health(world, MANAGER) == f"Health\n{WELL}"
        assert (await health(world, GUS)).startswith("Guests and people from other organisations")
        await play.command("U0ZOE", "C0LOUNGE", "/sms", "health")
        assert told(play, "U0ZOE").startswith("You are not in the channel of any inbox")


async def test_a_channel_without_the_bot_is_named(play: Playground, start: Start, eventually: Eventually) -> None:
    """To those who are in it, with what to do; nobody else hears of it."""
    play.add_number(SECOND)
    play.add_channel("C0SUPPORT", "support", members=[ANA])
    async with start(inboxes={NUMBER: CHANNEL, SECOND: "C0SUPPORT"}) as world:
        await world.play.leave(BOT_USER, "C0SUPPORT")
        await world.play.text(ALICE, SECOND, "Hello")
        await world.play.text(BOB, SECOND, "Hello")
        # A third call: of one of the two it is the second, so that why the first one failed is written down.
        await eventually(
            lambda: [call for call in world.play.calls if call.answer.get("error") == "not_in_channel"][2:]
        )
        assert await health(world) == f"Health\n{WELL}"
        pass_time(world, seconds=30)
        shown = await health(world)
        assert "*2 posts wait for <#C0SUPPORT>*, the oldest since <!date^" in shown
        assert shown.endswith("The bot is not in <#C0SUPPORT>: /invite it there.")
        assert await health(world, BEN) == f"Health\n{WELL}"


async def test_a_full_queue_at_twilio_is_told_in_words(world: World, eventually: Eventually) -> None:
    """A reply that Twilio did not take, with its reason; and one that waits since Twilio is ill."""
    card = await opened(world)
    world.play.faults.answer(SEND, 400, body={"code": 21611, "message": "Queue full", "status": 400})
    await reply(world, card, "One")
    await eventually(lambda: line(world, card, "Twilio takes no more"))
    world.play.faults.answer(SEND, 429, body={"code": 20429, "message": "Slow down", "status": 429}, times=None)
    await reply(world, card, "Two")
    await eventually(lambda: [call for call in world.play.calls if call.method == SEND and call.status == 429][1:])
    pass_time(world, seconds=30)
    shown = await health(world)
    assert "(415) 555-0123>: So many texts are waiting to leave this inbox's number that Twilio takes no more" in shown
    assert "*1 reply waits to leave (555) 010-0000*, the oldest since <!date^" in shown
    assert "Twilio asks for patience. It is tried again." in shown


async def test_texts_to_a_number_without_an_inbox_are_told_to_managers(world: World) -> None:
    """With the number that was texted and never who texted it; reps, who cannot help it, are not told."""
    world.play.add_number(SECOND)
    for phone in (ALICE, BOB):
        await world.play.text(phone, SECOND, "Anybody?")
    pass_time(world, minutes=5)
    shown = await health(world, MANAGER)
    assert f"*2 texts to {SECOND} wait*, the oldest since <!date^" in shown
    assert "the number has no inbox. Ask an admin to add it to INBOXES." in shown
    assert ALICE not in shown
    assert await health(world) == f"Health\n{WELL}"
    assert (await metrics(world))["unprocessed"] == 2


async def test_managers_are_told_once_that_a_channel_is_stuck_and_once_that_it_is_over(
    watchful: None, world: World, eventually: Eventually
) -> None:
    """Directly, each of them, with what to do about it."""
    await world.play.leave(BOT_USER, CHANNEL)
    await world.play.text(ALICE, NUMBER, "Hello")
    [said] = await eventually(lambda: direct(world))
    assert said.startswith("❗ Something is stuck. *1 post waits for <#C0CUSTOMERS>*, the oldest")
    assert said.endswith("The bot is not in <#C0CUSTOMERS>: /invite it there.")
    await looked(world)
    assert len(direct(world)) == 1
    await world.play.join(BOT_USER, CHANNEL)
    over = (await eventually(lambda: direct(world)[1:]))[0]
    assert over.startswith("Posts go into <#C0CUSTOMERS> again; they were stuck since <!date^")
    assert [quoted(card) for card in world.roots() if quoted(card)] == [["Hello"]]
    await looked(world)
    assert len(direct(world)) == 2
    assert direct(world, ANA) == []


async def test_pace_alone_is_no_alarm(watchful: None, start: Start, eventually: Eventually) -> None:
    """A burst takes its time in a channel, and each post goes out when its turn comes."""
    async with start(post_seconds=0.2) as world:
        for number in range(10):
            await world.play.text(f"+1415555{number:04}", NUMBER, "Hello")
        await eventually(lambda: len(world.roots()) == 10)
        await looked(world)
        assert direct(world) == []


async def test_replies_that_do_not_leave_are_told(watchful: None, world: World, eventually: Eventually) -> None:
    """The number is named as people write it."""
    card = await opened(world)
    world.play.faults.answer(SEND, 429, body={"code": 20429, "message": "Slow down", "status": 429}, times=None)
    await reply(world, card, "Hello")
    [said] = await eventually(lambda: direct(world))
    assert "*1 reply waits to leave (555) 010-0000*" in said
    world.play.faults.clear()
    await eventually(lambda: received(world) == ["Hello"])
    over = (await eventually(lambda: direct(world)[1:]))[0]
    assert over.startswith("Replies from (555) 010-0000 leave again; they were stuck since <!date^")


async def test_credentials_that_twilio_refuses_are_told(watchful: None, world: World, eventually: Eventually) -> None:
    """Once, to managers; to everybody who asks; and once that it is over."""
    world.play.faults.answer("twilio.account.fetch", 401, body=REFUSED, times=None)
    [said] = await eventually(lambda: direct(world))
    assert said.startswith("❗ Twilio refuses our credentials since <!date^")
    assert "Twilio refuses our credentials since <!date^" in await health(world, BEN)
    assert (await metrics(world))['alarm{what="twilio"}'] == 1
    world.play.faults.clear()
    world.play.faults.answer("twilio.account.fetch", 503, times=3)
    over = (await eventually(lambda: direct(world)[1:]))[0]
    assert over.startswith("Twilio takes our credentials again, which it has refused since <!date^")
    await looked(world)
    assert len(direct(world)) == 2
    assert await health(world, BEN) == f"Health\n{WELL}"


async def test_a_token_that_slack_refuses_is_told_once_it_works_again(
    watchful: None, world: World, eventually: Eventually
) -> None:
    """Nobody can be told in Slack meanwhile but who asks: metrics tell it, and what comes in is taken in."""
    for method in (AUTH, POST):
        world.play.faults.answer(method, error="token_revoked", times=None)
    await world.play.text(ALICE, NUMBER, "Hello")

    async def is_told() -> bool:
        return (await metrics(world)).get('alarm{what="slack"}') == 1

    await eventually(is_told)
    assert "Slack refuses our token since <!date^" in await health(world)
    assert await get(world, "/readyz") == (200, "ready")
    await looked(world)
    assert direct(world) == []
    world.play.faults.clear()
    await eventually(world.roots)
    said = (await eventually(lambda: direct(world)))[0]
    assert said.startswith("Slack takes our token again, which it has refused since <!date^")
    assert await health(world) == f"Health\n{WELL}"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_bridges_on_one_database_tell_once(watchful: None, start: Start, eventually: Eventually) -> None:
    """Both look; one of them tells."""
    async with start() as first, start() as second:
        await second.play.leave(BOT_USER, CHANNEL)
        await second.play.text(ALICE, NUMBER, "Hello")
        await eventually(lambda: direct(second))
        await looked(first)
        assert len(direct(second)) == 1


async def test_the_members_of_a_group_are_told_each(
    watchful: None, play: Playground, start: Start, eventually: Eventually
) -> None:
    """And count as managers."""
    play.world.user_groups["S0LEADS"] = [ANA, BEN]
    play.add_number(SECOND)
    async with start(managers=("S0LEADS", BEN)) as world:
        world.play.faults.answer("twilio.account.fetch", 401, body=REFUSED, times=None)
        await eventually(lambda: direct(world, ANA) and direct(world, BEN))
        await world.play.text(ALICE, SECOND, "Anybody?")
        pass_time(world, minutes=5)
        assert "has no inbox" in await health(world, ANA)
        await looked(world)
        assert [len(direct(world, person)) for person in (ANA, BEN, MANAGER)] == [1, 1, 0]


async def test_a_group_that_cannot_be_read_is_mentioned_in_the_channel(
    watchful: None, start: Start, eventually: Eventually
) -> None:
    """Slack tells who is in a group on its paid plans only; beside it, who is named by id is told directly."""
    async with start(managers=("S0LEADS", ANA)) as world:
        world.play.faults.answer("twilio.account.fetch", 401, body=REFUSED, times=None)
        await eventually(lambda: direct(world, ANA))
        [post] = await eventually(lambda: [post for post in world.posts if "Twilio refuses" in post.text])
        assert post.text.startswith("❗ <!subteam^S0LEADS> Twilio refuses our credentials since <!date^")
        assert post.thread_ts is None


async def test_a_manager_who_has_left_keeps_nobody_waiting(
    watchful: None, start: Start, eventually: Eventually
) -> None:
    """The others are told."""
    async with start(managers=("U0GONE", MANAGER)) as world:
        world.play.faults.answer("twilio.account.fetch", 401, body=REFUSED, times=None)
        await eventually(lambda: direct(world))
        await looked(world)
        assert (await metrics(world))['deliveries{state="waiting"}'] == 0
