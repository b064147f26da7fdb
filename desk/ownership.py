"""Who may change who owns a conversation: a team's expectation, as its inbox's model has it (rule 7).

In every model an owner may give away or release what is theirs, and a manager anything. Reading and replying are never
restricted.
"""

from desk import access
from desk.access import Actor
from desk.errors import GivenOutByManagers, NewHere, NotAManager, OwnersAndManagers
from storage import managers, people, reps
from storage.database import Session
from storage.models import Conversation, Inbox
from storage.states import Model

_MOST_NAMES = 3


async def require_change(
    session: Session, actor: Actor, conversation: Conversation, inbox: Inbox, *, owner: str | None
) -> None:
    """Raise unless the actor may make `owner` (None: nobody) the owner of a conversation, whoever it is now.

    Raises GivenOutByManagers, OwnersAndManagers or NewHere, each with who can.
    """
    refusal = await _refusal(session, actor, conversation, inbox, owner=owner)
    if refusal is not None:
        raise refusal(who=await _who_can(session, inbox, inbox.workspace_id))


async def require_manager(session: Session, actor: Actor, inbox: Inbox | None = None) -> None:
    """Raise NotAManager, with who is one (in an inbox's channel), unless the actor is a manager."""
    if not await managers.is_one(session, actor.workspace_id, actor.user_id):
        raise NotAManager(who=await _who_can(session, inbox, actor.workspace_id))


async def may_claim(session: Session, actor: Actor, conversation: Conversation, inbox: Inbox) -> bool:
    """Whether the actor may make themselves the owner."""
    return await _refusal(session, actor, conversation, inbox, owner=actor.user_id) is None


def claims_by_reply(inbox: Inbox) -> bool:
    """Whether the first reply to a conversation that nobody owns makes its author the owner."""
    return inbox.model == Model.SELF_SERVICE if inbox.claim_on_reply is None else inbox.claim_on_reply


async def _refusal(
    session: Session, actor: Actor, conversation: Conversation, inbox: Inbox, *, owner: str | None
) -> type[GivenOutByManagers | OwnersAndManagers | NewHere] | None:
    before = conversation.assignee_id
    refusal: type[GivenOutByManagers | OwnersAndManagers | NewHere]
    if inbox.model == Model.SELF_SERVICE or before == actor.user_id:
        return None
    if inbox.model == Model.MANAGER_ASSIGNED:
        refusal = GivenOutByManagers if before is None else OwnersAndManagers
    elif owner == actor.user_id and await reps.is_new(session, inbox.workspace_id, actor.user_id):
        refusal = NewHere
    else:
        return None
    return None if await managers.is_one(session, inbox.workspace_id, actor.user_id) else refusal


async def _who_can(session: Session, inbox: Inbox | None, workspace_id: int) -> str:
    """The managers, or those of an inbox, by name, as many as a sentence holds."""
    ids = [
        user_id
        for user_id in await managers.list_(session, workspace_id)
        if inbox is None or await access.why_not_owner(session, inbox, user_id) is None
    ]
    names = sorted((await people.names(session, workspace_id, ids)).values())
    if not names:
        return "a manager"
    if len(names) > _MOST_NAMES:
        return f"{', '.join(names[:_MOST_NAMES])} or another manager"
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
