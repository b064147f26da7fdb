"""The numbers are right: whatever happens in conversations, they are what counting by hand gives."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from shutil import copy
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from desk.errors import NothingToCount
from desk.figures import SPREAD, Figures, Lengths, Period, spread
from storage import conversations, people
from storage.database import connect
from storage.migrations import migrate
from tests.desk.ledger import ANA, BEN, MARA, NUMBERS, STRANGER, ByHand, Office, Step, count

ZONES = ("UTC", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe")


def check(figures: Figures, hand: ByHand, office: Office) -> None:
    """The desk's numbers are those that were counted by hand."""
    assert figures.texts == len(hand.texts)
    assert figures.conversations == hand.conversations
    assert figures.answered == len(hand.answered)
    assert figures.answered_by_me == sum(who == ANA for _, _, who in hand.answered)
    assert figures.closed == hand.closed
    assert figures.waiting == len(hand.waiting)
    assert figures.waiting_since == min(hand.waiting, default=None)
    assert figures.waits == figures.answered + figures.closed + figures.waiting
    took = [end - begun for begun, end, _ in hand.answered]
    assert_lengths(figures.response, took)
    assert sum(figures.spread) == figures.answered
    spans = [(end or office.now) - begun for begun, end in hand.unassigned]
    assert_lengths(figures.unassigned, spans)
    standing = [begun for begun, end in hand.unassigned if end is None]
    assert (figures.standing, figures.standing_since) == (len(standing), min(standing, default=None))
    hours = Counter(at.astimezone(office.zone).hour for at in hand.texts)
    assert figures.hours == tuple(hours[hour] for hour in range(24))
    if figures.period is Period.TODAY:
        answers = Counter(f"{at.astimezone(office.zone).hour:02}" for _, at, _ in hand.answered)
        texts = Counter(f"{at.astimezone(office.zone).hour:02}" for at in hand.texts)
    else:
        answers = Counter(day(at, office.zone) for _, at, _ in hand.answered)
        texts = Counter(day(at, office.zone) for at in hand.texts)
    shown = {bar.label: (bar.texts, bar.answered) for bar in figures.bars if bar.texts or bar.answered}
    assert shown == {label: (texts[label], answers[label]) for label in texts.keys() | answers.keys()}


def day(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%b} {local.day}"


def assert_lengths(told: Lengths | None, took: list[timedelta]) -> None:
    """The median, and the least of them that nine in ten do not exceed."""
    if told is None:
        assert not took
        return
    assert told.count == len(took)
    ordered = sorted(took)
    median = (ordered[(len(took) - 1) // 2] + ordered[len(took) // 2]) / 2
    assert abs(told.median - median) < timedelta(microseconds=2)
    enough = [one for one in took if sum(other <= one for other in took) * 10 >= len(took) * 9]
    assert abs(told.ninth - min(enough)) < timedelta(microseconds=2)


async def walk(office: Office, steps: list[Step]) -> None:
    """Take the steps, look at the numbers of each period, and hold them against what the desk itself says."""
    await office.seed()
    for step in steps:
        await office.take(step)
    office.now += timedelta(minutes=1)
    for period in Period:
        since = period.since(office.now, office.zone)
        assert since.astimezone(office.zone).strftime("%H:%M") == "00:00"
        figures = await office.figures(period)
        check(figures, count(office, since), office)
        if all(what != "automatic" for _, _, what, _ in steps):
            async with office.database.read() as session:
                rows = [
                    await conversations.get(session, 1, one.id) for one in office.ledgers if one.id and one.inbox < 2
                ]
            assert figures.waiting == sum(row.waiting_since is not None and row.waiting_since >= since for row in rows)
            assert figures.standing == sum(
                row.unassigned_since is not None and row.unassigned_since >= since for row in rows
            )


steps_taken = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.5, 3.25, 45.0, 600.0, 1700.0, 9000.0]),
        st.integers(0, 3),
        st.sampled_from(
            ["text"] * 4
            + ["reply"] * 3
            + ["late", "leave", "fail", "take_back", "close", "reopen", "claim", "release", "automatic"]
        ),
        st.integers(0, 2),
    ),
    max_size=30,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, of which each story has a copy."""
    file = tmp_path_factory.mktemp("statistics") / "template.db"

    async def make() -> None:
        database = connect(f"sqlite:///{file}")
        await migrate(database)
        await database.close()

    asyncio.run(make())
    return file


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=steps_taken, zone=st.sampled_from(ZONES))
@example(
    steps=[(0, 0, "text", 0), (1, 0, "reply", 0), (1, 0, "close", 0), (1, 0, "fail", 0), (1, 0, "text", 0)], zone="UTC"
)
@example(steps=[(0, 0, "text", 0), (0, 0, "reply", 0), (0, 0, "close", 0), (45, 0, "leave", 0)], zone="UTC")
@example(steps=[(0, 0, "text", 0), (0, 0, "close", 0), (0, 0, "late", 0), (0, 0, "claim", 1)], zone="UTC")
@example(steps=[(0, 0, "text", 0), (1, 0, "automatic", 0), (3.25, 0, "reply", 0)], zone="UTC")
@example(steps=[(0, 0, "text", 0), (9000, 0, "text", 0), (0, 0, "claim", 0), (1, 0, "release", 0)], zone="UTC")
def test_the_numbers_are_what_counting_by_hand_gives(template: Path, steps: list[Step], zone: str) -> None:
    """Whatever texts, replies, failures, closes and changes of owner there were, in whatever order."""

    async def story() -> None:
        with TemporaryDirectory() as folder:
            database = connect(f"sqlite:///{copy(template, Path(folder) / 'threadline.db')}")
            try:
                await walk(Office(database, zone), steps)
            finally:
                await database.close()

    asyncio.run(story())


@asynccontextmanager
async def office_of(database_url: str, zone: str) -> AsyncIterator[Office]:
    database = connect(database_url)
    await migrate(database)
    try:
        yield Office(database, zone)
    finally:
        await database.close()


async def test_both_databases_count_alike(database_url: str) -> None:
    """A long story at random, seen from a time zone that is not a whole hour away."""
    random = Random(14)
    doing = [*["text"] * 6, *["reply"] * 3, "late", "leave", "fail", "take_back", "close", "reopen", "claim", "release"]
    steps = [
        (random.choice([0.0, 1.5, 40.0, 200.0]), random.randrange(4), random.choice(doing), random.randrange(3))
        for _ in range(250)
    ]
    async with office_of(database_url, "Asia/Kathmandu") as office:
        await walk(office, steps)


async def test_who_sees_what(database_url: str) -> None:
    """In an inbox's channel that inbox, elsewhere all of one's own; what each owner has is for managers, as counts."""
    async with office_of(database_url, "UTC") as office:
        await office.seed()
        for which in range(4):
            await office.take((1, which, "text", 0))
        await office.take((1, 0, "claim", 0))
        await office.take((1, 3, "claim", 1))
        await office.take((1, 0, "text", 0))
        assert (await office.figures(Period.TODAY)).texts == 4
        here = await office.figures(Period.TODAY, channel_id="C1")
        assert (here.inboxes, here.texts) == ((NUMBERS[1],), 1)
        elsewhere = await office.figures(Period.TODAY, channel_id="C2")
        assert (elsewhere.inboxes, elsewhere.texts) == (NUMBERS[:2], 4)
        load = elsewhere.load
        assert (load.unowned, load.mine.open, load.mine.unread, load.team.open, load.team.unread) == (1, 1, 1, 2, 1)
        assert load.each is None
        told = (await office.figures(Period.TODAY, MARA)).load
        assert told.mine.open == 0
        assert [(one.name, one.open, one.unread) for one in told.each or ()] == [(ANA, 1, 1), (BEN, 1, 0)]
        assert (await office.figures(Period.TODAY, STRANGER)).texts == 1
        with pytest.raises(NothingToCount):
            await office.figures(Period.TODAY, "U0NOBODY")


async def test_nothing_has_happened(database_url: str) -> None:
    """Zeros, and no durations."""
    async with office_of(database_url, "UTC") as office:
        await office.seed()
        figures = await office.figures(Period.MONTH)
        assert (figures.texts, figures.waits, figures.response, figures.unassigned) == (0, 0, None, None)
        assert len(figures.bars) == 30


async def test_an_unknown_time_zone_is_utc(database_url: str) -> None:
    """Slack may tell one that this machine has not heard of."""
    async with office_of(database_url, "UTC") as office:
        await office.seed()
        for zone in ("Mars/Olympus", "../etc/passwd", "", "America"):
            async with office.database.write() as session:
                person = await people.find(session, 1, ANA)
                assert person is not None
                person.timezone = zone
            assert (await office.figures(Period.TODAY)).zone == "UTC"


@given(st.lists(st.integers(0, 200_000), min_size=1))
def test_lengths(seconds: list[int]) -> None:
    """The median, and what nine in ten do not exceed, which is always one of them."""
    told = Lengths.of(seconds)
    assert_lengths(told, [timedelta(seconds=one) for one in seconds])
    assert told is not None
    assert told.ninth.total_seconds() in seconds
    assert told.median <= told.ninth


@given(st.lists(st.integers(0, 100_000)))
def test_the_distribution_leaves_nothing_out(seconds: list[int]) -> None:
    """Each is in exactly one bar: what took a minute sharp is among what took up to a minute."""
    counts = spread(seconds)
    edges = [-1.0, *(edge.total_seconds() for edge in SPREAD), float("inf")]
    assert counts == tuple(sum(low < one <= high for one in seconds) for low, high in pairwise(edges))


def test_a_day_begins_at_midnight_however_long_it_is() -> None:
    """Also on the days on which clocks are changed, and where that happens at midnight."""
    paris = ZoneInfo("Europe/Paris")
    noon = datetime(2026, 3, 29, 12, tzinfo=paris)
    assert Period.TODAY.since(noon, paris) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert Period.WEEK.since(noon + timedelta(days=1), paris) == datetime(2026, 3, 23, 23, tzinfo=UTC)
    cairo = ZoneInfo("Africa/Cairo")  # at 0:00 of 24 April 2026 it is 1:00
    assert Period.TODAY.since(datetime(2026, 4, 24, 12, tzinfo=cairo), cairo) == datetime(2026, 4, 23, 22, tzinfo=UTC)
