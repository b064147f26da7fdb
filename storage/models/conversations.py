"""Contacts, conversations, where these are drawn, what is said in them, and what became of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.columns import default, json_column, partial_index
from storage.states import Status

_OPEN, _CLOSED = "status = 'open'", "status = 'closed'"


def _queue(name: str, *order: str, where: str) -> Index:
    """One path for one queue: a conversation stands in one of these indexes, and a further text moves it in none."""
    return partial_index(name, "workspace_id", "inbox_id", *order, where=where)


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
    `read_to` and `cleared_to` are message positions: the owner's read mark, and what Close has settled. One that is
    snoozed has an owner, and awakes at `snoozed_until` (None: with the contact's next text). `about` is what the team
    has noted about the contact. Since the contact waits, the owner was reminded at `nudged_at`, the managers at
    `escalated_at`, and the channel was offered it at `offered_at`, as its owner is away. `away_told_at` is when the
    contact was last told that nobody is there, and `helped_at` when the owner was last told that a colleague answered.
    """

    __table_args__ = (
        UniqueConstraint("inbox_id", "contact_id"),
        _queue(
            "conversation_unassigned", "waiting_since", "unassigned_since", where=f"{_OPEN} AND assignee_id IS NULL"
        ),
        _queue("conversation_assigned", "waiting_since", where=f"{_OPEN} AND assignee_id IS NOT NULL"),
        _queue("conversation_closed_unassigned", "closed_at", where=f"{_CLOSED} AND assignee_id IS NULL"),
        _queue("conversation_closed_assigned", "closed_at", where=f"{_CLOSED} AND assignee_id IS NOT NULL"),
        _queue("conversation_snoozed", "snoozed_until", where="status = 'snoozed'"),
        partial_index(
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
    snoozed_until: datetime | None = None
    opted_out_at: datetime | None = None
    last_activity_at: datetime
    last_text: str = ""
    about: str = Field(default="", sa_column_kwargs=default(""))
    nudged_at: datetime | None = None
    escalated_at: datetime | None = None
    offered_at: datetime | None = None
    away_told_at: datetime | None = None
    helped_at: datetime | None = None
    created_at: datetime


class ConversationLabel(SQLModel, table=True):
    """A word that the team has put on a conversation: what it is about, and who is offered it first.

    It says itself whose inbox it is in, so that a search passes over those of all others.
    """

    __tablename__ = "conversation_label"
    __table_args__ = (Index("label_name", "workspace_id", "inbox_id", "name"),)

    conversation_id: int = Field(primary_key=True, foreign_key="conversation.id")
    name: str = Field(primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    inbox_id: int = Field(foreign_key="inbox.id")


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
    """A text, a reply or a note. `sid` is Twilio's id; `channel_id` and `ts` are where a rep wrote it in Slack.

    Or where our line shows it that was written elsewhere (see `desk/composed.py`), and None until it stands there. What
    is outbound without an author was sent by the bridge itself.
    """

    __table_args__ = (
        UniqueConstraint("workspace_id", "sid"),
        UniqueConstraint("workspace_id", "channel_id", "ts"),
        Index("message_order", "conversation_id", "position"),
        Index("message_time", "workspace_id", "created_at"),
        partial_index("message_outbound", "status", "left_at", where="direction = 'outbound'"),
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
    media: dict[str, Any] = json_column()
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
    is_note: bool = Field(default=False, sa_column_kwargs=default("0"))
    is_deleted: bool = False
    created_at: datetime


class History(SQLModel, table=True):
    """Who changed the owner or status of a conversation, to what, when, and from where. No actor: the bridge itself.

    `status` and `owner_id` are how it stood then, and `position` is that of the last of its messages until then.
    """

    __table_args__ = (Index("history_time", "workspace_id", "created_at"),)

    id: int = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    conversation_id: int = Field(foreign_key="conversation.id", index=True)
    what: str
    actor_id: str | None = None
    before: str | None = None
    after: str | None = None
    source: str = Field(default="", sa_column_kwargs=default(""))
    status: str = Field(default="", sa_column_kwargs=default(""))
    owner_id: str | None = None
    position: int = Field(default=0, sa_column_kwargs=default("0"))
    created_at: datetime


class Transfer(SQLModel, table=True):
    """Conversations that change their owner together: handed off, given out, or left behind by somebody who is gone.

    `what` says which of these, `owner_id` whose they were if they were one person's, and `note` is said in each thread.
    Each is moved, with its line, in one transaction that also says so in its `TransferItem`: after a crash the rest is
    done, and none twice. `view_id` is the modal that it was begun in, once, and that shows how far it is.
    """

    __table_args__ = (
        partial_index("transfer_unfinished", "id", where="finished_at IS NULL"),
        partial_index(  # somebody leaves once, however many see it
            "transfer_departure",
            *("workspace_id", "owner_id"),
            where="what = 'departure' AND finished_at IS NULL",
            unique=True,
        ),
        partial_index("transfer_view", "workspace_id", "view_id", where="view_id IS NOT NULL", unique=True),
    )

    id: int = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id")
    what: str
    actor_id: str | None = None
    source: str = ""
    owner_id: str | None = None
    note: str = ""
    view_id: str | None = None
    created_at: datetime
    finished_at: datetime | None = None


class TransferItem(SQLModel, table=True):
    """One conversation of a transfer. `outcome` is None until its turn has come: `moved`, or why not."""

    __tablename__ = "transfer_item"
    __table_args__ = (partial_index("transfer_item_left", "transfer_id", "position", where="outcome IS NULL"),)

    transfer_id: int = Field(primary_key=True, foreign_key="transfer.id")
    position: int = Field(primary_key=True)
    conversation_id: int = Field(foreign_key="conversation.id")
    to_id: str | None = None
    outcome: str | None = None
