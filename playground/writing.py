"""What people do in channels: write, edit, delete, react, join, leave. Each sends the event Slack sends."""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING, Any

from playground import methods_chat, shapes
from playground.base import Base
from playground.methods_directory import membership_event
from playground.methods_files import new_file
from playground.slack import Content
from playground.world import BOT_ID, BOT_USER, TEAM_ID, Channel, Person, Post

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playground.slack_out import Reply
    from playground.world import Json

FileGiven = tuple[str, str, bytes]


class Writing(Base):
    """Actions of people in channels."""

    def add_person(
        self,
        id: str,  # noqa: A002
        name: str,
        *,
        is_bot: bool = False,
        guest: bool = False,
        team: str | None = None,
        deleted: bool = False,
        tz: str = "UTC",
        handle: str | None = None,
    ) -> Person:
        """Add a user. The `handle` is derived from the first name when not given."""
        person = Person(
            id=id,
            name=name,
            handle=handle or (name.split() or ["someone"])[0].lower(),
            is_bot=is_bot,
            guest=guest,
            team=team or TEAM_ID,
            deleted=deleted,
            tz=tz,
        )
        self.world.people[id] = person
        self.core.changed()
        return person

    def add_channel(
        self,
        id: str,  # noqa: A002
        name: str,
        members: Sequence[str] = (),
        *,
        private: bool = False,
        bot: bool = True,
    ) -> Channel:
        """Add a channel, with the bot in it unless `bot` is False. No events."""
        unknown = [user for user in members if user not in self.world.people]
        if unknown:
            raise LookupError(f"There are no people {unknown}.")
        everyone = dict.fromkeys([*members, *([BOT_USER] if bot else [])])
        channel = Channel(id=id, name=name, members=list(everyone), is_private=private)
        self.world.channels[id] = channel
        self.core.changed()
        return channel

    async def post(
        self,
        user: str,
        channel: str,
        text: str,
        *,
        thread_ts: str | None = None,
        broadcast: bool = False,
        files: Sequence[FileGiven] = (),
        subtype: str | None = None,
        **event_extra: Any,
    ) -> Post:
        """Write a message: `text` as Slack stores it, `files` (name, type, bytes); the rest goes into the event."""
        place = self.channel(channel, user)
        if thread_ts is not None:
            root = place.by_ts.get(thread_ts)
            if root is None or root.is_reply or (root.deleted and not place.is_tombstone(thread_ts)):
                raise LookupError(f"There is no thread {thread_ts} in {channel}.")
        stored = [new_file(self.slack, name, kind, content, user) for name, kind, content in files]
        kind = subtype or ("file_share" if stored else "thread_broadcast" if broadcast else None)
        post = Post(
            channel=channel,
            ts=self.world.new_ts(),
            user=user,
            bot_id=_bot_id(self.world.people[user]),
            text=text,
            blocks=shapes.rich_text(text),
            thread_ts=thread_ts,
            broadcast=broadcast and thread_ts is not None,
            subtype=kind,
            files=stored,
            client_msg_id=str(uuid.UUID(bytes=secrets.token_bytes(16), version=4)),
            extra=event_extra,
        )
        self.slack.add_post(post)
        if self.slack.hears(channel):
            event = self.slack.message_event(post)
            await self.out.event(event)
            # Slack sends a mention as an event of its own as well, to those who ask for it.
            if f"<@{BOT_USER}>" in text and "app_mention" in (self.core.subscriptions or ()):
                await self.out.event({**event, "type": "app_mention"})
        return post

    async def edit(self, user: str, channel: str, ts: str, text: str) -> Post:
        """Edit one's own message: a message_changed event."""
        post = self.find_post(channel, user, ts)
        if post.user != user:
            raise LookupError(f"{user} cannot edit a message of {post.user}.")
        event = self.slack.update_post(post, Content(text=text, blocks=shapes.rich_text(text)), by=user)
        if self.slack.hears(channel):
            await self.out.event(event)
        return post

    async def delete(self, user: str, channel: str, ts: str) -> None:
        """Delete a message: a message_deleted event, or a tombstone when it is the root of a thread with replies."""
        event = self.slack.delete_post(self.find_post(channel, user, ts))
        if self.slack.hears(channel):
            await self.out.event(event)

    async def react(self, user: str, channel: str, ts: str, name: str, *, remove: bool = False) -> None:
        """Add a reaction, or take it away."""
        post = self.find_post(channel, user, ts)
        if (user in post.reactions.get(name, [])) != remove:
            raise LookupError(f"{user} has {'not ' if remove else ''}reacted with {name} to {ts}.")
        event = (methods_chat.unreact if remove else methods_chat.react)(self.slack, post, user, name)
        if self.slack.hears(channel):
            await self.out.event(event)

    async def unfurl(self, channel: str, ts: str, title: str = "A page") -> None:
        """Let Slack add a preview of a link: a message_changed event that no person caused."""
        post = self.world.channels[channel].find(ts)
        if post is None:
            raise LookupError(f"There is no message {ts} in {channel}.")
        before = shapes.message(self.core, post)
        post.extra = {**post.extra, "attachments": [{"id": 1, "title": title, "fallback": title}]}
        self.core.changed()
        if self.slack.hears(channel):
            await self.out.event(self.slack.changed_event(post, before))

    async def join(self, user: str, channel: str) -> None:
        """Join a channel: member_joined_channel, and the line Slack writes about it."""
        place = self.world.channels[channel]
        if user not in self.world.people or user in place.members:
            raise LookupError(f"{user} cannot join {channel}.")
        place.members.append(user)
        self.core.changed()
        if self.slack.hears(channel):
            await self.out.event(membership_event(self.slack, "member_joined_channel", user, place))
        await self.post(user, channel, f"<@{user}> has joined the channel", subtype="channel_join")

    async def leave(self, user: str, channel: str) -> None:
        """Leave a channel: member_left_channel. The bot is told when it is removed itself."""
        place = self.channel(channel, user)
        heard = self.slack.hears(channel)
        place.members.remove(user)
        self.core.changed()
        if heard:
            await self.out.event(membership_event(self.slack, "member_left_channel", user, place))

    async def change_group(self, id: str, users: list[str]) -> None:  # noqa: A002
        """Have a user group consist of these people: subteam_members_changed."""
        before = self.world.user_groups.get(id, [])
        self.world.user_groups[id] = users
        event: Json = {
            "type": "subteam_members_changed",
            "subteam_id": id,
            "team_id": TEAM_ID,
            "date_previous_update": 0,
            "date_update": int(self.world.now()),
            "added_users": [user for user in users if user not in before],
            "removed_users": [user for user in before if user not in users],
        }
        self.core.changed()
        await self.out.event(event)

    async def change_person(self, id: str, **changes: Any) -> Person:  # noqa: A002
        """Change fields of a person (`name`, `deleted`, `guest`, …): user_change."""
        person = self.world.people[id]
        for name, value in changes.items():
            if not hasattr(person, name):
                raise AttributeError(f"A person has no {name}.")
            setattr(person, name, value)
        self.core.changed()
        await self.out.event(
            {"type": "user_change", "user": shapes.person(person), "cache_ts": 0, "event_ts": self.world.new_ts()}
        )
        return person

    async def event(self, event: Json) -> str | None:
        """Send any event to the app, signed. Returns its event_id."""
        return await self.out.event(event)

    async def redeliver_event(self, event_id: str, number: int = 1, reason: str = "http_timeout") -> Reply:
        """Send an event once more with X-Slack-Retry-Num and X-Slack-Retry-Reason."""
        return await self.out.redeliver(event_id, number, reason)


def _bot_id(person: Person) -> str | None:
    if not person.is_bot:
        return None
    return BOT_ID if person.id == BOT_USER else f"B{person.id[1:]}"
