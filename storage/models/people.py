"""People in Slack, the channels that they are in, and what the team has said of them."""

from datetime import datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from storage.models.columns import default


class Person(SQLModel, table=True):
    """Somebody in Slack, as our own directory knows them; `sought` is every name of theirs, in small letters."""

    workspace_id: int = Field(primary_key=True, foreign_key="workspace.id")
    user_id: str = Field(primary_key=True)
    name: str
    sought: str
    timezone: str = Field(default="UTC", sa_column_kwargs=default("UTC"))
    is_bot: bool = False
    is_guest: bool = False
    is_stranger: bool = False
    is_deactivated: bool = False
    is_admin: bool = Field(default=False, sa_column_kwargs=default("0"))


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


class Rep(SQLModel, table=True):
    """What managers, or they themselves, have said of somebody who may own work; who has no row is nothing special.

    `capacity` is how many open conversations are given to them at most; `skills` are labels of the conversations that
    they are offered first. They are away since `away_since`, if that is set, and until `away_until` if they said so.
    """

    workspace_id: int = Field(primary_key=True, foreign_key="workspace.id")
    user_id: str = Field(primary_key=True)
    is_new: bool = False
    capacity: int | None = None
    skills: list[str] = Field(sa_column=Column(JSON, nullable=False), default_factory=list)
    away_since: datetime | None = None
    away_until: datetime | None = None


class Manager(SQLModel, table=True):
    """Who may distribute and configure, and why: `settings`, the id of the user group they are in, or `picked`."""

    workspace_id: int = Field(primary_key=True, foreign_key="workspace.id")
    user_id: str = Field(primary_key=True)
    source: str = Field(primary_key=True)


class Home(SQLModel, table=True):
    """Somebody who has opened the App Home, and the part and the page of their queue that it shows."""

    workspace_id: int = Field(primary_key=True, foreign_key="workspace.id")
    user_id: str = Field(primary_key=True)
    opened_at: datetime
    filter: str = "all"
    page: int = 0
    shown: str = ""
