"""chat.* and reactions.*."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground import shapes
from playground.slack import SlackError, flag
from playground.world import BOT_ID, BOT_USER

if TYPE_CHECKING:
    from playground.slack import Method, Slack
    from playground.world import Channel, Json, Post

LONGEST_UPDATE = 4_000
MOST_REACTIONS = 23


def open_channel(slack: Slack, params: Json) -> Channel:
    """Find the channel that a request writes to: known, not archived, and the bot is in it."""
    name = str(params.get("channel") or "")
    found = slack.core.world.channel_named(name)
    if found is None and name in slack.core.world.people:
        found = slack.core.world.direct_message(name)
    if found is None:
        raise SlackError("channel_not_found")
    if BOT_USER not in found.members:
        raise SlackError("not_in_channel")
    if found.is_archived:
        raise SlackError("is_archived")
    return found


def _thread(channel: Channel, params: Json) -> str | None:
    ts = params.get("thread_ts")
    if not ts:
        return None
    root = channel.by_ts.get(str(ts))
    if root is None or root.is_reply or (root.deleted and not channel.is_tombstone(str(ts))):
        raise SlackError("thread_not_found")
    return str(ts)


def _own(channel: Channel, params: Json, error: str) -> Post:
    post = channel.find(str(params.get("ts")))
    if post is None:
        raise SlackError("message_not_found")
    if post.bot_id != BOT_ID:
        raise SlackError(error)
    return post


async def post_message(slack: Slack, params: Json) -> Json:
    channel = open_channel(slack, params)
    content = slack.content(params)
    thread_ts = _thread(channel, params)
    broadcast = thread_ts is not None and flag(params, "reply_broadcast")
    post = slack.bot_post(channel, content, thread_ts=thread_ts, broadcast=broadcast)
    return {"channel": channel.id, "ts": post.ts, "message": shapes.message(slack.core, post, metadata=True)}


async def update(slack: Slack, params: Json) -> Json:
    channel = open_channel(slack, params)
    post = _own(channel, params, "cant_update_message")
    if "blocks" not in params and not params.get("text"):
        raise SlackError("no_text")
    if len(params.get("text") or "") > LONGEST_UPDATE:
        raise SlackError("msg_too_long")
    content = slack.content(params)
    event = slack.update_post(post, content, by=BOT_USER)
    slack.out.later(event)
    return {
        "channel": channel.id,
        "ts": post.ts,
        "text": post.text,
        "message": shapes.message(slack.core, post, metadata=True),
    }


async def delete(slack: Slack, params: Json) -> Json:
    channel = open_channel(slack, params)
    post = _own(channel, params, "cant_delete_message")
    slack.out.later(slack.delete_post(post))
    return {"channel": channel.id, "ts": post.ts}


async def post_ephemeral(slack: Slack, params: Json) -> Json:
    channel = open_channel(slack, params)
    user = str(params.get("user") or "")
    person = slack.core.world.people.get(user)
    if person is None or person.deleted:
        raise SlackError("user_not_found")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    content = slack.content(params)
    one = slack.tell(user, channel.id, content, thread_ts=_thread(channel, params))
    return {"message_ts": one.ts}


async def get_permalink(slack: Slack, params: Json) -> Json:
    channel = slack.core.world.channels.get(str(params.get("channel")))
    if channel is None:
        raise SlackError("channel_not_found")
    post = channel.find(str(params.get("message_ts")))
    if post is None:
        raise SlackError("message_not_found")
    return {"channel": channel.id, "permalink": shapes.permalink(slack.core, post)}


def _reacted(slack: Slack, params: Json) -> Post:
    channel = open_channel(slack, params)
    post = channel.find(str(params.get("timestamp")))
    if post is None:
        raise SlackError("message_not_found")
    return post


def _emoji(params: Json) -> str:
    name = str(params.get("name") or "").strip(":")
    if not name or not all(c.isalnum() or c in "_+-':" for c in name) or name != name.lower() or not name.isascii():
        raise SlackError("invalid_name")
    return name


async def add_reaction(slack: Slack, params: Json) -> Json:
    name, post = _emoji(params), _reacted(slack, params)
    users = post.reactions.get(name, [])
    if BOT_USER in users:
        raise SlackError("already_reacted")
    if not users and len(post.reactions) >= MOST_REACTIONS:
        raise SlackError("too_many_emoji")
    slack.out.later(react(slack, post, BOT_USER, name))
    return {}


async def remove_reaction(slack: Slack, params: Json) -> Json:
    name, post = _emoji(params), _reacted(slack, params)
    if BOT_USER not in post.reactions.get(name, []):
        raise SlackError("no_reaction")
    slack.out.later(unreact(slack, post, BOT_USER, name))
    return {}


async def get_reactions(slack: Slack, params: Json) -> Json:
    post = _reacted(slack, params)
    return {"type": "message", "channel": post.channel, "message": shapes.message(slack.core, post)}


def react(slack: Slack, post: Post, user: str, name: str) -> Json:
    """Add a reaction and return its event."""
    post.reactions.setdefault(name, []).append(user)
    slack.core.changed()
    return _reaction_event(slack, "reaction_added", post, user, name)


def unreact(slack: Slack, post: Post, user: str, name: str) -> Json:
    """Take a reaction away and return its event."""
    post.reactions[name].remove(user)
    if not post.reactions[name]:
        del post.reactions[name]
    slack.core.changed()
    return _reaction_event(slack, "reaction_removed", post, user, name)


def _reaction_event(slack: Slack, kind: str, post: Post, user: str, name: str) -> Json:
    return {
        "type": kind,
        "user": user,
        "reaction": name,
        "item": {"type": "message", "channel": post.channel, "ts": post.ts},
        "item_user": post.user,
        "event_ts": slack.core.world.new_ts(),
    }


METHODS: dict[str, Method] = {
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "chat.getPermalink": get_permalink,
    "reactions.add": add_reaction,
    "reactions.remove": remove_reaction,
    "reactions.get": get_reactions,
}
