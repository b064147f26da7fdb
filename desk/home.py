"""The App Home: one's own queue, what nobody owns, and for managers how much everybody has to do, as counts.

It is drawn for those who have opened it: at once when their own queue changes, and within moments when anything else
does that it shows.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from desk import access, outbox, presence, queues
from desk.access import Actor
from desk.team_values import HomePage, Load, Unassigned
from desk.values import Filter, Page, Queue
from storage import homes, loads, managers, people, reps
from storage.database import Session
from storage.models import Home, Inbox
from storage.queues import backlog, backlogs

LOOK_SECONDS = 15.0
_WATCHED = timedelta(hours=1)  # since Slack tells when a Home is opened, and never that it is closed


async def opened(session: Session, actor: Actor, *, now: datetime) -> None:
    """Have somebody's Home drawn as they open it."""
    await homes.keep(session, actor.workspace_id, actor.user_id, now=now)
    outbox.draw_home(session, actor.workspace_id, actor.user_id, now=now)


async def show(session: Session, actor: Actor, *, which: Filter, page: int, now: datetime) -> None:
    """Have somebody's Home show another part, or another page, of their queue."""
    await homes.keep(session, actor.workspace_id, actor.user_id, now=now, filter=which.value, page=page)
    outbox.draw_home(session, actor.workspace_id, actor.user_id, now=now)


async def read(session: Session, workspace_id: int, user_id: str, *, size: int, now: datetime) -> HomePage:
    """What a Home shows now, with `size` conversations on a page of the queue."""
    actor = Actor(workspace_id=workspace_id, user_id=user_id)
    own = await access.list_inboxes(session, actor)
    is_manager = await managers.is_one(session, workspace_id, user_id)
    return HomePage(
        queue=await _queue(session, actor, size=size, now=now) if own else None,
        unassigned=tuple([await _unassigned(session, inbox) for inbox in own]),
        is_manager=is_manager,
        load=tuple(await _list_loads(session, workspace_id, own, now=now)) if is_manager else (),
        away=await presence.read(session, workspace_id, user_id, now=now),
        now=now,
    )


async def _queue(session: Session, actor: Actor, *, size: int, now: datetime) -> Page:
    home = await homes.find(session, actor.workspace_id, actor.user_id)
    which, page = (Filter(home.filter), home.page) if home else (Filter.ALL, 0)
    return await queues.read(
        session, actor, Queue.MINE, which, channel_id=None, inbox_id=None, page=page, size=size, now=now
    )


async def _unassigned(session: Session, inbox: Inbox) -> Unassigned:
    count, oldest = await backlog(session, inbox.workspace_id, inbox.id)
    return Unassigned(
        inbox_id=inbox.id, inbox=inbox.label, channel_id=inbox.channel_id, count=count, oldest_since=oldest
    )


async def _list_loads(session: Session, workspace_id: int, own: Sequence[Inbox], *, now: datetime) -> list[Load]:
    """What everybody owns in these inboxes, as counts, the busiest first."""
    found = await loads.list_(session, workspace_id, [inbox.id for inbox in own])
    names = await people.names(session, workspace_id, [one.user_id for one in found])
    said = await reps.list_(session, workspace_id, [one.user_id for one in found])
    told = [
        Load(
            name=names.get(one.user_id, "Someone"),
            open=one.open,
            unread=one.unread,
            is_away=reps.is_away(said.get(one.user_id), now),
        )
        for one in found
    ]
    return sorted(told, key=lambda one: (-one.open, one.name.casefold()))


async def look_around(session: Session, workspace_id: int, now: datetime) -> None:
    """Have every Home drawn that somebody may be looking at and that shows what is not so any more."""
    watched: dict[str, list[int]] = {}
    pages: dict[str, Home] = {}
    for page, inbox_id in await homes.list_watched(session, workspace_id, since=now - _WATCHED):
        watched.setdefault(page.user_id, []).extend([] if inbox_id is None else [inbox_id])
        pages[page.user_id] = page
    if not watched:
        return
    every = sorted({inbox_id for ids in watched.values() for inbox_id in ids})
    unowned = {inbox_id: str(each) for inbox_id, each in (await backlogs(session, workspace_id)).items()}
    away = {rep.user_id: str(rep.away_until) for rep in await reps.list_away(session, workspace_id, now=now)}
    leading = watched.keys() & set(await managers.list_acting(session, workspace_id))
    load = {
        id_: sorted(f"{one}, {one.user_id in away}" for one in await loads.list_(session, workspace_id, [id_]))
        for id_ in (every if leading else ())
    }
    for user_id, ids in watched.items():
        led = [load[id_] for id_ in ids if user_id in leading]
        now_shown = _digest([(id_, unowned.get(id_, "")) for id_ in ids], led, away.get(user_id, ""))
        if now_shown != pages[user_id].shown:
            pages[user_id].shown = now_shown
            outbox.draw_home(session, workspace_id, user_id, now=now)


def _digest(*shown: Any) -> str:
    return blake2b(json.dumps(shown).encode(), digest_size=16).hexdigest()
