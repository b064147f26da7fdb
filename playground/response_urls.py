"""response_url: up to five answers within 30 minutes to a press or a command."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from aiohttp import web

from playground import elements
from playground.core import Call
from playground.slack import RESPONSE_SECONDS, RESPONSES, SlackError, flag
from playground.world import BOT_USER, TEAM_ID, Ephemeral, Post

if TYPE_CHECKING:
    from playground.slack import ResponseUrl, Slack
    from playground.world import Json

NAME = "slack.response_url"


async def serve(slack: Slack, request: web.Request) -> web.Response:
    """Answer a request to a response_url."""
    core = slack.core
    try:
        params = json.loads(await request.text())
    except ValueError:
        return _refuse(400, "invalid_payload")
    call = Call(method=NAME, params=params)
    core.record(call)
    key = request.path.partition(f"/{TEAM_ID}/")[2]

    async def effect() -> web.Response:
        return _answer(slack, slack.response_urls.get(key), params)

    response = await core.faults.around(NAME, request, effect)
    call.status, call.answer = response.status, response.text
    core.changed()
    return response


def _answer(slack: Slack, grant: ResponseUrl | None, params: Json) -> web.Response:
    if grant is None:
        return _refuse(404, "invalid_url")
    if time.monotonic() - grant.made > RESPONSE_SECONDS:
        return _refuse(404, "expired_url")
    if grant.uses >= RESPONSES:
        return _refuse(404, "used_url")
    try:
        respond(slack, grant, params)
    except SlackError as error:
        return _refuse(400, error.code, **error.extra)
    grant.uses += 1
    return web.Response(text="ok")


def _refuse(status: int, error: str, **extra: object) -> web.Response:
    return web.json_response({"ok": False, "error": error, **extra}, status=status)


def respond(slack: Slack, grant: ResponseUrl, params: Json) -> Post | Ephemeral | None:
    """Show an answer: a new private or public message, or a change of the message it belongs to."""
    if flag(params, "delete_original"):
        _delete(slack, grant.source)
        return None
    content = slack.content(params)
    source = grant.source
    if flag(params, "replace_original") and source is not None:
        if isinstance(source, Post):
            slack.out.later(slack.update_post(source, content, by=BOT_USER))
            return source
        source.text, source.blocks = content.text, content.blocks
        source.choices = elements.shown(content.blocks, source.choices)
        slack.core.changed()
        return source
    thread_ts = params.get("thread_ts") or grant.thread_ts
    if params.get("response_type", "ephemeral") == "in_channel":
        return slack.bot_post(slack.core.world.channels[grant.channel], content, thread_ts=thread_ts)
    return slack.tell(grant.user, grant.channel, content, thread_ts=thread_ts)


def _delete(slack: Slack, source: Post | Ephemeral | None) -> None:
    if isinstance(source, Ephemeral) and source in slack.core.world.ephemerals:
        slack.core.world.ephemerals.remove(source)
        slack.core.changed()
    elif isinstance(source, Post) and not source.deleted:
        slack.out.later(slack.delete_post(source))
