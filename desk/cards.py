"""A conversation as its card shows it, and where in Slack a thread is."""

from datetime import datetime

from desk import outbox
from desk.values import Card
from storage import conversations
from storage.database import Session
from storage.models import Thread
from storage.states import Status


def permalink(url: str, thread: Thread | None) -> str | None:
    """The address of a thread in Slack; None until its card is posted."""
    if thread is None or thread.root_ts is None:
        return None
    where = post_url(url, thread.channel_id, thread.root_ts)
    return f"{where}?thread_ts={thread.root_ts}&cid={thread.channel_id}"


def post_url(url: str, channel_id: str, ts: str) -> str:
    """The address of a message in the workspace at `url`."""
    return f"{url.rstrip('/')}/archives/{channel_id}/p{ts.replace('.', '')}"


async def read(session: Session, thread: Thread) -> Card:
    """A conversation as the card of one of its threads shows it."""
    drawn = await conversations.load_drawn(session, thread)
    conversation, contact, opening = drawn.conversation, drawn.contact, drawn.opening
    owner = conversation.assignee_id
    threads = await conversations.list_threads(session, conversation.id)
    place = [other.id for other in threads].index(thread.id)
    return Card(
        conversation_id=conversation.id,
        revision=conversation.revision,
        contact=contact.known_as,
        number=contact.label,
        inbox=drawn.inbox.label,
        is_open=conversation.status == Status.OPEN,
        assignee_id=owner,
        assignee_name=(drawn.owner_name or "Someone") if owner else None,
        waiting_since=conversation.waiting_since,
        unread=conversation.unread if owner else 0,
        closed_at=conversation.closed_at,
        opted_out=conversation.opted_out_at is not None,
        opening=opening.body if opening else None,
        opening_pictures=opening.pictures if opening else 0,
        opening_recovered=opening is not None and opening.recovered,
        earlier_url=permalink(drawn.workspace.url, threads[place - 1]) if place > 0 else None,
        later_url=permalink(drawn.workspace.url, threads[place + 1]) if place + 1 < len(threads) else None,
        is_snoozed=conversation.status == Status.SNOOZED,
        snoozed_until=conversation.snoozed_until,
        labels=drawn.labels,
        about=conversation.about,
    )


async def draw_over(
    session: Session, workspace_id: int, channel_id: str, root_ts: str, *, shown_id: int, revision: int, now: datetime
) -> None:
    """Have a current card drawn again that shows what only a database that was lost knew: a later revision than ours.

    Or that of another conversation, which had this id there. The new revision is above both, since Slack keeps showing
    a menu's old choice until its block's id changes.
    """
    thread = await conversations.find_thread(session, workspace_id, channel_id, root_ts)
    if thread is None:
        return
    conversation = await conversations.lock(session, workspace_id, thread.conversation_id)
    await session.refresh(thread)
    if thread.is_current and (shown_id != conversation.id or revision > thread.revision):
        conversation.revision = max(conversation.revision, revision)
        await outbox.redraw(session, conversation, now=now)
