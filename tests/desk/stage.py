"""The bridge of the delivery model: real from the use cases of its webhooks to the SDKs, stepped by hand.

Its database is a SQLite file of its own, its network is `Outside`, and its couriers claim when they are told to.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import event
from sqlalchemy import select as core_select
from sqlmodel import col, select

from bot.board import Board
from bot.effects import effects
from bot.handlers import replies
from bot.managers import Managers
from bot.people import Directory
from desk import delivery, intake, storms
from desk.access import Actor
from desk.delivery import Courier
from desk.errors import DeskError
from desk.gaps import Gap, Gaps
from desk.intake import Intake, Receipt
from sms import webhooks
from sms.gateway import Gateway, open_client
from storage import database, inboxes, people, workspaces
from storage.claims import Terms
from storage.database import Session, connect
from storage.migrations import migrate
from storage.models import Contact, Conversation, Delivery, Message, Person, RawRequest, Thread, Workspace
from storage.states import UNFINISHED, DeliveryState
from tests.desk.outside import BOT, Outside

NUMBER, CHANNEL, TEAM = "+15550100000", "C0CUSTOMERS", "T0TEAM"
REPS = ("U0ANA", "U0BEN")
POST_SECONDS = 0.5

_CONVERSATIONS = core_select(
    col(Contact.address),
    col(Conversation.status),
    col(Conversation.assignee_id),
    col(Conversation.waiting_since),
    col(Conversation.unread),
    col(Conversation.opted_out_at),
).join_from(Conversation, Contact)
_WRITTEN = core_select(
    col(Message.id), col(Message.ts), col(Message.status), col(Message.body), col(Message.attempt)
).where(col(Message.ts).is_not(None))
_IN_FLIGHT = (
    core_select(col(Delivery.stream), col(Delivery.owner))
    .where(col(Delivery.state) == DeliveryState.SENDING, col(Delivery.stream).like("thread/%"))
    .distinct()
)


Row = Any  # of some columns, by their names


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What the database says: messages that reps wrote, conversations by phone, and (stream, owner) in flight."""

    written: list[Row]
    conversations: dict[str, Row]
    in_flight: list[tuple[str | None, str | None]]


def face_of(row: Row) -> tuple[bool, str | None, datetime | None, int, bool]:
    """A conversation's row, as the model tells it: open, owner, waiting since, unread, stopped."""
    return row.status == "open", row.assignee_id, row.waiting_since, row.unread, row.opted_out_at is not None


async def make_template(file: Path) -> None:
    """A migrated database, of which each stage has a copy."""
    empty = connect(f"sqlite:///{file}")
    await migrate(empty)
    await empty.close()


class Stage:
    """A bridge with two couriers, and its clocks. Product time goes with the database's, or is `held_back`."""

    workspace: Workspace
    couriers: list[Courier]
    terms: dict[str, Terms]
    intake: Intake

    def __init__(self, outside: Outside, file: Path) -> None:
        self.outside = outside
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(delivery, "_RENEW_SECONDS", 3600.0)  # nothing goes by the machine's own clock
        self.patch.setattr(intake, "_MOMENT", 3600.0)
        self.patch.setattr(intake, "_PATIENCE_SECONDS", 3600.0)
        self.patch.setattr(intake, "_RESTS", 0)
        self.patch.setattr(storms, "MOST_IN_A_MINUTE", 1_000)  # of which the model knows nothing
        self.held_back = 0.0
        self.move(0)
        self.database = connect(f"sqlite:///{file}")
        event.listen(self.database.writer.sync_engine, "connect", _carelessly)
        self._steps = 0

    @classmethod
    async def open(cls, outside: Outside, template: Path, folder: Path, *, hold: timedelta) -> "Stage":
        """Everything that `bot.app` builds, with this network, and a team of two."""
        stage = cls(outside, Path(shutil.copy(template, folder / "threadline.db")))
        slack = AsyncWebClient("xoxb", base_url="http://slack.test/api/", session=outside, retry_handlers=[])  # type: ignore[arg-type]
        twilio = open_client("AC1", "token", "http://twilio.test")
        await twilio.http_client.session.close()
        twilio.http_client.session = outside
        async with stage.database.write() as session:
            stage.workspace = await _seed(session, stage.now())
        board = Board(slack, stage.database, stage, Managers(slack, stage.database, stage.workspace, ()))
        gateway = Gateway(twilio, stage.database, "http://bridge.test")
        kinds = effects(board, gateway, Gaps(Gap(is_over=True)), post_seconds=POST_SECONDS)
        stage.couriers = [Courier(stage.database, stage, kinds, name=name) for name in ("first", "second")]
        stage.terms = {kind: effect.terms for kind, effect in kinds.items()}
        directory = Directory(slack, stage.database, stage, stage.workspace)
        stage.intake = Intake(
            stage.database, stage, {**webhooks.USE_CASES, **replies.use_cases(hold, directory, Gaps())}
        )
        return stage

    async def close(self) -> None:
        """Nobody works any more."""
        while self.outside.frozen:
            self.outside.frozen.popleft().cancel()
        await self.rest()
        await self.database.close()
        self.patch.undo()

    def now(self) -> datetime:
        """Product time, the desk's clock."""
        return datetime.fromtimestamp(self.outside.at - self.held_back, UTC)

    def move(self, seconds: float, *, product: bool = True) -> None:
        """Time passes, by the database's clock and usually by the desk's."""
        self.outside.at += seconds
        self.held_back += 0 if product else seconds
        self.patch.setitem(database._CLOCKS, "sqlite", repr(self.outside.at))

    async def step(self) -> bool:
        """One of the couriers claims once and works until it is done, dead or frozen; whether it had anything to do."""
        courier = self.couriers[self._steps % 2]
        self._steps += 1
        known = set(courier._tasks)
        await courier._claim(self.terms)
        has_work = bool(courier._tasks.keys() - known)
        await self.rest()
        return has_work

    async def rest(self) -> None:
        """Wait until all that is in flight is finished or frozen."""
        while len(busy := [task for courier in self.couriers for task in courier._tasks]) > len(self.outside.frozen):
            self.outside.froze.clear()
            froze = asyncio.ensure_future(self.outside.froze.wait())
            done, _ = await asyncio.wait({*busy, froze}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {froze}:
                _ = task.cancelled() or task.exception()  # a crash is no news
            froze.cancel()
            await asyncio.sleep(0)

    async def thaw(self) -> None:
        """The worker that has been frozen longest goes on."""
        self.outside.thaw()
        await asyncio.sleep(0)
        await self.rest()

    async def take(self, source: str, key: str, body: dict[str, Any], stream: str | None = None) -> Receipt:
        """A webhook comes in, and what can be used now is used."""
        receipt = await self.intake.take(source, key, body, stream)
        await self.intake.finish()
        return receipt

    async def hear(self, source: str, key: str, **event: Any) -> Receipt:
        """An event of Slack in the channel comes in."""
        return await self.take(source, key, {"team_id": TEAM, "event": {"channel": CHANNEL, **event}})

    async def retry(self) -> None:
        """What was kept is tried again, as it is every second."""
        self.intake.wake()
        await self.intake.finish()

    async def press(
        self, phone: str, rep: str, use_case: Callable[..., Awaitable[None]], *about: Any, **how: Any
    ) -> bool:
        """A rep presses something about a conversation, or about a message of it; False when it is refused."""
        actor = Actor(workspace_id=self.workspace.id, user_id=rep)
        try:
            async with self.database.write() as session:
                found = select(Conversation.id).join(Contact).where(col(Contact.address) == phone)
                conversation_id = (await session.exec(found)).one()
                await use_case(session, actor, *(about or [conversation_id]), now=self.now(), **how)
        except DeskError:
            return False
        return True

    async def read(self) -> Rows:
        """How things stand."""
        async with self.database.read() as session:
            connection = await session.connection()
            conversations = (await connection.execute(_CONVERSATIONS)).all()
            written = (await connection.execute(_WRITTEN)).all()
            in_flight = (await connection.execute(_IN_FLIGHT)).all()
        return Rows(
            written=list(written),
            conversations={row.address: row for row in conversations},
            in_flight=[(stream, owner) for stream, owner in in_flight],
        )

    async def roots(self) -> dict[str, str | None]:
        """The ts of each conversation's card, by phone."""
        rows = select(Contact.address, Thread.root_ts).select_from(Thread).join(Conversation).join(Contact)
        async with self.database.read() as session:
            return dict((await session.exec(rows)).all())

    async def unfinished(self, stream: str | None = None) -> list[Delivery]:
        """The deliveries that are still to be done, of all streams or of those that begin like this."""
        rows = select(Delivery).where(col(Delivery.state).in_(UNFINISHED))
        if stream:
            rows = rows.where(col(Delivery.stream).startswith(stream))
        async with self.database.read() as session:
            return list((await session.exec(rows)).all())

    async def processed(self, keys: list[str]) -> list[str]:
        """Which of the requests that were kept have been used meanwhile, in order."""
        rows = select(RawRequest.key).where(col(RawRequest.key).in_(keys), col(RawRequest.processed_at).is_not(None))
        async with self.database.read() as session:
            return list((await session.exec(rows.order_by(col(RawRequest.id)))).all())


def _carelessly(connection: Any, _record: Any) -> None:
    """The file need not survive the machine."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()


async def _seed(session: Session, now: datetime) -> Workspace:
    """A number with its channel, and two reps."""
    workspace = await workspaces.ensure(
        session, team_id=TEAM, name="Team", url="http://slack.test/", bot_user_id=BOT, now=now
    )
    await inboxes.ensure(session, workspace_id=workspace.id, number=NUMBER, label="ours", channel_id=CHANNEL, now=now)
    for rep in REPS:
        await people.store(session, [Person(workspace_id=workspace.id, user_id=rep, name=rep, sought=rep.lower())])
        await people.join(session, workspace.id, CHANNEL, rep)
    return workspace
