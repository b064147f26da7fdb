"""Handing off: a rep gives away what is theirs, a manager what is another's, without seeing it as a list (rule 7).

An owner may always give away their own. A manager sees how much somebody has in the inboxes whose channel the manager
is in, and hands off all of it or as many as have waited longest.
"""

from collections.abc import Sequence
from datetime import datetime

from desk import access, ownership, transfers
from desk.access import Actor
from desk.errors import NobodyCalled, NotAQueue, NothingToHandOff, TheirsAlready
from desk.team_values import Holding, Waiter
from desk.values import CHOICES, Choice
from storage import handoffs, managers, reps
from storage.database import Session
from storage.models import Inbox, Person, Transfer

NOBODY = "nobody"  # as whom it goes to: it waits for a new owner
_MOST_SOUGHT = 1_000


async def read(session: Session, actor: Actor, owner: str) -> Holding:
    """How much there is to hand off of what `owner` has. Raises NotAQueue, and NotAManager about somebody else."""
    inboxes = await _inboxes(session, actor, owner)
    counts = await handoffs.count(session, actor.workspace_id, owner, [inbox.id for inbox in inboxes])
    return Holding(
        owner_id=owner,
        name=await access.name_of(session, actor.workspace_id, owner),
        is_own=owner == actor.user_id,
        is_by_manager=await managers.is_one(session, actor.workspace_id, actor.user_id),
        open=counts.open,
        unread=counts.unread,
        snoozed=counts.snoozed,
    )


async def start(session: Session, actor: Actor, named: str) -> tuple[Holding, Choice | None]:
    """What a form begins with: for a manager somebody was named whose it is, for a rep to whom it goes.

    Raises NobodyCalled when no one person is called so, NotAQueue.
    """
    if not named.strip():
        return await read(session, actor, actor.user_id), None
    person = await _find_person(session, actor, named)
    if await managers.is_one(session, actor.workspace_id, actor.user_id):
        return await read(session, actor, person.user_id), None
    return await read(session, actor, actor.user_id), Choice(user_id=person.user_id, name=person.name)


async def _find_person(session: Session, actor: Actor, named: str) -> Person:
    """The one rep in the actor's inboxes who is called so, by any of their names or a part of one."""
    sought = named.strip().lstrip("@").casefold()
    found = await _find_reps(session, actor, await _inboxes(session, actor, actor.user_id), matching=sought)
    exact = [person for person in found if sought in person.sought.split()]
    one = found if len(found) == 1 else exact
    if len(one) != 1:
        raise NobodyCalled(name=named.strip())
    return one[0]


async def list_owners(session: Session, actor: Actor, *, matching: str) -> list[Choice]:
    """Whose conversations a manager can hand off, by name, themselves first. Raises NotAManager."""
    await ownership.require_manager(session, actor)
    found = await _find_reps(session, actor, await _inboxes(session, actor, actor.user_id), matching=matching.strip())
    found = sorted(found, key=lambda person: person.user_id != actor.user_id)
    return [
        Choice(user_id=one.user_id, name=one.name, note="you" if one.user_id == actor.user_id else "") for one in found
    ]


async def list_choices(session: Session, actor: Actor, owner: str, *, matching: str, now: datetime) -> list[Choice]:
    """Whom it can go to: nobody first, then reps by name, who is away last; it is noted who cannot own all of it."""
    inboxes = await _concerned(session, actor, owner)
    found = await handoffs.list_reps(
        session,
        actor.workspace_id,
        [inbox.channel_id for inbox in inboxes],
        matching=matching.strip(),
        limit=CHOICES,
    )
    known = await reps.list_(session, actor.workspace_id, [person.user_id for person, _ in found])
    away = {user_id for user_id, rep in known.items() if reps.is_away(rep, now)}
    choices = [
        Choice(
            user_id=person.user_id,
            name=person.name,
            note=_note(away=person.user_id in away, inboxes=channels, of=len({one.channel_id for one in inboxes})),
        )
        for person, channels in found
        if person.user_id != owner
    ]
    nobody = [Choice(user_id=NOBODY, name="Nobody", note="they wait for a new owner")]
    return [
        *(nobody if not matching.strip() or matching.strip().casefold() in NOBODY else []),
        *sorted(choices, key=lambda choice: choice.user_id in away),
    ][:CHOICES]


def _note(*, away: bool, inboxes: int, of: int) -> str:
    told = ["away"] if away else []
    return " · ".join([*told, f"in {inboxes} of {of} inboxes"] if inboxes < of else told)


async def list_own(session: Session, actor: Actor, *, matching: str) -> list[Waiter]:
    """The actor's own open conversations whose contact's name or number matches, longest waiting first."""
    inboxes = await _inboxes(session, actor, actor.user_id)
    found = await handoffs.list_open(
        session, actor.workspace_id, actor.user_id, [inbox.id for inbox in inboxes], limit=_MOST_SOUGHT
    )
    words, digits = matching.strip().casefold(), "".join(filter(str.isdigit, matching))
    return [
        Waiter(
            conversation_id=conversation.id,
            contact=contact.known_as,
            inbox=inbox.label,
            waiting_since=conversation.waiting_since,
        )
        for conversation, contact, inbox in found
        if words in f"{contact.known_as} {contact.label}".casefold() or (digits and digits in contact.address)
    ][:CHOICES]


async def begin(
    session: Session,
    actor: Actor,
    owner: str,
    *,
    to: str | None,
    chosen: Sequence[int] = (),
    most: int | None = None,
    note: str = "",
    view_id: str | None = None,
    now: datetime,
) -> Transfer:
    """Have what `owner` has handed off to somebody, or (None) to nobody.

    All of it, or those that were `chosen`, which only an owner can, or the `most` that wait longest. Raises NotAQueue,
    NotAManager, TheirsAlready, NothingToHandOff, and CannotOwn when they can own it in none of its inboxes.
    """
    inboxes = await _concerned(session, actor, owner)
    if to == owner:
        raise TheirsAlready(name=await access.name_of(session, actor.workspace_id, owner))
    if chosen and owner == actor.user_id:
        own = [inbox.id for inbox in await _inboxes(session, actor, owner)]
        ids: Sequence[int] = await handoffs.list_in(session, actor.workspace_id, chosen[:CHOICES], own)
    else:
        ids = await handoffs.list_ids(session, actor.workspace_id, owner, [inbox.id for inbox in inboxes], most=most)
    if not ids or not inboxes:
        raise NothingToHandOff(name=await access.name_of(session, actor.workspace_id, owner))
    if to is not None:
        can = [inbox for inbox in inboxes if await access.why_not_owner(session, inbox, to) is None]
        if not can:
            await access.require_owner(session, inboxes[0], to)
    return await transfers.begin(
        session,
        actor.workspace_id,
        what=transfers.HANDOFF,
        actor=actor,
        owner=owner,
        items=[(conversation_id, to) for conversation_id in ids],
        note=note,
        view_id=view_id,
        now=now,
    )


async def _inboxes(session: Session, actor: Actor, owner: str) -> list[Inbox]:
    """The inboxes of the actor, who may hand off what `owner` has in them."""
    if owner != actor.user_id:
        await ownership.require_manager(session, actor)
    return await access.require_inboxes(session, actor, NotAQueue)


async def _concerned(session: Session, actor: Actor, owner: str) -> Sequence[Inbox]:
    """Those of them in which there is something to hand off."""
    ids = [inbox.id for inbox in await _inboxes(session, actor, owner)]
    return await handoffs.list_inboxes(session, actor.workspace_id, owner, ids)


async def _find_reps(session: Session, actor: Actor, inboxes: Sequence[Inbox], *, matching: str) -> list[Person]:
    channel_ids = [inbox.channel_id for inbox in inboxes]
    found = await handoffs.list_reps(session, actor.workspace_id, channel_ids, matching=matching, limit=CHOICES)
    return [person for person, _ in found]
