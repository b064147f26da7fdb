"""A conversation that the team begins: a text to a number, in the conversation that there is, or in a new one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk import access, assignment, composed, leaving, lifecycle, outbox, ownership
from desk.access import Actor
from desk.cards import permalink
from desk.errors import DeskError, NoInboxToTextFrom, NotANumber, OwnNumber
from desk.receive import CARD_EXPIRES_AFTER
from storage import conversations, histories, inboxes, workspaces
from storage.database import Session
from storage.models import Contact, Conversation, Inbox
from storage.states import Status

ReadNumber = Callable[[str, str], tuple[str, str]]
"""Reads a number as somebody typed it, beside one of ours: its address, and how people write it. Or ValueError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What came of it. `unowned`: why whoever began it does not own it, and nobody does; None otherwise."""

    conversation_id: int
    contact: str
    channel_id: str
    unowned: str | None


async def list_inboxes(session: Session, actor: Actor) -> list[Inbox]:
    """The inboxes that somebody can text from. Raises NoInboxToTextFrom, and GuestsDoNotOwn for a guest."""
    return await access.require_inboxes(session, actor, NoInboxToTextFrom)


async def begin(
    session: Session,
    actor: Actor,
    inbox_id: int,
    typed: str,
    *,
    read_number: ReadNumber,
    name: str,
    body: str,
    cause: str,
    now: datetime,
) -> Begun:
    """Text a number, once for a `cause`. Whoever begins a conversation owns it, unless somebody does who still can.

    Where the inbox's model does not let them, it is nobody's. One that is closed or snoozed opens. `name` is what the
    contact is called if nobody has named them. Raises NotANumber, OwnNumber, and what `composed.compose` raises.
    """
    inbox = await inboxes.get(session, actor.workspace_id, inbox_id)
    await access.require_rep(session, actor, inbox)
    contact = await _contact(session, inbox, typed, read_number, now=now)
    elsewhere = await lifecycle.lock_of_contact(session, contact) if name.strip() and not contact.name else []
    conversation = await conversations.ensure(
        session, workspace_id=inbox.workspace_id, inbox_id=inbox.id, contact_id=contact.id, now=now
    )
    is_new = await conversations.current_thread(session, conversation.id) is None
    await _name(session, contact, name, [conversation, *(one for one in elsewhere if one is not conversation)], now=now)
    await _show(session, actor, conversation, inbox, cause=f"begun:{inbox.number}:{contact.address}:{cause}", now=now)
    unowned = await _own(session, actor, conversation, inbox, is_new=is_new, now=now)
    await composed.compose(session, conversation, inbox, body=body, author=actor.user_id, cause=cause, now=now)
    return Begun(
        conversation_id=conversation.id, contact=contact.known_as, channel_id=inbox.channel_id, unowned=unowned
    )


async def _contact(session: Session, inbox: Inbox, typed: str, read_number: ReadNumber, *, now: datetime) -> Contact:
    try:
        address, label = read_number(typed, inbox.number)
    except ValueError as error:
        raise NotANumber(sentence=str(error).removesuffix(".")) from None
    if address in {one.number for one in await inboxes.list_(session, inbox.workspace_id)}:
        raise OwnNumber
    return await conversations.add_contact(
        session, workspace_id=inbox.workspace_id, address=address, label=label, can_reply=True, now=now
    )


async def _name(
    session: Session, contact: Contact, name: str, drawn_on: Sequence[Conversation], *, now: datetime
) -> None:
    """Name a contact whom nobody has named, now that the conversations are locked on whose cards it stands."""
    await session.refresh(contact)
    if name.strip() and not contact.name:
        contact.name = name.strip()
        for conversation in drawn_on:
            await outbox.redraw(session, conversation, now=now)


async def _show(
    session: Session, actor: Actor, conversation: Conversation, inbox: Inbox, *, cause: str, now: datetime
) -> None:
    """Have it open, and its card where the team looks, as when the contact had written."""
    thread = await conversations.current_thread(session, conversation.id)
    is_asleep = conversation.status != Status.OPEN
    if thread is None or (is_asleep and thread.created_at < now - CARD_EXPIRES_AFTER):
        await outbox.post_card(session, conversation, inbox, opening=None, cause=cause, now=now)
    if is_asleep:
        await lifecycle.reopen(session, actor, conversation.id, now=now)


async def _own(
    session: Session, actor: Actor, conversation: Conversation, inbox: Inbox, *, is_new: bool, now: datetime
) -> str | None:
    """Make it theirs if it is nobody's, or of somebody who has left; why not, when they may not own it."""
    gone = await leaving.why_gone(session, inbox, conversation.assignee_id or "")
    if gone is not None:
        await assignment.give(session, conversation, inbox, "left_behind", actor=None, owner=None, now=now, why=gone)
    if conversation.assignee_id is not None:
        return None
    try:
        await ownership.require_change(session, actor, conversation, inbox, owner=actor.user_id)
    except DeskError as refusal:
        if is_new:
            await histories.add(session, conversation, "begun", now=now, actor_id=actor.user_id, source=actor.source)
            await outbox.post_line(session, conversation, inbox, "begun", now=now, actor=actor.user_id)
        return str(refusal)
    what = "begun" if is_new else "claimed"
    await assignment.give(session, conversation, inbox, what, actor=actor, owner=actor.user_id, now=now)
    return None


async def find_url(session: Session, actor: Actor, conversation_id: int) -> tuple[str, tuple[str, str]] | None:
    """The address of a conversation's thread, and its channel and root; None until its card is there."""
    await access.view(session, actor, conversation_id)
    thread = await conversations.current_thread(session, conversation_id)
    workspace = await workspaces.get_by_id(session, actor.workspace_id)
    url = permalink(workspace.url, thread)
    return (url, (thread.channel_id, thread.root_ts)) if url and thread and thread.root_ts else None
