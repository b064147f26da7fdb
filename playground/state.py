"""The state of everything, as the control API shows it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from playground import elements, shapes
from playground.world import BOT_ID, BOT_USER, TEAM_DOMAIN, TEAM_ID, TEAM_NAME

if TYPE_CHECKING:
    from playground.pressing import Pressing
    from playground.world import Channel, Ephemeral, Json, Person, Phone, Post, View


def when(seconds: float) -> str:
    """Write a time as ISO 8601 in UTC, with milliseconds."""
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class State:
    """One rendering of the world."""

    def __init__(self, play: Pressing) -> None:
        self.world = play.world
        self.core = play.core
        self.names = play.choice_names()

    def everything(self) -> Json:
        """Render all of it."""
        world = self.world
        return {
            "version": self.core.version,
            "team": {"id": TEAM_ID, "name": TEAM_NAME, "domain": TEAM_DOMAIN},
            "bot": {"user": BOT_USER, "bot": BOT_ID, "name": shapes.bot_name(world)},
            "people": [person(one) for one in world.people.values() if one.id != "USLACKBOT"],
            "channels": [self.channel(one) for one in world.channels.values()],
            "ephemerals": [self.ephemeral(one) for one in world.ephemerals],
            "views": [self.view(one) for one in world.views.values()],
            "homes": {user: self.view(one) for user, one in world.homes.items()},
            "numbers": list(world.numbers),
            "phones": [phone(one) for one in world.phones.values()],
            "commands": self.core.commands,
            "shortcuts": self.core.shortcuts,
        }

    def channel(self, one: Channel) -> Json:
        return {
            "id": one.id,
            "name": one.name,
            "dm_with": one.dm_with,
            "members": one.members,
            "posts": [self.post(post) for post in one.posts],
        }

    def post(self, one: Post) -> Json:
        return {
            "ts": one.ts,
            "user": one.user,
            "bot": one.bot_id is not None,
            "name": self.names.get(one.user, one.user),
            "text": one.text,
            "blocks": one.blocks,
            "thread_ts": one.thread_ts,
            "broadcast": one.broadcast,
            "subtype": one.subtype,
            "reactions": one.reactions,
            "edited": one.edited is not None,
            "deleted": one.deleted,
            "files": [
                {
                    "id": stored.id,
                    "name": stored.name,
                    "mimetype": stored.mimetype,
                    "size": len(stored.content or b""),
                    "url": f"/files-pri/{TEAM_ID}-{stored.id}/{stored.name}?pg=1",
                }
                for stored in one.files
            ],
            "choices": self._choices(one.choices),
        }

    def ephemeral(self, one: Ephemeral) -> Json:
        return {**shapes.ephemeral(one), "choices": self._choices(one.choices)}

    def view(self, one: View) -> Json:
        return {
            "id": one.id,
            "user": one.user,
            "type": one.type,
            "view": one.view,
            "choices": self._choices(one.choices),
            "errors": one.errors,
        }

    def _choices(self, choices: dict[str, Any]) -> Json:
        return {key: elements.summary(choice, self.names) for key, choice in choices.items()}


def person(one: Person) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "handle": one.handle,
        "is_bot": one.is_bot,
        "guest": one.guest,
        "deleted": one.deleted,
        "initials": one.initials,
        "tz": one.tz,
        "team": one.team,
    }


def phone(one: Phone) -> Json:
    return {
        "number": one.number,
        "name": one.name,
        "texts": [
            {
                "sid": text.sid,
                "direction": text.direction,
                "our": text.our,
                "body": text.body,
                "status": text.status,
                "error_code": text.error_code,
                "at": when(text.at),
                "by": text.by,
                "media": [{"content_type": m.content_type, "url": f"/playground/media/{m.sid}"} for m in text.media],
            }
            for text in one.texts
        ],
    }
