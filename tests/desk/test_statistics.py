"""The numbers are right: whatever happens in conversations, they are what counting by hand gives.

Everything is done through the use cases that people's presses and the webhooks run. By hand it is counted from a list
of what was done, text by text, and from how each conversation stood in between.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
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
from sqlmodel import col, select

from desk import assignment, lifecycle, receipts, receive, reply, reply_changes, statistics
from desk.access import Actor
from desk.delivery import Refused
from desk.errors import DeskError, NothingToCount
from desk.figures import SPREAD, Figures, Lengths, Period, spread
from storage import conversations, inboxes, managers, messages, people, workspaces
from storage.database import Database, Session, connect
from storage.migrations import migrate
from storage.models import Message, Person, Thread

START = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
ANA, BEN, MARA, STRANGER = "U0ANA", "U0BEN", "U0MARA", "U0ZOE"
REPS = (ANA, BEN, MARA)
ZONES = ("UTC", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe")
NUMBERS = ("+15550100001", "+15550100002", "+15550100003")  # of which reps work on the first two

Step = tuple[float, int, str, int]  # minutes that pass, in which conversation, what is done, by whom


@dataclass
class Said:
    """A text or an answer in the order of its conversation; `is_void`: it failed or was taken back."""

    at: datetime
    who: str | None
    is_text: bool = False
    is_close: bool = False
    is_void: bool = False


@dataclass
class Ledger:
    """What was done in one conversation, and how it stood from when on: open without an owner or not."""

    id: int = 0
    inbox: int = 0
    said: list[Said] = field(default_factory=list)
    stood: list[tuple[datetime, bool]] = field(default_factory=list)
    replies: list[tuple[int, Said]] = field(default_factory=list)


class Office:
    """A team, four phones that text it, and a ledger for each."""

    def __init__(self, database: Database, zone: str) -> None:
        self.database = database
        self.zone = ZoneInfo(zone)
        self.now = START
        self.steps = 0
        self.ledgers = [Ledger(inbox=number) for number in (0, 1, 2, 0)]

    async def seed(self) -> None:
        """Two inboxes of all reps, and one of a stranger's."""
        async with self.database.write() as session:
            workspace = await workspaces.ensure(
                session, team_id="T1", name="Team", url="https://t.test/", bot_user_id="UB", now=START
            )
            for place, number in enumerate(NUMBERS):
                channel = f"C{place}"
                await inboxes.ensure(
                    session, workspace_id=workspace.id, number=number, label=number, channel_id=channel, now=START
                )
                for rep in REPS if place < 2 else (STRANGER,):
                    await people.join(session, workspace.id, channel, rep)
            await people.store(
                session,
                [
                    Person(workspace_id=1, user_id=rep, name=rep, sought=rep.lower(), timezone=self.zone.key)
                    for rep in (*REPS, STRANGER)
                ],
            )
            await managers.keep(session, workspace.id, managers.SETTINGS, [MARA])

    async def take(self, step: Step) -> None:
        """One step."""
        minutes, which, what, who = step
        self.now += timedelta(minutes=minutes)
        self.steps += 1
        ledger, actor = self.ledgers[which], Actor(workspace_id=1, user_id=REPS[who])
        if ledger.inbox == 2:
            actor = Actor(workspace_id=1, user_id=STRANGER)
        async with self.database.write() as session:
            if what in ("text", "late"):
                await self._text(session, which, ago=timedelta(hours=30) if what == "late" else timedelta())
            elif ledger.id:
                with suppress(DeskError):
                    await getattr(self, f"_{what}")(session, ledger, actor)
        if ledger.id:
            async with self.database.read() as session:
                row = await conversations.get(session, 1, ledger.id)
            ledger.stood.append((self.now, row.status == "open" and row.assignee_id is None))

    async def _text(self, session: Session, which: int, *, ago: timedelta) -> None:
        ledger = self.ledgers[which]
        written = self.now - ago
        incoming = receive.Incoming(
            sid=f"SM{self.steps}",
            number=NUMBERS[ledger.inbox],
            address=f"+1415555010{which}",
            label=str(which),
            can_reply=True,
            is_persons=True,
            body="Hello",
            recovered_from=written if ago else None,
        )
        message = await receive.receive(session, incoming, now=self.now)
        if not ledger.id:
            ledger.id = message.conversation_id
            ledger.stood.append((written, True))
            thread = (await session.exec(select(Thread).where(col(Thread.conversation_id) == ledger.id))).one()
            thread.root_ts = f"{1000 + ledger.id}.000100"
        ledger.said.append(Said(written, None, is_text=True))

    async def _reply(self, session: Session, ledger: Ledger, actor: Actor) -> None:
        ts = f"{int(self.now.timestamp())}.{self.steps:06}"
        written = reply.Written(
            workspace_id=1,
            channel_id=f"C{ledger.inbox}",
            thread_ts=f"{1000 + ledger.id}.000100",
            ts=ts,
            author_id=actor.user_id,
            text="Yes",
            body="Yes",
            is_note=False,
        )
        await reply.write(session, written, hold=timedelta(), now=self.now)
        message = await messages.find_by_ts(session, 1, written.channel_id, ts)
        if message is not None and message.status == "held":
            ledger.said.append(Said(self.now, actor.user_id))
            ledger.replies.append((message.id, ledger.said[-1]))

    async def _leave(self, session: Session, ledger: Ledger, _: Actor) -> None:
        """The last reply has reached the customer now."""
        await self._hear(session, ledger, "delivered")

    async def _fail(self, session: Session, ledger: Ledger, _: Actor) -> None:
        """The last reply did not."""
        await self._hear(session, ledger, "failed")

    async def _hear(self, session: Session, ledger: Ledger, status: str) -> None:
        if not ledger.replies:
            return
        message_id, said = ledger.replies[-1]
        before = await self._status(session, message_id)
        failure = Refused(reason="It did not go.")
        await receipts.receive(
            session, 1, message_id, 1, sid=f"SMo{message_id}", status=status, failure=failure, now=self.now
        )
        if before == "held":
            said.at = self.now
        said.is_void = await self._status(session, message_id) in ("failed", "canceled")

    async def _status(self, session: Session, message_id: int) -> str:
        await session.flush()
        message = await session.get_one(Message, message_id, populate_existing=True)
        return message.status

    async def _take_back(self, session: Session, ledger: Ledger, _: Actor) -> None:
        """The last reply is deleted, which only takes it back while it is held."""
        if not ledger.replies:
            return
        message_id, said = ledger.replies[-1]
        message = await session.get_one(Message, message_id)
        root = f"{1000 + ledger.id}.000100"
        await reply_changes.delete(session, 1, f"C{ledger.inbox}", root, message.ts or "", now=self.now)
        said.is_void = await self._status(session, message_id) in ("failed", "canceled")

    async def _close(self, session: Session, ledger: Ledger, actor: Actor) -> None:
        await lifecycle.close(session, actor, ledger.id, anyway=True, now=self.now)
        ledger.said.append(Said(self.now, None, is_close=True))

    async def _reopen(self, session: Session, ledger: Ledger, actor: Actor) -> None:
        await lifecycle.reopen(session, actor, ledger.id, now=self.now)

    async def _claim(self, session: Session, ledger: Ledger, actor: Actor) -> None:
        await assignment.claim(session, actor, ledger.id, now=self.now)

    async def _release(self, session: Session, ledger: Ledger, actor: Actor) -> None:
        await assignment.release(session, actor, ledger.id, now=self.now)

    async def _automatic(self, session: Session, ledger: Ledger, _: Actor) -> None:
        """A machine writes to the customer, which answers nothing."""
        conversation = await conversations.lock(session, 1, ledger.id)
        await messages.add(
            session, conversation, direction="outbound", status="delivered", body="We are closed", created_at=self.now
        )

    async def figures(self, period: Period, reader: str = ANA, channel_id: str | None = None) -> Figures:
        """The numbers as the desk tells them."""
        async with self.database.read() as session:
            actor = Actor(workspace_id=1, user_id=reader)
            return await statistics.read(session, actor, period, channel_id=channel_id, now=self.now)


@dataclass
class ByHand:
    """The numbers, counted by hand."""

    texts: list[datetime]
    conversations: int
    answered: list[tuple[datetime, datetime, str]]
    closed: int
    waiting: list[datetime]
    unassigned: list[tuple[datetime, datetime | None]]


def count(office: Office, since: datetime) -> ByHand:
    """Go through the ledgers of the inboxes that reps work on."""
    hand = ByHand([], 0, [], 0, [], [])
    for ledger in office.ledgers:
        if ledger.inbox == 2:
            continue
        texts = [one.at for one in ledger.said if one.is_text and one.at >= since]
        hand.texts += texts
        hand.conversations += bool(texts)
        _count_waits(hand, [one for one in ledger.said if not one.is_void], since)
        _count_unassigned(hand, ledger.stood, since)
    return hand


def _count_waits(hand: ByHand, said: list[Said], since: datetime) -> None:
    """Whatever ends waits ends the one that the texts since the last such thing are."""
    ends = [place for place, one in enumerate(said) if not one.is_text]
    for end in (*ends, len(said)):
        start = max((place for place in ends if place < end), default=-1)
        texts = [one.at for one in said[start + 1 : end] if one.is_text]
        if not texts or min(texts) < since:
            continue
        if end == len(said):
            hand.waiting.append(min(texts))
        elif said[end].is_close:
            hand.closed += 1
        else:
            hand.answered.append((min(texts), max(said[end].at, min(texts)), said[end].who or ""))


def _count_unassigned(hand: ByHand, stood: list[tuple[datetime, bool]], since: datetime) -> None:
    for place, (at, is_unassigned) in enumerate(stood):
        if is_unassigned and (place == 0 or not stood[place - 1][1]) and at >= since:
            end = next((when for when, still in stood[place:] if not still), None)
            if end is None or end > at:
                hand.unassigned.append((at, end))


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
