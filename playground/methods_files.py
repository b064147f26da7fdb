"""files.*: upload in three calls, and download with the token."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

from aiohttp import web

from playground import shapes
from playground.methods_chat import open_channel
from playground.slack import Content, SlackError, parsed
from playground.world import BOT_ID, BOT_USER, Post, StoredFile

if TYPE_CHECKING:
    from playground.slack import Method, Slack
    from playground.world import Json


def new_file(slack: Slack, name: str, mimetype: str | None, content: bytes | None, user: str) -> StoredFile:
    """Keep a file; the content of an upload comes later."""
    kind = mimetype or mimetypes.guess_type(name)[0] or "application/octet-stream"
    stored = StoredFile(id=slack.core.world.new_id("F"), name=name, mimetype=kind, content=content, user=user)
    slack.core.world.files[stored.id] = stored
    return stored


async def get_upload_url(slack: Slack, params: Json) -> Json:
    name = str(params.get("filename") or "")
    if not name or not str(params.get("length") or "").isdigit() or int(params["length"]) == 0:
        raise SlackError("invalid_arguments")
    stored = new_file(slack, name, None, None, BOT_USER)
    slack.uploads[stored.id] = stored
    return {"upload_url": f"{slack.core.url}/upload/v1/{stored.id}", "file_id": stored.id}


async def upload(slack: Slack, request: web.Request) -> web.Response:
    """Take the bytes: as the body, or as the first file of a multipart form."""
    stored = slack.uploads.get(request.match_info["file"])
    if stored is None:
        return web.Response(status=404, text="not found")
    if request.content_type == "multipart/form-data":
        form = await request.post()
        part = next((value for value in form.values() if isinstance(value, web.FileField)), None)
        stored.content = part.file.read() if part else b""
    else:
        stored.content = await request.read()
    return web.Response(text=f"OK - {len(stored.content)}")


async def complete_upload(slack: Slack, params: Json) -> Json:
    wanted = parsed(params, "files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted:
        raise SlackError("invalid_arguments")
    files = []
    for one in wanted:
        stored = slack.uploads.get(one.get("id", "")) if isinstance(one, dict) else None
        if stored is None or stored.content is None:
            raise SlackError("file_not_found")
        files.append(stored)
    channel_id = params.get("channel_id") or str(params.get("channels") or "").partition(",")[0]
    post = None
    if channel_id:
        post = _share(slack, {**params, "channel": channel_id}, files)
    for stored in files:
        del slack.uploads[stored.id]
    if post is not None:
        slack.announce(post)
    return {"files": [shapes.file(slack.core, stored) for stored in files]}


def _share(slack: Slack, params: Json, files: list[StoredFile]) -> Post:
    channel = open_channel(slack, params)
    thread_ts = str(params["thread_ts"]) if params.get("thread_ts") else None
    if thread_ts is not None and (channel.find(thread_ts) is None and not channel.is_tombstone(thread_ts)):
        raise SlackError("thread_not_found")
    content = Content(text=str(params.get("initial_comment") or ""), blocks=[])
    if params.get("blocks"):
        content = slack.content(params)
    post = Post(
        channel=channel.id,
        ts=slack.core.world.new_ts(),
        user=BOT_USER,
        bot_id=BOT_ID,
        text=content.text,
        blocks=content.blocks,
        thread_ts=thread_ts,
        subtype="file_share",
        files=files,
    )
    return slack.add_post(post)


async def info(slack: Slack, params: Json) -> Json:
    stored = slack.core.world.files.get(str(params.get("file")))
    if stored is None or stored.content is None:
        raise SlackError("file_not_found")
    shares: dict[str, list[Json]] = {}
    for channel in slack.core.world.channels.values():
        for post in channel.posts:
            if stored in post.files:
                shares.setdefault(channel.id, []).append({"ts": post.ts, "thread_ts": post.thread_ts})
    return {"file": {**shapes.file(slack.core, stored), "shares": {"public": shares}, "channels": list(shares)}}


async def download(slack: Slack, request: web.Request) -> web.Response:
    """Serve a file to who has the token; others see a login page, with status 200. `?pg` is our own page's way."""
    stored = slack.core.world.files.get(request.match_info["file"].rpartition("-")[2])
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token != slack.core.settings.bot_token and "pg" not in request.query:
        return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
    if stored is None or stored.content is None:
        return web.Response(status=404, text="not found")
    return web.Response(body=stored.content, content_type=stored.mimetype)


METHODS: dict[str, Method] = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
    "files.info": info,
}
