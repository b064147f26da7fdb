"""What is shown of the rows: plain values that the desk reads and `bot/blocks` draws. No Slack, no SQL."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

CHOICES = 100  # Slack's limit on the options of a menu


class Queue(StrEnum):
    """A list of conversations that somebody works through."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    INBOX = "inbox"


class Filter(StrEnum):
    """Which part of a queue is shown."""

    ALL = "all"
    UNREAD = "unread"
    OPEN = "open"
    SNOOZED = "snoozed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to send what a rep wrote, named by Slack's channel and ts of it.

    Our own ids would not do: a database that is restored from a backup gives them anew, and what the lost one had
    posted still stands there to be pressed.
    """

    channel_id: str
    ts: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A conversation as its card shows it.

    `contact` is the name, or the number when nobody gave a name; `number` is always the contact's number as people
    write it and `inbox` ours. `revision` changes with every redraw. `opening` is the text that opened the thread, None
    when the thread was opened without one. `earlier_url` and `later_url` link the threads of a conversation that has
    several. One that is snoozed is not open; without `snoozed_until` it awakes with the contact's next text. `about` is
    what the team has noted about the contact.
    """

    conversation_id: int
    revision: int
    contact: str
    number: str
    inbox: str
    is_open: bool
    assignee_id: str | None = None
    assignee_name: str | None = None
    waiting_since: datetime | None = None
    unread: int = 0
    closed_at: datetime | None = None
    opted_out: bool = False
    opening: str | None = None
    opening_pictures: int = 0
    opening_recovered: bool = False
    earlier_url: str | None = None
    later_url: str | None = None
    is_snoozed: bool = False
    snoozed_until: datetime | None = None
    labels: tuple[str, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One inbound message as a reply in the thread shows it."""

    body: str
    pictures: int = 0
    recovered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A conversation as a queue shows it. `thread` is its card's channel and ts; None, like the url, without one."""

    conversation_id: int
    revision: int
    contact: str
    number: str
    inbox: str
    is_open: bool
    assignee_id: str | None
    assignee_name: str | None
    waiting_since: datetime | None
    last_activity_at: datetime
    unread: int
    last_text: str
    thread_url: str | None
    thread: tuple[str, str] | None
    is_snoozed: bool = False
    snoozed_until: datetime | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a queue. `total` counts what the filter admits, `counts` every filter; pages are numbered from 0.

    `inbox_id` narrows the queue to one inbox; `inboxes` says how many the reader sees, so that rows name theirs only
    when there are several. Nothing is counted beyond `counted_to`, where there are pages to: a larger number only says
    that there are more. `distribute` is the inbox that the reader, a manager, may give out from here.
    """

    queue: Queue
    filter: Filter
    inbox_id: int | None
    number: int
    size: int
    total: int
    rows: tuple[Row, ...]
    counts: dict[Filter, int] = field(default_factory=dict)
    inboxes: int = 1
    counted_to: int = 1_000
    distribute: int | None = None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Somebody who can be picked as assignee."""

    user_id: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """An inbox's unassigned queue, as an alert tells it; it has grown by `growth` in the last while."""

    inbox_id: int
    inbox: str
    count: int
    oldest_since: datetime | None
    growth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of a conversation's history. No actor: the bridge itself. `source` is where in Slack they did it."""

    what: str
    actor_id: str | None
    before: str | None
    after: str | None
    at: datetime
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What should have gone into an inbox's channel, or as replies from its number (`is_texting`), and has not yet.

    `reason` is what the last try was told, in the words of who told it; None when nothing has been tried.
    """

    inbox: str
    channel_id: str
    is_texting: bool
    count: int
    since: datetime
    reason: str | None


class Trouble(StrEnum):
    """What a person should look at in a thread."""

    UNCERTAIN = "uncertain"
    NOT_SENT = "not_sent"
    NOT_SHOWN = "not_shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubled:
    """A conversation with something to look at. `reason` is a sentence, where there is one for it."""

    what: Trouble
    contact: str
    thread_url: str | None
    at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """A contact that texts faster than a person types."""

    contact: str
    thread_url: str | None
    texts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Requests that could not be used yet: texts to a number of ours that has no inbox, or (None) anything else."""

    number: str | None
    count: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is wrong in the inboxes of whoever asks. `refused` says who refuses us (`slack`, `twilio`), since when.

    `troubled` are the newest of `troubles`.
    """

    refused: dict[str, datetime] = field(default_factory=dict)
    waiting: tuple[Waiting, ...] = ()
    troubles: int = 0
    troubled: tuple[Troubled, ...] = ()
    storms: tuple[Storm, ...] = ()
    kept: tuple[Kept, ...] = ()


class Match(StrEnum):
    """Where a search has found a conversation."""

    CONTACT = "contact"
    LABEL = "label"
    ABOUT = "about"
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A conversation that a search has found, and where: the words around the hit, each with whether they are it.

    `by` is who wrote them, by name; None of the contact, of the bridge itself, and of what nobody wrote. `at`: when.
    """

    row: Row
    where: Match
    excerpt: tuple[tuple[str, bool], ...]
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search has found: contacts and labels first, then what was said, each the newest first.

    `has_more`: there is more than is shown. `looked_back_to` is how far what was said was looked through before the
    time was up; None when all of it was. `is_partial`: not even every contact was.
    """

    query: str
    hits: tuple[Hit, ...]
    has_more: bool
    looked_back_to: datetime | None
    is_partial: bool = False
    days: int
    inboxes: int = 1
