"""What is still to be done outside and what came from there, with the pace of it; troubles; scheduled jobs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.columns import default, json_column, partial_index
from storage.states import DeliveryState

_IS_UNFINISHED = "state IN ('waiting', 'sending', 'unknown')"


class Delivery(SQLModel, table=True):
    """One effect on the outside still to come, or done.

    Within a `stream` (None: no order) only the unfinished row with the lowest `position` can be claimed. `lane` is the
    pace it keeps. `not_before` is product time; `ready_at` and `started_at` are the database's clock. `post_id` names
    the row whose post this one became part of. `revision` counts how often a coalesced drawing was asked for, and
    `failures` how often it failed for a reason of its own. Since `created_at` it waits for its turn in the lane.
    """

    __table_args__ = (
        partial_index("delivery_head", "stream", "position", where=_IS_UNFINISHED),
        partial_index("delivery_trouble", "state", "finished_at", where="state IN ('parked', 'uncertain')"),
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
    payload: dict[str, Any] = json_column()
    state: str = DeliveryState.WAITING
    not_before: datetime | None = None
    ready_at: float = 0.0
    started_at: float | None = None
    owner: str | None = None
    lease_until: float = 0.0
    attempt: int = 0
    looks: int = 0
    failures: int = Field(default=0, sa_column_kwargs=default("0"))
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
        partial_index("raw_request_unprocessed", "id", where="processed_at IS NULL"),
        partial_index("raw_request_stream", "stream", "id", where="processed_at IS NULL"),
    )

    id: int = Field(default=None, primary_key=True)
    source: str
    key: str
    stream: str | None = None
    body: dict[str, Any] = json_column()
    received_at: datetime
    processed_at: datetime | None = None
    attempts: int = 0
    retry_at: datetime | None = None
    error: str | None = None


class Alarm(SQLModel, table=True):
    """A trouble that managers were told of and that is not over: the lane that is stuck, or who refuses our token."""

    workspace_id: int = Field(primary_key=True, foreign_key="workspace.id")
    what: str = Field(primary_key=True)
    reason: str | None = None
    raised_at: datetime


class Job(SQLModel, table=True):
    """When a scheduled job last ran, so that it runs once for all replicas."""

    name: str = Field(primary_key=True)
    ran_at: datetime
