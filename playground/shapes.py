"""Messages, people, channels and files as Slack's API and events show them."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from typing import TYPE_CHECKING

from playground.world import APP_ID, BOT_ID, BOT_USER, TEAM_DOMAIN, TEAM_ID, TOMBSTONE

if TYPE_CHECKING:
    from playground.core import Core
    from playground.world import Channel, Ephemeral, Json, Person, Post, StoredFile, View, World

MANY_REPLIERS = 5


def message(core: Core, post: Post, *, metadata: bool = False) -> Json:
    """Render a post as in history: `metadata` only when asked for, thread counts on the root."""
    world = core.world
    if post.deleted:
        shape: Json = {"subtype": "tombstone", "user": "USLACKBOT", "text": TOMBSTONE, "hidden": True}
        return {"type": "message", "ts": post.ts, **shape, **_thread_counts(world, post)}
    team = _team(world, post.user)
    shape = {"type": "message", "user": post.user, "text": post.text, "ts": post.ts, "team": team}
    if team != TEAM_ID:
        shape |= {"user_team": team, "source_team": team}
    if post.bot_id:
        profile = {"id": BOT_ID, "app_id": APP_ID, "name": bot_name(world), "team_id": TEAM_ID}
        shape |= {"bot_id": post.bot_id, "app_id": APP_ID, "bot_profile": profile}
    given = {
        "client_msg_id": post.client_msg_id,
        "blocks": post.blocks,
        "subtype": post.subtype,
        "edited": post.edited,
        "files": [file(core, one) for one in post.files],
        "reactions": [{"name": n, "users": list(users), "count": len(users)} for n, users in post.reactions.items()],
        "metadata": post.metadata if metadata else None,
    }
    shape |= {name: value for name, value in given.items() if value}
    return {**shape, **_thread_counts(world, post), **post.extra}


def _thread_counts(world: World, post: Post) -> Json:
    if post.thread_ts is None:
        return {}
    channel = world.channels[post.channel]
    if post.is_reply:
        root = channel.by_ts.get(post.thread_ts)
        return {"thread_ts": post.thread_ts, "parent_user_id": root.user if root else ""}
    replies = channel.replies.get(post.ts, [])
    if not replies:
        return {"thread_ts": post.ts}
    users = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": post.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "reply_users": users[:MANY_REPLIERS],
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": False,
    }


def file(core: Core, stored: StoredFile) -> Json:
    """Render a file; its `url_private` wants the bot token."""
    url = f"{core.url}/files-pri/{TEAM_ID}-{stored.id}/{stored.name}"
    return {
        "id": stored.id,
        "created": stored.created,
        "timestamp": stored.created,
        "name": stored.name,
        "title": stored.name,
        "mimetype": stored.mimetype,
        "filetype": stored.name.rpartition(".")[2] or "binary",
        "user": stored.user,
        "user_team": TEAM_ID,
        "mode": "hosted",
        "is_external": False,
        "is_public": True,
        "size": len(stored.content or b""),
        "url_private": url,
        "url_private_download": f"{core.url}/files-pri/{TEAM_ID}-{stored.id}/download/{stored.name}",
        "permalink": f"{core.url}/files/{stored.user}/{stored.id}/{stored.name}",
        "file_access": "visible",
    }


def person(one: Person) -> Json:
    """Render a user as users.info and users.list do."""
    offset = dt.datetime.now(zoneinfo.ZoneInfo(one.tz)).utcoffset() if one.tz != "UTC" else None
    shape: Json = {
        "id": one.id,
        "team_id": one.team,
        "name": one.handle,
        "deleted": one.deleted,
        "real_name": one.name,
        "profile": {
            "real_name": one.name,
            "real_name_normalized": one.name,
            "display_name": one.name.split()[0] if one.name else "",
            "display_name_normalized": one.name.split()[0] if one.name else "",
            "team": one.team,
        },
        "is_bot": one.is_bot,
        "is_app_user": False,
        "updated": 0,
    }
    if not one.deleted:
        shape |= {
            "tz": one.tz,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "is_admin": one.admin,
            "is_owner": False,
            "is_restricted": one.guest,
            "is_ultra_restricted": False,
        }
    if one.team != TEAM_ID:
        shape["is_stranger"] = True
    if one.is_bot:
        shape["profile"]["bot_id"] = BOT_ID if one.id == BOT_USER else f"B{one.id[1:]}"
    return shape


def channel(one: Channel) -> Json:
    """Render a channel as conversations.info and .list do."""
    if one.dm_with:
        return {"id": one.id, "is_im": True, "is_channel": False, "user": one.dm_with, "is_archived": False}
    return {
        "id": one.id,
        "name": one.name,
        "name_normalized": one.name,
        "is_channel": not one.is_private,
        "is_group": one.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": one.is_private,
        "is_archived": one.is_archived,
        "is_general": False,
        "is_shared": False,
        "is_ext_shared": False,
        "is_member": BOT_USER in one.members,
        "creator": one.members[0] if one.members else "",
        "num_members": len(one.members),
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def channel_type(one: Channel) -> str:
    """Return the `channel_type` of message events: channel, group or im."""
    return "im" if one.dm_with else "group" if one.is_private else "channel"


def view(one: View) -> Json:
    """Render a view as payloads and views.* answers carry it."""
    return {
        **one.view,
        "id": one.id,
        "team_id": TEAM_ID,
        "app_id": APP_ID,
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
        "hash": one.hash,
        "root_view_id": one.root_id,
        "previous_view_id": one.previous_id,
        "private_metadata": one.view.get("private_metadata", ""),
        "callback_id": one.view.get("callback_id", ""),
        "external_id": one.view.get("external_id", ""),
        "state": one.view.get("state", {"values": {}}),
    }


def permalink(core: Core, post: Post) -> str:
    """Return the link to a message, as chat.getPermalink does."""
    link = f"{core.url}/archives/{post.channel}/p{post.ts.replace('.', '')}"
    return f"{link}?thread_ts={post.thread_ts}&cid={post.channel}" if post.is_reply else link


def bot_name(world: World) -> str:
    bot = world.people.get(BOT_USER)
    return bot.name if bot else "Threadline"


def short_person(world: World, user: str) -> Json:
    """Render the `user` of an interaction payload."""
    one = world.people[user]
    return {"id": user, "username": one.handle, "name": one.handle, "team_id": one.team}


TEAM = {"id": TEAM_ID, "domain": TEAM_DOMAIN}


def rich_text(text: str) -> list[Json]:
    """Render typed text as the rich_text block that Slack adds to a person's message.

    Text with formatting in it gets none: it is drawn from its markup.
    """
    if not text or _FORMATTING.search(text):
        return []
    elements: list[Json] = []
    position = 0
    for match in _MARKUP.finditer(text):
        if match.start() > position:
            elements.append({"type": "text", "text": unescape(text[position : match.start()])})
        elements.append(_mark(match))
        position = match.end()
    if position < len(text):
        elements.append({"type": "text", "text": unescape(text[position:])})
    return [
        {"type": "rich_text", "block_id": "typed", "elements": [{"type": "rich_text_section", "elements": elements}]}
    ]


_FORMATTING = re.compile(r"[*_~`]\S|^(?:>|&gt;)", re.MULTILINE)
_MARKUP = re.compile(r"<([@#!]?)([^>|]+)(?:\|([^>]*))?>|:([a-z0-9_+'-]+(?:::skin-tone-\d)?):")


def _mark(match: re.Match[str]) -> Json:
    kind, target, label, emoji = match.groups()
    if emoji:
        return {"type": "emoji", "name": emoji}
    if kind == "@":
        return {"type": "user", "user_id": target}
    if kind == "#":
        return {"type": "channel", "channel_id": target}
    if kind == "!" and target.startswith("subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("subteam^")}
    if kind == "!":
        return {"type": "broadcast", "range": target}
    link: Json = {"type": "link", "url": unescape(target)}
    return {**link, "text": unescape(label)} if label else link


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def ephemeral(one: Ephemeral) -> Json:
    """Render an ephemeral message as the control API does, without its choices."""
    return {
        "id": one.id,
        "ts": one.ts,
        "user": one.user,
        "channel": one.channel,
        "thread_ts": one.thread_ts,
        "text": one.text,
        "blocks": one.blocks,
    }


def _team(world: World, user: str) -> str:
    found = world.people.get(user)
    return found.team if found else TEAM_ID
