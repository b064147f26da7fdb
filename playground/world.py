"""What exists in the playground: people, channels, posts, views, phones and texts. State and look-ups, no I/O."""

from __future__ import annotations

import itertools
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

TEAM_ID = "T0PLAY"
TEAM_NAME = "Playground"
TEAM_DOMAIN = "playground"
APP_ID = "A0BRIDGE"
BOT_USER = "U0BRIDGE"
BOT_ID = "B0BRIDGE"
TOMBSTONE = "This message was deleted."


@dataclass(kw_only=True)
class Person:
    """A Slack user. `guest` is Slack's `is_restricted`, `admin` its `is_admin`.

    A `team` other than ours makes a stranger (Slack Connect).
    """

    id: str
    name: str
    handle: str
    is_bot: bool = False
    guest: bool = False
    team: str = TEAM_ID
    deleted: bool = False
    tz: str = "UTC"
    admin: bool = False

    @property
    def initials(self) -> str:
        words = [word for word in self.name.split() if word]
        return "".join(word[0] for word in words[:2]).upper() or "?"


@dataclass(kw_only=True)
class StoredFile:
    """A file in Slack. `content` is None until it was uploaded."""

    id: str
    name: str
    mimetype: str
    content: bytes | None
    user: str
    created: int = field(default_factory=lambda: int(time.time()))


@dataclass(kw_only=True)
class Post:
    """A message in a channel. `user` is who wrote it; `bot_id` is set on those of the app."""

    channel: str
    ts: str
    user: str
    text: str
    bot_id: str | None = None
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    broadcast: bool = False
    subtype: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    metadata: Json | None = None
    edited: Json | None = None
    deleted: bool = False
    files: list[StoredFile] = field(default_factory=list)
    choices: dict[str, Any] = field(default_factory=dict)
    client_msg_id: str | None = None
    extra: Json = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(kw_only=True)
class Ephemeral:
    """A message that only `user` sees. Its `ts` is not in the channel's history."""

    ts: str
    user: str
    channel: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    choices: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.ts


@dataclass(kw_only=True)
class View:
    """An open modal, or somebody's Home (`type` is "modal" or "home"). `view` is what the app sent, with block ids."""

    id: str
    user: str
    type: str
    view: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    choices: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.view.get("blocks") or []
        return blocks


@dataclass(kw_only=True)
class Channel:
    """A channel, or a direct message with the bot when `dm_with` is a user id."""

    id: str
    name: str
    members: list[str] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    is_archived: bool = False
    is_private: bool = False
    dm_with: str | None = None
    by_ts: dict[str, Post] = field(default_factory=dict)
    replies: dict[str, list[Post]] = field(default_factory=dict)

    def find(self, ts: str | None) -> Post | None:
        """Look up a message that is still there."""
        post = self.by_ts.get(ts or "")
        return None if post is None or post.deleted else post

    def add(self, post: Post) -> None:
        self.posts.append(post)
        self.by_ts[post.ts] = post
        if post.is_reply and post.thread_ts is not None:
            self.replies.setdefault(post.thread_ts, []).append(post)
            root = self.by_ts.get(post.thread_ts)
            if root is not None:
                root.thread_ts = root.ts

    def thread(self, ts: str) -> list[Post]:
        """Root and replies, oldest first; a deleted root is left out."""
        root = self.by_ts.get(ts)
        found = [] if root is None else [root]
        return [post for post in [*found, *self.replies.get(ts, [])] if not post.deleted]

    def remove(self, post: Post) -> None:
        """Delete it. A root with replies stays behind as a tombstone, as in Slack."""
        post.deleted = True
        if self.replies.get(post.ts) and not post.is_reply:
            post.text, post.blocks, post.files, post.choices = TOMBSTONE, [], [], {}
            return
        self.posts.remove(post)
        if post.is_reply and post.thread_ts is not None:
            self.replies[post.thread_ts].remove(post)
            root = self.by_ts[post.thread_ts]
            if root.deleted and not self.replies[root.ts]:
                self.posts.remove(root)

    def is_tombstone(self, ts: str) -> bool:
        post = self.by_ts.get(ts)
        return post is not None and post.deleted and bool(self.replies.get(ts))


@dataclass(kw_only=True)
class Media:
    """A picture or other file of a text message."""

    sid: str
    content_type: str
    content: bytes


@dataclass(kw_only=True)
class Attempt:
    """One request to a webhook and what came back; `status` is None when nothing did."""

    url: str
    form: dict[str, str]
    status: int | None = None
    content_type: str = ""
    body: str = ""


@dataclass(kw_only=True)
class Text:
    """An SMS or MMS. `direction` is "in" from a customer and "out" to one; `by` says who wrote it.

    `by` is "person", "app" (by REST), "answer" (a webhook's answer that was texted) or "twilio" (its answer to STOP).
    """

    sid: str
    direction: str
    our: str
    phone: str
    body: str
    status: str
    at: float
    by: str = "person"
    media: list[Media] = field(default_factory=list)
    error_code: int | None = None
    sent_at: float | None = None
    updated_at: float = 0.0
    status_callback: str | None = None
    service: str | None = None
    extra: dict[str, str] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def from_(self) -> str:
        return self.phone if self.direction == "in" else self.our

    @property
    def to(self) -> str:
        return self.our if self.direction == "in" else self.phone

    @property
    def answer(self) -> Attempt | None:
        """The last answer of the webhook."""
        return self.attempts[-1] if self.attempts else None


@dataclass(kw_only=True)
class Phone:
    """A customer's phone and its texts, in the order in which they came to be."""

    number: str
    name: str = ""
    texts: list[Text] = field(default_factory=list)


@dataclass(kw_only=True)
class Number:
    """One of our Twilio numbers. `sms_url` None means the connected app's `/twilio/inbound`."""

    number: str
    sid: str
    sms_url: str | None = None
    sms_fallback_url: str = ""
    name: str = ""


class World:
    """Everything there is, with look-ups. Dictionaries are in the order of creation."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.ephemerals: list[Ephemeral] = []
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.files: dict[str, StoredFile] = {}
        self.user_groups: dict[str, list[str]] = {}
        self.phones: dict[str, Phone] = {}
        self.numbers: dict[str, Number] = {}
        self.services: dict[str, list[str]] = {}
        self.texts: dict[str, Text] = {}
        self.opted_out: set[tuple[str, str]] = set()
        self.ahead = 0.0
        self._last_ts = 0
        self._count = itertools.count(1)

    def now(self) -> float:
        """Return the time in this world, in seconds since 1970; `ahead` seconds have passed that nobody waited for."""
        return time.time() + self.ahead

    def new_ts(self) -> str:
        """Return the current time as Slack writes it, later than every one before."""
        self._last_ts = max(self._last_ts + 1, int(self.now() * 1_000_000))
        seconds, micros = divmod(self._last_ts, 1_000_000)
        return f"{seconds}.{micros:06d}"

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._count):07d}"

    def new_sid(self, prefix: str) -> str:
        return prefix + secrets.token_hex(16)

    def channel_named(self, name: str) -> Channel | None:
        """Find a channel by id, by `#name`, or the direct message with a user id."""
        if name in self.channels:
            return self.channels[name]
        bare = name.removeprefix("#")
        for channel in self.channels.values():
            if channel.name == bare or channel.dm_with == name:
                return channel
        return None

    def direct_message(self, user: str) -> Channel:
        """Return the direct message channel of the bot and `user`, made when it is not there."""
        for channel in self.channels.values():
            if channel.dm_with == user:
                return channel
        channel = Channel(
            id=f"D0{user.removeprefix('U0')}", name="", members=[user, BOT_USER], is_private=True, dm_with=user
        )
        self.channels[channel.id] = channel
        return channel

    def phone(self, number: str) -> Phone:
        """Return the phone with this number (or sender name), made when it is not there."""
        return self.phones.setdefault(number, Phone(number=number))

    def modals(self, user: str) -> list[View]:
        """List a person's open modals, bottom first."""
        return [view for view in self.views.values() if view.user == user]
