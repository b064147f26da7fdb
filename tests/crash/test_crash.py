"""The bridge is killed, frozen and restarted: no text and no reply is lost or comes twice, and order is kept."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from playground.seed import CHANNEL
from tests.crash.bridge import Haste
from tests.crash.chaos import play_round, work
from tests.crash.databases import another
from tests.crash.freeze import freeze_at, let_go
from tests.crash.people import Contact, People
from tests.crash.script import Course, Dying
from tests.crash.stage import Point, Stage, go_on, stage
from tests.crash.tally import ASKED, TWICE, Tally, count
from tests.journeys.scene import quoted
from tests.journeys.screen import ANA, BEN

SOON = Haste(lease_seconds=1.5)
CLAIMED = "after the commit of delivery, lane, rate_limit"
CALLS = ("chat.postMessage", "chat.update", "reactions.add", "twilio.messages.create")
on_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def test_a_kill_at_every_step_loses_and_doubles_nothing(database_url: str) -> None:
    """Each story dies at another step, before or after a commit or a call, and is told to its end by who comes next."""
    course = Course()
    async with AsyncExitStack() as stack:
        there = [
            await stack.enter_async_context(stage(url, catch=True, haste=SOON))
            for url in [database_url, *[await another(database_url, name) for name in ("b", "c")]]
        ]
        await course.run(there)
    assert course.tally.faults == []
    assert course.tally.kills >= 75
    assert {f"{side} {call}" for side in ("before", "after") for call in CALLS} <= {what for what, _ in course.died_at}


async def test_a_kill_at_every_step_of_the_start_harms_nothing(database_url: str) -> None:
    """A process that dies while it starts, each time a step later, comes up at last, and takes texts in."""
    async with stage(database_url, catch=True, haste=SOON) as there:
        people, contact = People(there), Contact(1)
        dying = there.at = Dying(there)
        await there.ready()
        there.at = go_on
        await people.text(contact)
        await people.find_card(contact)
        await there.settled()
        assert count(there.play, [contact]).faults == []
    assert dying.kills >= (25 if database_url.startswith("postgresql") else 8)  # all the tests here: 200


async def test_kills_at_random_lose_and_double_nothing(database_url: str) -> None:
    """People go on while processes die at any moment, some of them while they start."""
    async with stage(database_url, haste=SOON, hold=1) as there:
        await play_round(there, "one", tally := Tally(), seconds=30)
    assert tally.faults == []
    assert tally.kills >= 12


async def test_a_rolling_restart_under_load_loses_and_doubles_nothing(database_url: str) -> None:
    """Each process stops at SIGTERM, finishes what is in flight and gives its lanes back: nobody has to be asked."""
    async with stage(database_url) as there:
        people, contacts, stop = People(there), [Contact(index) for index in range(1, 7)], asyncio.Event()
        await there.ready()
        working = asyncio.create_task(work(people, contacts, "rolling", stop))
        for replica in there.replicas:
            await asyncio.sleep(1)
            assert await asyncio.wait_for(replica.stop(), 10) == 0
            await there.ready()
        stop.set()
        await working
        await there.settled()
        tally = count(there.play, contacts)
    assert tally.faults == []
    assert tally.asked == []


@on_postgres
async def test_the_lanes_of_a_dead_process_are_taken_over(database_url: str) -> None:
    """One of three dies with a post in its hands and does not come back: the other two go on without it."""
    async with stage(database_url, catch=True) as there:
        people, one, other = People(there), Contact(1), Contact(2)
        await there.ready()

        async def die(point: Point) -> bool:
            if point.what != "before chat.postMessage":
                return True
            there.at = go_on
            dying.set_result(asyncio.create_task(there.named(point.replica).retire()))
            return False

        dying: asyncio.Future[asyncio.Task[None]] = asyncio.get_running_loop().create_future()
        there.at = die
        await people.text(one)
        await people.text(other)
        await (await dying)
        for contact in (one, other):
            await people.find_card(contact)
        assert sum(replica.ready.is_set() for replica in there.replicas) == 2
        assert count(there.play, [one, other]).faults == []


@on_postgres
@pytest.mark.parametrize(
    "where",
    [
        "before the commit of delivery, lane, rate_limit",
        CLAIMED,
        "writing chat.postMessage",
        "before chat.postMessage",
        "after chat.postMessage",
    ],
)
async def test_what_a_frozen_process_posts_too_late_is_taken_back(database_url: str, where: str) -> None:
    """Another takes over a frozen process's text; when it thaws, the text still stands there once."""
    async with stage(database_url, catch=True) as there:
        people, contact = await acquainted(there)
        freeze = freeze_at(there, where)
        await people.text(contact)
        await freeze.caught()
        await people.text(contact)
        await people.until(lambda: shown(there, contact) == contact.texts)
        await let_go(there, freeze)
        await people.until(lambda: shown(there, contact) == contact.texts)
        assert count(there.play, [contact]).faults == []


async def acquainted(there: Stage) -> tuple[People, Contact]:
    """A customer whose first text has its card."""
    people, contact = People(there), Contact(1)
    await there.ready()
    await people.text(contact)
    await people.find_card(contact)
    await there.settled()
    return people, contact


def shown(there: Stage, contact: Contact) -> list[str]:
    """A contact's texts as they stand in the thread."""
    assert contact.root is not None
    return [body for post in there.play.thread(CHANNEL, contact.root.ts) for body in quoted(post)]


def lines(there: Stage, contact: Contact, words: str) -> list[str]:
    """The ids of the lines in a contact's thread that say so."""
    assert contact.root is not None
    return [post.ts for post in there.play.thread(CHANNEL, contact.root.ts) if words in post.text]


@on_postgres
@pytest.mark.parametrize(
    ("where", "sent", "asked"),
    [
        ("after the commit of delivery, lane", 0, 1),
        ("writing twilio.messages.create", 1, 1),
        ("before twilio.messages.create", 1, 1),
        ("after twilio.messages.create", 1, 0),
    ],
)
async def test_a_frozen_process_sends_no_text_twice(database_url: str, where: str, sent: int, asked: int) -> None:
    """It finds its lease over before the call; once the call is under way, its text counts, and it alone."""
    async with stage(database_url, catch=True) as there:
        people, contact = await acquainted(there)
        freeze = freeze_at(there, where)
        await people.reply(contact, ANA)
        await freeze.caught()
        if asked:
            await people.until(lambda: lines(there, contact, ASKED))
        await people.reply(contact, BEN)
        await people.until(lambda: any(text.body == "r-1-2" for text in there.play.phone(contact.phone)))
        await let_go(there, freeze)
        tally = count(there.play, [contact])
        assert tally.faults == []
        assert len(tally.asked) == asked
        assert [text.body for text in there.play.phone(contact.phone)].count("r-1-1") == sent


@on_postgres
async def test_the_window_that_nobody_can_close_is_told(database_url: str) -> None:
    """Frozen between the check of its lease and the call, while a rep has it sent again: the thread says twice."""
    async with stage(database_url, catch=True) as there:
        people, contact = await acquainted(there)
        freeze = freeze_at(there, "writing twilio.messages.create")
        await people.reply(contact, ANA)
        await freeze.caught()
        [asked] = await people.until(lambda: lines(there, contact, ASKED))
        await people.press(BEN, asked, "send_again")
        await people.until(lambda: any(text.by == "app" for text in there.play.phone(contact.phone)))
        await let_go(there, freeze)
        await people.until(lambda: lines(there, contact, TWICE))
        tally = count(there.play, [contact])
        assert tally.faults == []
        assert tally.told_twice == ["r-1-1"]
