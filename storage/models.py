"""The rows, as SQLModel tables. Every row that a person or an effect belongs to names its workspace.

Times that people care about are `datetime` in UTC, handed over by the desk's clock. Leases, pace and back-off are
`float` seconds since 1970 on the database's own clock, so that replicas agree without trusting each other's.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.states import DeliveryState, Status

_OPEN, _CLOSED = "status = 'open'", "status = 'closed'"
_BY_OWNER = ("assignee_id", "workspace_id", "status", "closed_at", "inbox_id")
_IS_UNFINISHED = "state IN ('waiting', 'sending', 'unknown')"


def _json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False), default_factory=dict)


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def _queue(name: str, *order: str, where: str) -> Index:
    """One path for one queue: a conversation stands in one of these indexes, and a further text moves it in none."""
    return _partial(name, "workspace_id", "inbox_id", *order, where=where)


class Workspace(SQLModel, table=True):
    """A Slack workspace that installed the app. Its threads were read back up to `read_back_to`."""

    id: int = Field(default=None, primary_key=True)
    team_id: str = Field(unique=True)
    name: str
    url: str
    bot_user_id: str
    read_back_to: datetime | None = None
    created_at: datetime


class Inbox(SQLModel, table=True):
    """One of our numbers and its Slack channel, with what its managers set.

    Twilio's list of its texts was read back up to `read_back_to`.
    """

    id: int = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    number: str = Field(unique=True)
    label: str
    channel_id: str = Field(index=True)
    hold_seconds: int | None = None
    alert_count: int = 5
    alert_minutes: int = 15
    alert_again_count: int = 5
    alert_again_minutes: int = 60
    alert_clear: int = 2
    read_back_to: datetime | None = None
    created_at: datetime


class BacklogAlert(SQLModel, table=True):
    """The last word about an inbox's backlog. `raised_at` is None while all is well."""

    __tablename__ = "backlog_alert"

    inbox_id: int = Field(primary_key=True, foreign_key="inbox.id")
    workspace_id: int = Field(foreign_key="workspace.id")
    raised_at: datetime | None = None
    pinged_at: datetime | None = None
    pinged_count: int = 0


class Alarm(SQLModel, table=True):
    """A trouble that managers were told of and that is not over: the lane that is stuck, or who refuses our token."""

    workspace_id: int = Field(primary_key=True, foreign_key="workspace.id")
    what: str = Field(primary_key=True)
    reason: str | None = None
    raised_at: datetime


class Person(SQLModel, table=True):
    """Somebody in Slack, as our own directory knows them; `sought` is every name of theirs, in small letters."""

    workspace_id: int = Field(primary_key=True, foreign_key="workspace.id")
    user_id: str = Field(primary_key=True)
    name: str
    sought: str
    is_bot: bool = False
    is_guest: bool = False
    is_stranger: bool = False
    is_deactivated: bool = False


class Channel(SQLModel, table=True):
    """A Slack channel's name, for mentions of it in replies."""

    workspace_id: int = Field(primary_key=True, foreign_key="workspace.id")
    channel_id: str = Field(primary_key=True)
    name: str


class Membership(SQLModel, table=True):
    """Who is in which channel: access to an inbox."""

    workspace_id: int = Field(primary_key=True, foreign_key="workspace.id")
    channel_id: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True, index=True)


class ChannelAway(SQLModel, table=True):
    """A channel whose threads cannot be read, as the bot is not in it: from `since` on they still have to be."""

    __tablename__ = "channel_away"

    workspace_id: int = Field(primary_key=True, foreign_key="workspace.id")
    channel_id: str = Field(primary_key=True)
    since: datetime


class Contact(SQLModel, table=True):
    """The person texting: an address as the carrier gives it, its readable form, and a name if somebody gave one."""

    __table_args__ = (UniqueConstraint("workspace_id", "address"),)

    id: int = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    address: str
    label: str
    name: str | None = None
    can_reply: bool = True
    created_at: datetime

    @property
    def known_as(self) -> str:
        """The name, or the number as people write it when nobody gave one."""
        return self.name or self.label


class Conversation(SQLModel, table=True):
    """One per inbox and contact, for good.

    `counter` numbers its messages and deliveries inside the transaction that writes them, so their order is the order
    of commits. `waiting_since` and `unread` follow from the messages and are recomputed with each change. `face` is
    what the card shows of it, and `revision` counts how often that has changed.
    `read_to` and `cleared_to` are message positions: the owner's read mark, and what Close has settled.
    """

    __table_args__ = (
        UniqueConstraint("inbox_id", "contact_id"),
        _queue(
            "conversation_unassigned", "waiting_since", "unassigned_since", where=f"{_OPEN} AND assignee_id IS NULL"
        ),
        _queue("conversation_assigned", "waiting_since", where=f"{_OPEN} AND assignee_id IS NOT NULL"),
        _queue("conversation_closed_unassigned", "closed_at", where=f"{_CLOSED} AND assignee_id IS NULL"),
        _queue("conversation_closed_assigned", "closed_at", where=f"{_CLOSED} AND assignee_id IS NOT NULL"),
        _partial(
            "conversation_owner",
            *("assignee_id", "workspace_id", "status", "closed_at", "inbox_id"),
            where="assignee_id IS NOT NULL",
        ),
    )

    id: int = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    inbox_id: int = Field(foreign_key="inbox.id")
    contact_id: int = Field(foreign_key="contact.id")
    status: str = Status.OPEN
    assignee_id: str | None = None
    counter: int = 0
    revision: int = 0
    face: str = ""
    read_to: int = 0
    cleared_to: int = 0
    unread: int = 0
    waiting_since: datetime | None = None
    unassigned_since: datetime | None = None
    seen_at: datetime | None = None
    closed_at: datetime | None = None
    opted_out_at: datetime | None = None
    last_activity_at: datetime
    last_text: str = ""
    created_at: datetime


class Thread(SQLModel, table=True):
    """Where a conversation is drawn; one thread is current. `root_ts` is None until Slack has answered.

    `revision` is the conversation's revision that the card was last drawn from.
    """

    __table_args__ = (UniqueConstraint("workspace_id", "channel_id", "root_ts"),)

    id: int = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    conversation_id: int = Field(foreign_key="conversation.id", index=True)
    channel_id: str
    root_ts: str | None = None
    is_current: bool = True
    revision: int = 0
    opening_id: int | None = None
    created_at: datetime


class Message(SQLModel, table=True):
    """A text, a reply or a note. `sid` is Twilio's id; `channel_id` and `ts` are where a rep wrote it in Slack."""

    __table_args__ = (
        UniqueConstraint("workspace_id", "sid"),
        UniqueConstraint("workspace_id", "channel_id", "ts"),
        Index("message_order", "conversation_id", "position"),
        _partial("message_outbound", "status", "left_at", where="direction = 'outbound'"),
    )

    id: int = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    conversation_id: int = Field(foreign_key="conversation.id")
    position: int
    direction: str
    status: str
    body: str
    sid: str | None = None
    pictures: int = 0
    media: dict[str, Any] = _json()
    author_id: str | None = None
    channel_id: str | None = None
    ts: str | None = None
    edited_ts: str | None = None
    attempt: int = 1
    error_code: int | None = None
    recovered: bool = False
    created_at: datetime
    left_at: datetime | None = None


class ReplyChange(SQLModel, table=True):
    """The newest edit or the deletion of a Slack message, kept as it may come before the message, or too late.

    `text` is what it says as Slack keeps it, `body` the same as plain text. No body: an earlier version has kept it.
    """

    __tablename__ = "reply_change"

    workspace_id: int = Field(primary_key=True, foreign_key="workspace.id")
    channel_id: str = Field(primary_key=True)
    ts: str = Field(primary_key=True)
    edited_ts: str = ""
    text: str = ""
    body: str | None = None
    is_note: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    is_deleted: bool = False
    created_at: datetime


class History(SQLModel, table=True):
    """Who changed the owner or status of a conversation, to what, and when. No actor: the bridge itself."""

    id: int = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    conversation_id: int = Field(foreign_key="conversation.id", index=True)
    what: str
    actor_id: str | None = None
    before: str | None = None
    after: str | None = None
    created_at: datetime


class Delivery(SQLModel, table=True):
    """One effect on the outside still to come, or done.

    Within a `stream` (None: no order) only the unfinished row with the lowest `position` can be claimed. `lane` is the
    pace it keeps. `not_before` is product time; `ready_at` and `started_at` are the database's clock. `post_id` names
    the row whose post this one became part of. `revision` counts how often a coalesced drawing was asked for, and
    `failures` how often it failed for a reason of its own. Since `created_at` it waits for its turn in the lane.
    """

    __table_args__ = (
        _partial("delivery_head", "stream", "position", where=_IS_UNFINISHED),
        _partial("delivery_trouble", "state", "finished_at", where="state IN ('parked', 'uncertain')"),
        Index("delivery_post", "post_id"),
        Index("delivery_result", "result_id"),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    conversation_id: int | None = Field(default=None, foreign_key="conversation.id", index=True)
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    kind: str
    stream: str | None = None
    position: int = Field(default=0, sa_type=BigInteger)
    lane: str | None = None
    payload: dict[str, Any] = _json()
    state: str = DeliveryState.WAITING
    not_before: datetime | None = None
    ready_at: float = 0.0
    started_at: float | None = None
    owner: str | None = None
    lease_until: float = 0.0
    attempt: int = 0
    looks: int = 0
    failures: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    revision: int = 0
    post_id: UUID | None = None
    result_id: str | None = None
    reason: str | None = None
    created_at: datetime
    finished_at: datetime | None = None


class Lane(SQLModel, table=True):
    """A Slack channel or a sending number: its pace and its holder's lease in one row."""

    key: str = Field(primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    ready_at: float = 0.0
    lease_until: float = 0.0
    owner: str | None = None


class RateLimit(SQLModel, table=True):
    """A (workspace, API method) budget: each call advances `spent_until`; `blocked_until` is Slack's Retry-After."""

    __tablename__ = "rate_limit"

    workspace_id: int = Field(primary_key=True, foreign_key="workspace.id")
    method: str = Field(primary_key=True)
    spent_until: float = 0.0
    blocked_until: float = 0.0


class RawRequest(SQLModel, table=True):
    """A webhook as it came, unique by its sender's id. Unprocessed until its use case has run.

    Those of one `stream` are used in the order in which they came; those without one as soon as they can be.
    """

    __tablename__ = "raw_request"
    __table_args__ = (
        UniqueConstraint("source", "key"),
        _partial("raw_request_unprocessed", "id", where="processed_at IS NULL"),
        _partial("raw_request_stream", "stream", "id", where="processed_at IS NULL"),
    )

    id: int = Field(default=None, primary_key=True)
    source: str
    key: str
    stream: str | None = None
    body: dict[str, Any] = _json()
    received_at: datetime
    processed_at: datetime | None = None
    attempts: int = 0
    retry_at: datetime | None = None
    error: str | None = None


class Job(SQLModel, table=True):
    """When a scheduled job last ran, so that it runs once for all replicas."""

    name: str = Field(primary_key=True)
    ran_at: datetime
