"""Queues: one's own, the unassigned ones, and everything in an inbox (rules 0 and 4)."""

from datetime import datetime

from desk import access
from desk.access import Actor
from desk.cards import permalink
from desk.errors import NotAQueue
from desk.values import Filter, Page, Queue, Row
from storage import labels, managers, people, queues, workspaces
from storage.database import Session
from storage.models import Contact, Conversation, Inbox, Thread
from storage.queues import COUNTED_TO
from storage.states import Status

_STATUSES = {
    Filter.ALL: (Status.OPEN, Status.SNOOZED, Status.CLOSED),
    Filter.UNREAD: (Status.OPEN,),
    Filter.OPEN: (Status.OPEN,),
    Filter.SNOOZED: (Status.SNOOZED,),
    Filter.CLOSED: (Status.CLOSED,),
}

_Shown = tuple[Conversation, Contact, Inbox, Thread | None]


async def read(
    session: Session,
    actor: Actor,
    queue: Queue,
    filter_: Filter,
    *,
    channel_id: str | None,
    inbox_id: int | None,
    page: int,
    size: int,
    now: datetime,
) -> Page:
    """One page of a queue. `/unassigned` and the inbox queue show one inbox in its channel, elsewhere all of one's own.

    Raises NotAQueue for somebody who is in no inbox's channel, and GuestsDoNotOwn for a guest.
    """
    own = await access.require_inboxes(session, actor, NotAQueue)
    shown = _narrowed(own, queue, channel_id, inbox_id)
    scope = queues.Scope(
        workspace_id=actor.workspace_id,
        inbox_ids=tuple(inbox.id for inbox in shown),
        owner_id=actor.user_id if queue is Queue.MINE else None,
        unowned=queue is Queue.UNASSIGNED,
    )
    counts = await queues.count(session, scope)
    by_filter = {
        Filter.ALL: min(counts.open + counts.snoozed + counts.closed, COUNTED_TO + 1),
        Filter.UNREAD: counts.unread,
        Filter.OPEN: counts.open,
        Filter.SNOOZED: counts.snoozed,
        Filter.CLOSED: counts.closed,
    }
    by_status = {Status.OPEN: counts.open, Status.SNOOZED: counts.snoozed, Status.CLOSED: counts.closed}
    total = by_filter[filter_]
    page = max(0, min(page, (min(total, COUNTED_TO) - 1) // size)) if total else 0
    found: list[_Shown] = []
    skipped = page * size
    for status in _STATUSES[filter_]:
        if by_status[status] and len(found) < size:
            found += await queues.list_(
                session,
                scope,
                status,
                only_unread=filter_ is Filter.UNREAD,
                offset=skipped,
                limit=size - len(found),
            )
        skipped = max(0, skipped - by_status[status])
    names = await people.names(session, actor.workspace_id, [row[0].assignee_id or "" for row in found])
    labelled = await labels.list_(session, actor.workspace_id, [row[0].id for row in found])
    workspace = await workspaces.get_by_id(session, actor.workspace_id)
    is_manager = await managers.is_one(session, actor.workspace_id, actor.user_id)
    return Page(
        queue=queue,
        filter=filter_,
        inbox_id=shown[0].id if len(shown) == 1 and len(own) > 1 else None,
        number=page,
        size=size,
        total=total,
        rows=tuple(row_of(*row, names=names, labelled=labelled, url=workspace.url) for row in found),
        counts=by_filter,
        inboxes=len(shown),
        counted_to=COUNTED_TO,
        distribute=shown[0].id if queue is Queue.UNASSIGNED and len(shown) == 1 and is_manager else None,
        now=now,
    )


def _narrowed(own: list[Inbox], queue: Queue, channel_id: str | None, inbox_id: int | None) -> list[Inbox]:
    if inbox_id is not None:
        narrowed = [inbox for inbox in own if inbox.id == inbox_id]
        if not narrowed:
            raise NotAQueue
        return narrowed
    return own if queue is Queue.MINE else access.narrowed(own, channel_id)


def row_of(
    conversation: Conversation,
    contact: Contact,
    inbox: Inbox,
    thread: Thread | None,
    *,
    names: dict[str, str],
    labelled: dict[int, list[str]],
    url: str,
) -> Row:
    """A conversation as a list shows it."""
    owner = conversation.assignee_id
    return Row(
        conversation_id=conversation.id,
        revision=conversation.revision,
        contact=contact.known_as,
        number=contact.label,
        inbox=inbox.label,
        is_open=conversation.status == Status.OPEN,
        assignee_id=owner,
        assignee_name=names.get(owner or "", "Someone") if owner else None,
        waiting_since=conversation.waiting_since,
        last_activity_at=conversation.last_activity_at,
        unread=conversation.unread,
        last_text=conversation.last_text,
        thread_url=permalink(url, thread),
        thread=(thread.channel_id, thread.root_ts) if thread is not None and thread.root_ts else None,
        is_snoozed=conversation.status == Status.SNOOZED,
        snoozed_until=conversation.snoozed_until,
        labels=tuple(labelled.get(conversation.id, ())),
    )
