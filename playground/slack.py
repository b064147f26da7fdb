"""What Slack does with messages: posting, changing, deleting, private answers, and the events that follow."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playground import blocks as kit_check
from playground import elements, shapes
from playground.world import BOT_ID, BOT_USER, TEAM_ID, Channel, Ephemeral, Post

if TYPE_CHECKING:
    from playground.core import Core
    from playground.slack_out import SlackOut
    from playground.socket_mode import Sockets
    from playground.world import Json, StoredFile

LONGEST_TEXT = 40_000
SPLIT_AT = 4_000
RESPONSES = 5
RESPONSE_SECONDS = 30 * 60


class SlackError(Exception):
    """An `"ok": false` answer."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra


@dataclass(kw_only=True)
class ResponseUrl:
    """What a response_url may do: for whom, where, and to which message it belongs (`source`, None for a command)."""

    user: str
    channel: str
    thread_ts: str | None = None
    source: Post | Ephemeral | None = None
    uses: int = 0
    made: float = field(default_factory=time.monotonic)


@dataclass(kw_only=True)
class Content:
    """The checked content of a message."""

    text: str
    blocks: list[Json]
    metadata: Json | None = None


class Slack:
    """The messages of the workspace. Methods of the API, response_urls and people all go through it."""

    def __init__(self, core: Core, out: SlackOut, sockets: Sockets) -> None:
        self.core = core
        self.out = out
        self.sockets = sockets
        self.uploads: dict[str, StoredFile] = {}
        self.response_urls: dict[str, ResponseUrl] = {}

    @property
    def world(self) -> Any:
        return self.core.world

    def content(self, params: Json) -> Content:
        """Check text, blocks and metadata of a request. Raises what Slack answers to bad ones."""
        blocks = parsed(params, "blocks", "invalid_blocks_format") or []
        problems = kit_check.check(blocks, "message")
        if problems:
            raise SlackError(
                "invalid_blocks", errors=problems, response_metadata={"messages": [f"[ERROR] {p}" for p in problems]}
            )
        text = params.get("text") or ""
        if not isinstance(text, str):
            raise SlackError("invalid_arguments")
        if not text and not blocks and not params.get("attachments"):
            raise SlackError("no_text")
        if len(text) > LONGEST_TEXT:
            raise SlackError("msg_too_long")
        metadata = parsed(params, "metadata", "metadata_must_be_sent_as_json")
        if metadata is not None and not (
            isinstance(metadata, dict)
            and isinstance(metadata.get("event_type"), str)
            and isinstance(metadata.get("event_payload"), dict)
        ):
            raise SlackError("invalid_metadata_format")
        return Content(text=text, blocks=elements.with_ids(blocks), metadata=metadata)

    def add_post(self, post: Post) -> Post:
        """Put a message into its channel and send the event."""
        channel = self.core.world.channels[post.channel]
        post.choices = elements.shown(post.blocks)
        channel.add(post)
        self.core.changed()
        return post

    def bot_post(
        self, channel: Channel, content: Content, *, thread_ts: str | None = None, broadcast: bool = False
    ) -> Post:
        """Post as the bot. Over 4,000 characters without blocks become several messages; the first is returned."""
        chunks = [content.text]
        if not content.blocks and len(content.text) > SPLIT_AT:
            chunks = [content.text[i : i + SPLIT_AT] for i in range(0, len(content.text), SPLIT_AT)]
        posts = []
        for index, chunk in enumerate(chunks):
            post = Post(
                channel=channel.id,
                ts=self.core.world.new_ts(),
                user=BOT_USER,
                bot_id=BOT_ID,
                text=chunk,
                blocks=content.blocks,
                thread_ts=thread_ts,
                broadcast=broadcast,
                subtype="thread_broadcast" if broadcast else None,
                metadata=None if index else content.metadata,
            )
            posts.append(self.add_post(post))
            self.announce(post)
        return posts[0]

    def announce(self, post: Post) -> None:
        """Tell the app in the background about a message, as it is told about its own."""
        if self.hears(post.channel):
            self.out.later(self.message_event(post))

    def hears(self, channel: str) -> bool:
        """Whether the bot is in the channel: only then does it get its events."""
        return BOT_USER in self.core.world.channels[channel].members

    def message_event(self, post: Post) -> Json:
        """Build the `message` event of a post."""
        channel = self.core.world.channels[post.channel]
        event = {
            **shapes.message(self.core, post),
            "channel": channel.id,
            "event_ts": post.ts,
            "channel_type": shapes.channel_type(channel),
        }
        if post.broadcast and post.thread_ts is not None:
            root = channel.by_ts.get(post.thread_ts)
            event["root"] = shapes.message(self.core, root) if root else {}
        return event

    def changed_event(self, post: Post, before: Json, subtype: str = "message_changed") -> Json:
        """Build the `message_changed` or `message_deleted` event of a post that looked like `before`."""
        channel = self.core.world.channels[post.channel]
        ts = self.core.world.new_ts()
        event: Json = {
            "type": "message",
            "subtype": subtype,
            "channel": channel.id,
            "previous_message": before,
            "hidden": True,
            "ts": ts,
            "event_ts": ts,
            "channel_type": shapes.channel_type(channel),
        }
        if subtype == "message_changed":
            team = {"source_team": TEAM_ID, "user_team": TEAM_ID}
            event["message"] = {**team, **shapes.message(self.core, post)}
        else:
            event["deleted_ts"] = post.ts
        return event

    def update_post(self, post: Post, content: Content, *, by: str) -> Json:
        """Change a message; menus keep their choice unless their block_id changed. Returns the event."""
        before = shapes.message(self.core, post)
        post.text, post.blocks = content.text, content.blocks
        post.choices = elements.shown(content.blocks, post.choices)
        post.edited = {"user": by, "ts": self.core.world.new_ts()}
        if content.metadata is not None:
            post.metadata = content.metadata
        self.core.changed()
        return self.changed_event(post, before)

    def delete_post(self, post: Post) -> Json:
        """Delete a message. Returns the event: of a root with replies a change to a tombstone."""
        before = shapes.message(self.core, post)
        channel = self.core.world.channels[post.channel]
        channel.remove(post)
        self.core.changed()
        return self.changed_event(
            post, before, "message_changed" if channel.is_tombstone(post.ts) else "message_deleted"
        )

    def tell(self, user: str, channel: str, content: Content, *, thread_ts: str | None = None) -> Ephemeral:
        """Show an ephemeral message."""
        one = Ephemeral(
            ts=self.core.world.new_ts(),
            user=user,
            channel=channel,
            text=content.text,
            blocks=content.blocks,
            thread_ts=thread_ts,
            choices=elements.shown(content.blocks),
        )
        self.core.world.ephemerals.append(one)
        self.core.changed()
        return one

    def new_response_url(self, grant: ResponseUrl) -> str:
        key = f"{secrets.randbelow(10**12)}/{secrets.token_urlsafe(18)}"
        self.response_urls[key] = grant
        return f"{self.core.url}/{'actions' if grant.source else 'commands'}/{TEAM_ID}/{key}"


Method = Callable[[Slack, Any], Awaitable[dict[str, Any]]]


def parsed(params: Json, name: str, error: str) -> Any:
    """Read a parameter that is JSON, or JSON in a string, as forms carry it."""
    value = params.get(name)
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError:
        raise SlackError(error) from None


def flag(params: Json, name: str, *, default: bool = False) -> bool:
    """Read a boolean parameter, which forms carry as `true` or `1`."""
    value = params.get(name, default)
    return value if isinstance(value, bool) else str(value).lower() in {"1", "true"}


def page(params: Json, items: list[Any], most: int, default: int) -> tuple[list[Any], str]:
    """Cut a page out of `items`: `limit` and `cursor`. Returns it and the next cursor, empty at the end."""
    try:
        start = int(str(params.get("cursor") or "c0").removeprefix("c"))
        limit = int(params.get("limit") or default)
    except ValueError:
        raise SlackError("invalid_cursor") from None
    if not 0 < limit <= most:
        raise SlackError("invalid_limit")
    end = start + limit
    return items[start:end], f"c{end}" if end < len(items) else ""
