"""The actions of `POST /playground/do`: from JSON to a call of the playground, and its result to JSON."""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from playground.state import State
from playground.world import Post

if TYPE_CHECKING:
    from playground.outside import Outside
    from playground.world import Json, World

Action = Callable[["Outside", dict[str, Any]], Awaitable[Any]]


async def text(play: Outside, given: Json) -> Json:
    media = [(one["content_type"], base64.b64decode(one["base64"])) for one in given.get("media") or []]
    sent = await play.text(given["from"], given["to"], given.get("body") or "", media=media)
    answer = sent.answer
    return {
        "sid": sent.sid,
        "status": answer.status if answer else None,
        "content_type": answer.content_type if answer else "",
        "body": answer.body if answer else "",
    }


async def post(play: Outside, given: Json) -> Json:
    files = [(one["name"], one["content_type"], base64.b64decode(one["base64"])) for one in given.get("files") or []]
    written = await play.post(
        given["user"],
        given["channel"],
        _typed(play, given),
        thread_ts=given.get("thread_ts"),
        broadcast=bool(given.get("broadcast")),
        files=files,
    )
    return {"ts": written.ts}


async def edit(play: Outside, given: Json) -> Json:
    return {"ts": (await play.edit(given["user"], given["channel"], given["ts"], _typed(play, given))).ts}


async def delete(play: Outside, given: Json) -> None:
    await play.delete(given["user"], given["channel"], given["ts"])


async def react(play: Outside, given: Json) -> None:
    remove = bool(given.get("remove"))
    await play.react(given["user"], given["channel"], given["ts"], given["name"], remove=remove)


async def press(play: Outside, given: Json) -> Json:
    url = await play.press(
        given["user"],
        given.get("channel"),
        given["ts"],
        given["action_id"],
        value=given.get("value"),
        nth=int(given.get("nth") or 0),
    )
    return {"url": url}


async def choose(play: Outside, given: Json) -> Json:
    await play.choose(
        given["user"],
        given.get("channel"),
        given["ts"],
        given["action_id"],
        given["value"],
        nth=int(given.get("nth") or 0),
        query=given.get("query") or "",
    )
    return {"url": None}


async def options(play: Outside, given: Json) -> list[Json]:
    return await play.options(
        given["user"],
        given.get("channel"),
        given["ts"],
        given["action_id"],
        given.get("query") or "",
        nth=int(given.get("nth") or 0),
    )


async def command(play: Outside, given: Json) -> Json | None:
    shown = await play.command(given["user"], given["channel"], given["command"], given.get("text") or "")
    if shown is None:
        return None
    state = State(play)
    return {"post": state.post(shown)} if isinstance(shown, Post) else {"ephemeral": state.ephemeral(shown)}


async def submit(play: Outside, given: Json) -> Json:
    return {"errors": await play.submit(given["user"], given["view_id"], given.get("values") or {})}


async def close(play: Outside, given: Json) -> None:
    await play.close(given["user"], given["view_id"])


async def shortcut(play: Outside, given: Json) -> Json:
    await play.shortcut(given["user"], given["callback_id"], given.get("channel"), given.get("ts"))
    return {"url": None}


async def join(play: Outside, given: Json) -> None:
    await play.join(given["user"], given["channel"])


async def leave(play: Outside, given: Json) -> None:
    await play.leave(given["user"], given["channel"])


async def open_home(play: Outside, given: Json) -> Json | None:
    shown = await play.open_home(given["user"])
    return None if shown is None else State(play).view(shown)


ACTIONS: dict[str, Action] = {
    "text": text,
    "post": post,
    "edit": edit,
    "delete": delete,
    "react": react,
    "press": press,
    "choose": choose,
    "options": options,
    "command": command,
    "submit": submit,
    "close": close,
    "shortcut": shortcut,
    "join": join,
    "leave": leave,
    "open_home": open_home,
}


def _typed(play: Outside, given: Json) -> str:
    words = str(given.get("text") or "")
    return stored(play.world, words) if given.get("plain") else words


def stored(world: World, typed: str) -> str:
    """Turn what a person types into what Slack stores: escaped, with mentions and links."""
    typed = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    typed = re.sub(r"(?<![\w@])@(here|channel|everyone)\b", r"<!\1>", typed)
    # The longest first, so that "@Ana Lopes" is not read as "@Ana".
    people = sorted(
        ((n, p.id) for p in world.people.values() for n in (p.name, p.handle)), key=lambda pair: -len(pair[0])
    )
    for name, user in people:
        typed = re.sub(rf"(?<![\w@])@{re.escape(name)}\b", f"<@{user}>", typed, flags=re.IGNORECASE)
    for channel in world.channels.values():
        if channel.name:
            typed = re.sub(rf"(?<![\w#&])#{re.escape(channel.name)}\b", f"<#{channel.id}|{channel.name}>", typed)
    return re.sub(r"(?<![<|\w])https?://[^\s<>]+", lambda match: f"<{match[0]}>", typed)
