"""Who may touch what: access to a number is membership of its inbox's channel, checked when asked (rule 0)."""

from dataclasses import dataclass

from desk.errors import CannotOwn, DeskError, GuestsDoNotOwn, NoConversation, NotInChannel, OutOfDate
from storage import conversations, inboxes, people
from storage.database import Session
from storage.models import Conversation, Inbox, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something: a Slack user id within a workspace. `source` is where they did it, for the history."""

    workspace_id: int
    user_id: str
    source: str = ""


async def require_rep(session: Session, actor: Actor, inbox: Inbox) -> Person:
    """The person behind the actor, who may work in this inbox.

    Raises NotInChannel or GuestsDoNotOwn.
    """
    if not await people.is_member(session, inbox.workspace_id, inbox.channel_id, actor.user_id):
        raise NotInChannel
    person = await people.find(session, inbox.workspace_id, actor.user_id)
    if person is None or person.is_bot or person.is_deactivated:
        raise NotInChannel
    if person.is_guest or person.is_stranger:
        raise GuestsDoNotOwn
    return person


async def reach(session: Session, actor: Actor, conversation_id: int) -> tuple[Conversation, Inbox]:
    """A conversation that the actor may work on, locked until the transaction ends, and its inbox.

    Raises NotFound for a conversation of another workspace, and what `require_rep` raises.
    """
    conversation = await conversations.lock(session, actor.workspace_id, conversation_id)
    return conversation, await _inbox_of(session, actor, conversation)


async def view(session: Session, actor: Actor, conversation_id: int) -> tuple[Conversation, Inbox]:
    """The same, only to look at."""
    conversation = await conversations.get(session, actor.workspace_id, conversation_id)
    return conversation, await _inbox_of(session, actor, conversation)


async def _inbox_of(session: Session, actor: Actor, conversation: Conversation) -> Inbox:
    inbox = await inboxes.get(session, actor.workspace_id, conversation.inbox_id)
    await require_rep(session, actor, inbox)
    return inbox


async def require_card(session: Session, workspace_id: int, conversation_id: int, *, channel_id: str, ts: str) -> None:
    """Raise OutOfDate unless this post is a card of the conversation.

    A database that is restored from a backup gives ids anew: what a card of the lost one is about is not known before
    the card was recognised by where it stands in Slack.
    """
    thread = await conversations.find_thread(session, workspace_id, channel_id, ts)
    if thread is None or thread.conversation_id != conversation_id:
        raise OutOfDate


async def find_at(session: Session, actor: Actor, channel_id: str, ts: str, thread_ts: str | None) -> int:
    """The conversation that a Slack message belongs to, by the thread that it is in, or by the message itself.

    Raises NoConversation.
    """
    thread = await conversations.find_thread(session, actor.workspace_id, channel_id, thread_ts or ts)
    if thread is not None:
        return thread.conversation_id
    found = await conversations.find_at(session, actor.workspace_id, channel_id, ts)
    if found is None:
        raise NoConversation
    return found


async def list_inboxes(session: Session, actor: Actor) -> list[Inbox]:
    """The inboxes that the actor may work in."""
    person = await people.find(session, actor.workspace_id, actor.user_id)
    if person is None or person.is_guest or person.is_stranger or person.is_deactivated:
        return []
    return list(await inboxes.list_of(session, actor.workspace_id, actor.user_id))


async def require_inboxes(session: Session, actor: Actor, otherwise: type[DeskError]) -> list[Inbox]:
    """The same, of which there is one at least. Raises GuestsDoNotOwn for a guest, and else `otherwise`."""
    own = await list_inboxes(session, actor)
    if not own:
        await refuse_guest(session, actor)
        raise otherwise
    return own


def narrowed(own: list[Inbox], channel_id: str | None) -> list[Inbox]:
    """Those of these inboxes whose channel this is; all of them in any other."""
    return [inbox for inbox in own if inbox.channel_id == channel_id] or own


async def refuse_guest(session: Session, actor: Actor) -> None:
    """Raise GuestsDoNotOwn for a guest or somebody of another organisation."""
    person = await people.find(session, actor.workspace_id, actor.user_id)
    if person is not None and (person.is_guest or person.is_stranger):
        raise GuestsDoNotOwn


async def why_not_owner(session: Session, inbox: Inbox, user_id: str) -> str | None:
    """Why somebody cannot own work of this inbox, in words; None when they can."""
    person = await people.find(session, inbox.workspace_id, user_id)
    if person is None:
        return "they are not in our directory yet"
    for holds, reason in (
        (person.is_bot, "it is an app"),
        (person.is_deactivated, "their account is deactivated"),
        (person.is_stranger, "they belong to another organisation"),
        (person.is_guest, "they are a guest"),
    ):
        if holds:
            return reason
    if not await people.is_member(session, inbox.workspace_id, inbox.channel_id, user_id):
        return "they are not in its channel"
    return None


async def require_owner(session: Session, inbox: Inbox, user_id: str) -> None:
    """Raise CannotOwn unless this person may own work of this inbox."""
    reason = await why_not_owner(session, inbox, user_id)
    if reason is not None:
        raise CannotOwn(name=await name_of(session, inbox.workspace_id, user_id), reason=reason)


async def name_of(session: Session, workspace_id: int, user_id: str | None) -> str:
    """What a person is called."""
    names = await people.names(session, workspace_id, [user_id] if user_id else [])
    return names.get(user_id or "", "Someone")
