"""Who owns a conversation: claim, assign, reassign, release (rules 2, 3, 6). The customer is never told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from desk import access, outbox, ownership, presence, reading
from desk.access import Actor
from desk.errors import AlreadyYours, NobodyOwnsIt, Taken
from desk.values import CHOICES, Choice
from storage import histories, labels, people, reps
from storage.database import Session
from storage.models import Conversation, Inbox, Message, Person
from storage.states import Status


async def claim(session: Session, actor: Actor, conversation_id: int, *, now: datetime) -> None:
    """Take an unowned conversation. Of two who claim at once exactly one wins.

    Raises Taken with the owner's name, AlreadyYours, and what the inbox's model refuses.
    """
    conversation, inbox = await access.reach(session, actor, conversation_id)
    if conversation.assignee_id == actor.user_id:
        raise AlreadyYours
    if conversation.assignee_id is not None:
        raise Taken(name=await access.name_of(session, actor.workspace_id, conversation.assignee_id))
    await ownership.require_change(session, actor, conversation, inbox, owner=actor.user_id)
    await give(session, conversation, inbox, "claimed", actor=actor, owner=actor.user_id, now=now)


async def claim_by_reply(
    session: Session,
    conversation: Conversation,
    inbox: Inbox,
    reply: Message,
    *,
    now: datetime,
    since: datetime | None = None,
) -> bool:
    """Make the author of a reply the owner of a locked conversation that nobody owns, where a claim is not refused.

    `since`: the line that says so may be there since then.
    """
    actor = Actor(workspace_id=conversation.workspace_id, user_id=reply.author_id or "", source="reply")
    if conversation.assignee_id is not None or not ownership.claims_by_reply(inbox):
        return False
    if not await ownership.may_claim(session, actor, conversation, inbox):
        return False
    cause, owner = f"{reply.ts or reply.id}:{reply.attempt}", actor.user_id
    await give(
        session, conversation, inbox, "claimed_by_reply", actor=actor, owner=owner, now=now, cause=cause, since=since
    )
    return True


async def assign(session: Session, actor: Actor, conversation_id: int, owner: str, *, now: datetime) -> None:
    """Make somebody the owner, whoever was before; of two picks at once the last wins and both lines stay.

    Raises CannotOwn when that person may not own work of this inbox, and what the inbox's model refuses.
    """
    conversation, inbox = await access.reach(session, actor, conversation_id)
    await access.require_owner(session, inbox, owner)
    if conversation.assignee_id == owner:
        await outbox.redraw(session, conversation, now=now)
        return
    await ownership.require_change(session, actor, conversation, inbox, owner=owner)
    await give(session, conversation, inbox, "assigned", actor=actor, owner=owner, now=now)


async def take_over(session: Session, actor: Actor, conversation_id: int, owner: str, *, now: datetime) -> None:
    """Take what its owner, who is away, was to answer. Raises Taken when it has another owner by now."""
    conversation, inbox = await access.reach(session, actor, conversation_id)
    if conversation.assignee_id == actor.user_id:
        raise AlreadyYours
    if conversation.assignee_id not in {owner, None}:
        raise Taken(name=await access.name_of(session, actor.workspace_id, conversation.assignee_id))
    await ownership.require_change(session, actor, conversation, inbox, owner=actor.user_id)
    await give(session, conversation, inbox, "assigned", actor=actor, owner=actor.user_id, now=now)


async def release(session: Session, actor: Actor, conversation_id: int, *, now: datetime) -> None:
    """Make a conversation nobody's. Raises NobodyOwnsIt when it is already, and what the inbox's model refuses."""
    conversation, inbox = await access.reach(session, actor, conversation_id)
    if conversation.assignee_id is None:
        raise NobodyOwnsIt
    await ownership.require_change(session, actor, conversation, inbox, owner=None)
    await give(session, conversation, inbox, "released", actor=actor, owner=None, now=now)


async def give(
    session: Session,
    conversation: Conversation,
    inbox: Inbox,
    what: str,
    *,
    actor: Actor | None,
    owner: str | None,
    now: datetime,
    is_unseen: bool = False,
    **details: Any,
) -> None:
    """Change who owns a locked conversation, with the line `what` in its thread; no actor is the bridge itself.

    One that is snoozed awakes when nobody is left to wake up for. Who takes it themselves has read it, unless it
    `is_unseen`.
    """
    actor_id = actor.user_id if actor else None
    before, conversation.assignee_id = conversation.assignee_id, owner
    conversation.helped_at = conversation.offered_at = None
    if owner is None and conversation.status == Status.SNOOZED:
        conversation.status, conversation.snoozed_until = Status.OPEN, None
    conversation.unassigned_since = now if owner is None and conversation.status == Status.OPEN else None
    if before is not None:
        outbox.draw_home(session, conversation.workspace_id, before, now=now)
    await reading.mark_unanswered_unread(session, conversation)
    if owner is not None and owner == actor_id and not is_unseen:
        conversation.read_to = conversation.counter
    await histories.add(
        session,
        conversation,
        what,
        now=now,
        actor_id=actor_id,
        before=before,
        after=owner,
        source=actor.source if actor else "",
    )
    await outbox.post_line(
        session, conversation, inbox, what, now=now, actor=actor_id, before=before, after=owner, **details
    )
    await reading.settle(session, conversation, now=now)


async def list_choices(
    session: Session, actor: Actor, conversation_id: int, *, matching: str, now: datetime
) -> list[Choice]:
    """Who can be picked: the asker first, then the channel's members by name, at most 100 (Slack's limit)."""
    conversation, inbox = await access.view(session, actor, conversation_id)
    skills = (await labels.list_(session, inbox.workspace_id, [conversation.id])).get(conversation.id, ())
    return await list_reps(session, actor, inbox, matching=matching, now=now, skills=skills)


async def list_reps(
    session: Session, actor: Actor, inbox: Inbox, *, matching: str, now: datetime, skills: Sequence[str] = ()
) -> list[Choice]:
    """An inbox's reps as a menu offers them: who asks first, who is away last and with the reason, at most 100.

    Whoever has one of the `skills` comes before those who have none of them.
    """
    skilled = await reps.list_skilled(session, inbox.workspace_id, skills)
    found = await people.list_reps(
        session,
        inbox.workspace_id,
        inbox.channel_id,
        matching=matching.strip(),
        first=actor.user_id,
        sooner=skilled,
        now=now,
        limit=CHOICES,
    )
    said = await reps.list_(session, inbox.workspace_id, [person.user_id for person in found])

    def note(person: Person) -> str:
        does = "you" if person.user_id == actor.user_id else "does this" if person.user_id in skilled else ""
        return ", ".join(filter(None, (does, presence.note(person, said.get(person.user_id), now=now))))

    return [Choice(user_id=person.user_id, name=person.name, note=note(person)) for person in found]
