"""auth.test, apps.connections.open, team.info, bots.info, conversations.*, users.*, usergroups.*."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playground import shapes
from playground.slack import SlackError, flag, page
from playground.world import APP_ID, BOT_ID, BOT_USER, TEAM_DOMAIN, TEAM_ID, TEAM_NAME

if TYPE_CHECKING:
    from playground.slack import Method, Slack
    from playground.world import Channel, Json, Person, Post

MOST_OUTSIDE = 15


async def auth_test(slack: Slack, params: Json) -> Json:
    del params
    return {
        "url": f"{slack.core.url}/",
        "team": TEAM_NAME,
        "user": slack.core.world.people[BOT_USER].handle,
        "team_id": TEAM_ID,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


async def connections_open(slack: Slack, params: Json) -> Json:
    del params
    return {"url": slack.sockets.ticket()}


async def team_info(slack: Slack, params: Json) -> Json:
    del params
    team = {
        "id": TEAM_ID,
        "name": TEAM_NAME,
        "domain": TEAM_DOMAIN,
        "url": f"{slack.core.url}/",
        "email_domain": "",
        "icon": {},
    }
    return {"team": team}


async def bots_info(slack: Slack, params: Json) -> Json:
    if params.get("bot") not in {None, BOT_ID}:
        raise SlackError("bot_not_found")
    name = shapes.bot_name(slack.core.world)
    return {"bot": {"id": BOT_ID, "deleted": False, "name": name, "app_id": APP_ID, "user_id": BOT_USER}}


def _channel(slack: Slack, params: Json) -> Channel:
    found = slack.core.world.channels.get(str(params.get("channel")))
    if found is None or (found.is_private and BOT_USER not in found.members):
        raise SlackError("channel_not_found")
    return found


def _read(slack: Slack, params: Json) -> Channel:
    found = _channel(slack, params)
    if BOT_USER not in found.members:
        raise SlackError("not_in_channel")
    return found


def _person(slack: Slack, user: object) -> Person:
    found = slack.core.world.people.get(str(user))
    if found is None:
        raise SlackError("user_not_found")
    return found


def _visible(slack: Slack, params: Json) -> list[Channel]:
    types = str(params.get("types") or "public_channel").split(",")
    wanted = []
    for channel in slack.core.world.channels.values():
        kind = "im" if channel.dm_with else "private_channel" if channel.is_private else "public_channel"
        hidden = channel.is_private and BOT_USER not in channel.members
        if kind in types and not hidden and not (channel.is_archived and flag(params, "exclude_archived")):
            wanted.append(channel)
    return wanted


def _next(answer: Json, cursor: str) -> Json:
    return {**answer, "response_metadata": {"next_cursor": cursor}}


async def conversations_list(slack: Slack, params: Json) -> Json:
    found, cursor = page(params, _visible(slack, params), 1000, 100)
    return _next({"channels": [shapes.channel(one) for one in found]}, cursor)


async def conversations_info(slack: Slack, params: Json) -> Json:
    return {"channel": shapes.channel(_channel(slack, params))}


async def conversations_members(slack: Slack, params: Json) -> Json:
    found, cursor = page(params, _channel(slack, params).members, 1000, 100)
    return _next({"members": found}, cursor)


async def conversations_join(slack: Slack, params: Json) -> Json:
    channel = _channel(slack, params)
    if channel.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if BOT_USER not in channel.members:
        channel.members.append(BOT_USER)
        slack.out.later(membership_event(slack, "member_joined_channel", BOT_USER, channel))
    return {"channel": shapes.channel(channel)}


def membership_event(slack: Slack, kind: str, user: str, channel: Channel) -> Json:
    """Build member_joined_channel or member_left_channel."""
    return {
        "type": kind,
        "user": user,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": TEAM_ID,
        "event_ts": slack.core.world.new_ts(),
    }


async def conversations_open(slack: Slack, params: Json) -> Json:
    users = str(params.get("users") or "").split(",")
    if params.get("channel"):
        return {"channel": {"id": _channel(slack, params).id}}
    if len(users) != 1 or not users[0]:
        raise SlackError("users_list_not_supplied" if not users[0] else "not_enough_users")
    if _person(slack, users[0]).deleted:
        raise SlackError("user_disabled")
    return {"channel": {"id": slack.core.world.direct_message(users[0]).id}}


def _span(params: Json, ts: str) -> bool:
    oldest, latest = str(params.get("oldest") or "0"), str(params.get("latest") or "9999999999.999999")
    if flag(params, "inclusive"):
        return float(oldest) <= float(ts) <= float(latest)
    return float(oldest) < float(ts) < float(latest)


def _read_page(slack: Slack, params: Json, posts: list[Post], most: int, default: int) -> tuple[list[Post], str]:
    """Cut a page out of posts: of an app outside the Marketplace Slack takes any limit and gives at most 15."""
    if slack.core.faults.outside_marketplace:
        params = {**params, "limit": min(int(params.get("limit") or MOST_OUTSIDE), MOST_OUTSIDE)}
    return page(params, posts, most, default)


async def history(slack: Slack, params: Json) -> Json:
    channel = _read(slack, params)
    metadata = flag(params, "include_all_metadata")
    shown = [
        post for post in reversed(channel.posts) if (not post.is_reply or post.broadcast) and _span(params, post.ts)
    ]
    found, cursor = _read_page(slack, params, shown, 999, 100)
    messages = [shapes.message(slack.core, post, metadata=metadata) for post in found]
    return _listed({"messages": messages, "has_more": bool(cursor), "pin_count": 0}, cursor)


async def replies(slack: Slack, params: Json) -> Json:
    channel = _read(slack, params)
    root = channel.by_ts.get(str(params.get("ts")))
    if root is None or (root.deleted and not channel.is_tombstone(root.ts)):
        raise SlackError("thread_not_found")
    metadata = flag(params, "include_all_metadata")
    if root.is_reply:
        return _listed({"messages": [shapes.message(slack.core, root, metadata=metadata)], "has_more": False}, "")
    later = [post for post in channel.replies.get(root.ts, []) if _span(params, post.ts)]
    found, cursor = _read_page(slack, params, later, 1000, 1000)
    messages = [shapes.message(slack.core, post, metadata=metadata) for post in [root, *found]]
    return _listed({"messages": messages, "has_more": bool(cursor)}, cursor)


def _listed(answer: dict[str, Any], cursor: str) -> Json:
    return _next(answer, cursor) if cursor else answer


async def users_list(slack: Slack, params: Json) -> Json:
    found, cursor = page(params, list(slack.core.world.people.values()), 1000, 1000)
    return _next({"members": [shapes.person(one) for one in found], "cache_ts": 0}, cursor)


async def users_info(slack: Slack, params: Json) -> Json:
    return {"user": shapes.person(_person(slack, params.get("user")))}


async def users_conversations(slack: Slack, params: Json) -> Json:
    user = str(params.get("user") or BOT_USER)
    _person(slack, user)
    mine = [channel for channel in _visible(slack, params) if user in channel.members]
    found, cursor = page(params, mine, 999, 100)
    return _next({"channels": [shapes.channel(one) for one in found]}, cursor)


async def user_group_members(slack: Slack, params: Json) -> Json:
    groups = slack.core.world.user_groups
    if not groups:
        raise SlackError("plan_upgrade_required")
    if params.get("usergroup") not in groups:
        raise SlackError("no_such_subteam")
    return {"users": groups[str(params["usergroup"])]}


METHODS: dict[str, Method] = {
    "auth.test": auth_test,
    "apps.connections.open": connections_open,
    "team.info": team_info,
    "bots.info": bots_info,
    "conversations.list": conversations_list,
    "conversations.info": conversations_info,
    "conversations.members": conversations_members,
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.join": conversations_join,
    "conversations.open": conversations_open,
    "users.list": users_list,
    "users.info": users_info,
    "users.conversations": users_conversations,
    "usergroups.users.list": user_group_members,
}
