"""Gives out what nobody owns: evenly by load, or as a manager says; each to who does it, where somebody does."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk import access, alerts, ownership, transfers
from desk.access import Actor
from desk.errors import NobodyToGive, NothingUnassigned
from desk.team_values import Candidate, Offer, Offers
from desk.values import Choice
from storage import backlogs, conversations, inboxes, labels, loads, people, reps
from storage import transfers as rows
from storage.database import Session
from storage.models import Inbox, Transfer

MOST_BY_HAND = 20  # a section and a menu each, and Slack takes 100 blocks
MOST_EVENLY = 1_000
MOST_REPS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Unowned:
    """A conversation that nobody owns, as far as its place matters."""

    conversation_id: int
    labels: tuple[str, ...] = ()


def plan(unowned: Sequence[Unowned], candidates: Sequence[Candidate]) -> dict[int, str]:
    """Who is given what: in this order each to whoever has least to do, of those who do it if somebody does.

    Nobody gets more than their capacity, so some may be left; of two with the same load the first is given it.
    """
    free = [one for one in candidates if not one.is_full()]
    skills = {one.user_id: _folded(one.skills) for one in free}
    more = dict.fromkeys(skills, 0)
    given: dict[int, str] = {}
    for one in unowned:
        if not free:
            break
        wanted = _folded(one.labels)
        skilled = [rep for rep in free if wanted & skills[rep.user_id]] if wanted else []
        chosen = min(skilled or free, key=lambda rep: rep.load + more[rep.user_id])
        more[chosen.user_id] += 1
        given[one.conversation_id] = chosen.user_id
        if chosen.is_full(more[chosen.user_id]):
            free.remove(chosen)
    return given


def _folded(labels: Iterable[str]) -> set[str]:
    """Labels and skills as they are compared, in whatever case they are written."""
    return {label.casefold() for label in labels}


async def read(session: Session, actor: Actor, inbox_id: int, *, now: datetime) -> Offers:
    """What there is to give out in an inbox, whom it may be given to, and how it would be done evenly.

    Raises NotAManager, or NothingUnassigned when every conversation has an owner, or is being given one.
    """
    inbox = await inboxes.get(session, actor.workspace_id, inbox_id)
    await ownership.require_manager(session, actor, inbox)
    count = await rows.count_unowned(session, actor.workspace_id, inbox.id)
    if not count:
        raise NothingUnassigned
    unowned = await _list_unowned(session, inbox, limit=MOST_BY_HAND)
    candidates = await _list_candidates(session, actor, inbox, now=now)
    planned = plan([one for one, _ in unowned], [one for one in candidates if not one.is_away])
    return Offers(
        inbox_id=inbox.id,
        inbox=inbox.label,
        count=count,
        offers=tuple(
            Offer(
                conversation_id=one.conversation_id,
                contact=name,
                labels=one.labels,
                waiting_since=since,
                last_text=last_text,
                to=next((rep for rep in candidates if rep.user_id == planned.get(one.conversation_id)), None),
            )
            for one, (name, since, last_text) in unowned
        ),
        candidates=tuple(candidates),
        now=now,
    )


async def _list_unowned(
    session: Session, inbox: Inbox, *, limit: int
) -> list[tuple[Unowned, tuple[str, datetime | None, str]]]:
    found = await rows.list_unowned(session, inbox.workspace_id, inbox.id, limit=limit)
    words = await labels.list_(session, inbox.workspace_id, [conversation.id for conversation, _ in found])
    return [
        (
            Unowned(conversation_id=conversation.id, labels=tuple(words.get(conversation.id, ()))),
            (contact.known_as, conversation.waiting_since, conversation.last_text),
        )
        for conversation, contact in found
    ]


async def _list_candidates(
    session: Session, actor: Actor, inbox: Inbox, *, matching: str = "", now: datetime
) -> list[Candidate]:
    """Who may be given conversations of an inbox, with what they have to do, the least busy first."""
    found = await people.list_reps(
        session, inbox.workspace_id, inbox.channel_id, matching=matching.strip(), now=now, limit=MOST_REPS
    )
    ids = [person.user_id for person in found]
    said = await reps.list_(session, inbox.workspace_id, ids)
    own = [one.id for one in await access.list_inboxes(session, actor)]
    shown = {one.user_id: one for one in await loads.list_(session, inbox.workspace_id, own)}
    load = Counter(await rows.count_coming(session, inbox.workspace_id))
    every = [one.id for one in await inboxes.list_(session, inbox.workspace_id)]
    load.update({one.user_id: one.open for one in await loads.list_(session, inbox.workspace_id, every)})
    candidates = []
    for person in found:
        rep, has = said.get(person.user_id), shown.get(person.user_id)
        candidates.append(
            Candidate(
                user_id=person.user_id,
                name=person.name,
                open=has.open if has else 0,
                unread=has.unread if has else 0,
                load=load[person.user_id],
                capacity=rep.capacity if rep else None,
                skills=tuple(rep.skills) if rep else (),
                is_away=reps.is_away(rep, now),
            )
        )
    return sorted(candidates, key=lambda one: (one.is_away, one.load, one.name.casefold(), one.user_id))


async def list_choices(
    session: Session,
    actor: Actor,
    inbox_id: int,
    conversation_id: int | None,
    *,
    matching: str,
    limit: int,
    now: datetime,
) -> list[Choice]:
    """Whom to pick for a conversation, or among whom to distribute: who does it first, then who has least to do."""
    inbox = await inboxes.get(session, actor.workspace_id, inbox_id)
    await ownership.require_manager(session, actor, inbox)
    if conversation_id is not None:
        await _require_in(session, inbox, conversation_id)
    about = [] if conversation_id is None else [conversation_id]
    words = await labels.list_(session, actor.workspace_id, about)
    wanted = _folded(label for found in words.values() for label in found)
    found = [
        (one, bool(wanted & _folded(one.skills)))
        for one in await _list_candidates(session, actor, inbox, matching=matching, now=now)
    ]
    found.sort(key=lambda one: (one[0].is_away, not one[1]))
    return [Choice(user_id=one.user_id, name=one.name, note=_note(one, does=does)) for one, does in found[:limit]]


def _note(candidate: Candidate, *, does: bool) -> str:
    takes = "" if candidate.capacity is None else f" of {candidate.capacity:,}"
    why = [
        *(["does this"] if does else []),
        f"{candidate.open:,}{takes} open",
        *(["takes no more"] if candidate.is_full() else []),
        *(["away"] if candidate.is_away else []),
    ]
    return ", ".join(why)


async def give_evenly(
    session: Session,
    actor: Actor,
    inbox_id: int,
    *,
    number: int,
    among: Sequence[str],
    view_id: str | None,
    now: datetime,
) -> Transfer:
    """Give out so many of an inbox's unowned conversations, the longest waiting first, among some or all who are here.

    Raises NotAManager, NothingUnassigned, or NobodyToGive when none of them takes any more.
    """
    inbox = await inboxes.get(session, actor.workspace_id, inbox_id)
    await ownership.require_manager(session, actor, inbox)
    await backlogs.lock_all(session, actor.workspace_id)  # of two who do this at once one counts what the other gives
    await alerts.heed(session, actor, inbox.id)
    unowned = [one for one, _ in await _list_unowned(session, inbox, limit=min(number, MOST_EVENLY))]
    if not unowned:
        raise NothingUnassigned
    candidates = [
        one
        for one in await _list_candidates(session, actor, inbox, now=now)
        if (one.user_id in among if among else not one.is_away)
    ]
    planned = plan(unowned, candidates)
    if not planned:
        raise NobodyToGive
    return await _begin(session, actor, planned, view_id=view_id, now=now)


async def give_by_hand(
    session: Session, actor: Actor, inbox_id: int, given: dict[int, str], *, view_id: str | None, now: datetime
) -> Transfer:
    """Give out conversations as a manager has chosen. Raises NotAManager, or NobodyToGive when nobody was chosen."""
    inbox = await inboxes.get(session, actor.workspace_id, inbox_id)
    await ownership.require_manager(session, actor, inbox)
    for conversation_id, user_id in given.items():
        await _require_in(session, inbox, conversation_id)
        await access.require_owner(session, inbox, user_id)
    if not given:
        raise NobodyToGive
    await alerts.heed(session, actor, inbox.id)
    return await _begin(session, actor, given, view_id=view_id, now=now)


async def _require_in(session: Session, inbox: Inbox, conversation_id: int) -> None:
    """Raise ValueError for a conversation of another inbox."""
    conversation = await conversations.get(session, inbox.workspace_id, conversation_id)
    if conversation.inbox_id != inbox.id:
        raise ValueError("a conversation of another inbox")


async def _begin(
    session: Session, actor: Actor, given: dict[int, str], *, view_id: str | None, now: datetime
) -> Transfer:
    return await transfers.begin(
        session,
        actor.workspace_id,
        what=transfers.DISTRIBUTION,
        actor=actor,
        owner=None,
        items=list(given.items()),
        view_id=view_id,
        now=now,
    )
