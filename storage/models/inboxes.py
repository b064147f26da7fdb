"""Workspaces, their inboxes, and what is said about an inbox's backlog."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.columns import default, json_column
from storage.states import Model


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

    `model` says who gives out conversations, and `claim_on_reply` whether a reply to one that nobody owns makes its
    author the owner (None: as the model has it). `hours` are the opening hours as `desk/hours.py` reads them, in
    `timezone` (IANA; None: that of most of its reps). The `alert_*` say when managers are told of its backlog, and
    `escalate_to` (a person, a user group or a channel) is told after `escalate_minutes` in which none of them acted.
    An owner whose customer waits is reminded after `nudge_minutes` and the managers after `nudge_managers_minutes`
    (0: never). `offer_minutes` is how long a conversation waits that reopened to an owner who is away. `away_message`
    is texted outside the hours. Twilio's list of its texts was read back up to `read_back_to`.
    """

    id: int = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    number: str = Field(unique=True)
    label: str
    channel_id: str = Field(index=True)
    model: str = Field(default=Model.SELF_SERVICE, sa_column_kwargs=default(Model.SELF_SERVICE))
    claim_on_reply: bool | None = None
    timezone: str | None = None
    hours: dict[str, Any] = json_column("{}")
    hold_seconds: int | None = None
    alert_count: int = 5
    alert_minutes: int = 15
    alert_again_count: int = 5
    alert_again_minutes: int = 60
    alert_clear: int = 2
    alert_growth: int = Field(default=10, sa_column_kwargs=default("10"))
    alert_growth_minutes: int = Field(default=30, sa_column_kwargs=default("30"))
    escalate_minutes: int = Field(default=30, sa_column_kwargs=default("30"))
    escalate_to: str | None = None
    nudge_minutes: int = Field(default=30, sa_column_kwargs=default("30"))
    nudge_managers_minutes: int = Field(default=120, sa_column_kwargs=default("120"))
    offer_minutes: int = Field(default=10, sa_column_kwargs=default("10"))
    away_message: str | None = None
    read_back_to: datetime | None = None
    created_at: datetime


class BacklogAlert(SQLModel, table=True):
    """The last word about an inbox's backlog. `raised_at` is None while all is well.

    `count` is how many there were at the last look; None before the first. While it is raised, it stands in Slack at
    `ts` of `channel_id` and is drawn anew as things change; `shown` stands for what it shows. Since `unheeded_since`,
    when they were pinged, none of the managers has done anything about it. `acted_by` is who has said that they are on
    it; `snoozed_until` keeps it quiet; `triaged_at` is when managers were last reminded at a set time.
    """

    __tablename__ = "backlog_alert"

    inbox_id: int = Field(primary_key=True, foreign_key="inbox.id")
    workspace_id: int = Field(foreign_key="workspace.id")
    count: int | None = None
    raised_at: datetime | None = None
    pinged_at: datetime | None = None
    pinged_count: int = 0
    unheeded_since: datetime | None = None
    channel_id: str | None = None
    ts: str | None = None
    shown: str = Field(default="", sa_column_kwargs=default(""))
    acted_by: str | None = None
    acted_at: datetime | None = None
    snoozed_by: str | None = None
    snoozed_until: datetime | None = None
    escalated_at: datetime | None = None
    triaged_at: datetime | None = None


class BacklogSample(SQLModel, table=True):
    """How many conversations of an inbox nobody owned from a time on, until the next sample: how a backlog grew."""

    __tablename__ = "backlog_sample"

    inbox_id: int = Field(primary_key=True, foreign_key="inbox.id")
    at: datetime = Field(primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    count: int


class SavedReply(SQLModel, table=True):
    """A text that an inbox's reps send often; `{name}` in it stands for the contact's name."""

    __tablename__ = "saved_reply"
    __table_args__ = (UniqueConstraint("inbox_id", "name"),)

    id: int = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    inbox_id: int = Field(foreign_key="inbox.id")
    name: str
    body: str
    author_id: str
    created_at: datetime
