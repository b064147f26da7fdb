"""What managers say of the reps: who is a manager, who is new, how much each takes, and what they do (rule 7)."""

from collections.abc import Sequence
from datetime import datetime

from desk import access, details, outbox, ownership
from desk.access import Actor
from desk.errors import CannotOwn, NotInChannel, OwnSettings
from desk.team_values import Member
from desk.values import Choice
from storage import labels, managers, people, reps
from storage.database import Session
from storage.models import Inbox, Person

MOST_SKILLS = 20
MOST_CAPACITY = 1_000


async def list_members(session: Session, actor: Actor, *, matching: str, limit: int, now: datetime) -> list[Choice]:
    """The reps of the inboxes in which the actor is a manager, by name."""
    found: dict[str, Person] = {}
    for inbox in await _managed(session, actor):
        some = await people.list_reps(
            session, inbox.workspace_id, inbox.channel_id, matching=matching.strip(), now=now, limit=limit
        )
        found |= {person.user_id: person for person in some}
    ordered = sorted(found.values(), key=lambda person: (person.sought, person.user_id))
    return [Choice(user_id=person.user_id, name=person.name) for person in ordered[:limit]]


async def read(session: Session, actor: Actor, user_id: str) -> Member:
    """What is said of a rep. Raises CannotOwn for somebody who is none in the inboxes of the actor, a manager."""
    await _require_member(session, actor, user_id)
    rep = await reps.find(session, actor.workspace_id, user_id)
    by_settings = set(await managers.list_(session, actor.workspace_id))
    picked = set(await managers.list_(session, actor.workspace_id, source=managers.PICKED))
    return Member(
        user_id=user_id,
        name=await access.name_of(session, actor.workspace_id, user_id),
        is_manager=user_id in picked,
        is_manager_by_settings=user_id in by_settings - picked,
        is_new=rep.is_new,
        capacity=rep.capacity,
        skills=tuple(rep.skills),
    )


async def keep(
    session: Session,
    actor: Actor,
    user_id: str,
    *,
    is_manager: bool,
    is_new: bool,
    capacity: int | None,
    skills: Sequence[str],
    now: datetime,
) -> None:
    """Say of a rep whether they are a manager and new, how many open conversations they take, and what they do.

    Raises OwnSettings for a manager who would not be one any more by their own hand.
    """
    await _require_member(session, actor, user_id)
    picked = await managers.list_(session, actor.workspace_id, source=managers.PICKED)
    if user_id == actor.user_id and user_id in picked and not is_manager:
        raise OwnSettings
    await managers.pick(session, actor.workspace_id, user_id, is_manager=is_manager)
    distinct = {skill.casefold(): skill for skill in map(details.label, skills) if skill}
    await reps.keep(
        session,
        actor.workspace_id,
        user_id,
        is_new=is_new,
        capacity=capacity,
        skills=list(distinct.values())[:MOST_SKILLS],
    )
    outbox.draw_home(session, actor.workspace_id, user_id, now=now)


async def list_skills(session: Session, actor: Actor, *, matching: str, limit: int) -> list[Choice]:
    """The labels in use in the actor's inboxes, and before them the one that is being typed, if it is new."""
    own = await _managed(session, actor)
    typed = details.label(matching)[: details.LONGEST_LABEL]
    known = await labels.known(session, actor.workspace_id, [inbox.id for inbox in own], matching=typed, limit=limit)
    new = [] if not typed or typed.casefold() in map(str.casefold, known) else [Choice(user_id=typed, name=typed)]
    return [*new, *(Choice(user_id=name, name=name) for name in known)][:limit]


async def require_manager(session: Session, actor: Actor) -> None:
    """Raise NotAManager, with who is one, unless the actor is; NotInChannel and GuestsDoNotOwn as ever."""
    await _managed(session, actor)


async def _managed(session: Session, actor: Actor) -> list[Inbox]:
    """The inboxes of the actor, who is a manager. Raises NotInChannel, GuestsDoNotOwn or NotAManager."""
    own = await access.require_inboxes(session, actor, NotInChannel)
    await ownership.require_manager(session, actor, own[0])
    return own


async def _require_member(session: Session, actor: Actor, user_id: str) -> None:
    reasons = [await access.why_not_owner(session, inbox, user_id) for inbox in await _managed(session, actor)]
    if all(reasons):
        raise CannotOwn(name=await access.name_of(session, actor.workspace_id, user_id), reason=reasons[0])
