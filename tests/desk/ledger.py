"""An office whose every text, reply and change is done through the use cases, and written down in a ledger as well.

By hand it is counted from the ledger: what was said, in its order, and how each conversation stood in between.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from desk import assignment, lifecycle, receipts, receive, reply, reply_changes, statistics
from desk.access import Actor
from desk.delivery import Refused
from desk.errors import DeskError
from desk.figures import Figures, Period
from storage import conversations, inboxes, managers, messages, people, workspaces
from storage.database import Database, Session
from storage.models import Message, Person, Thread

START = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
ANA, BEN, MARA, STRANGER = "U0ANA", "U0BEN", "U0MARA", "U0ZOE"
REPS = (ANA, BEN, MARA)
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
