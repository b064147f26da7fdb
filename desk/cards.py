"""A conversation as its card shows it, and where in Slack a thread is."""

from desk.values import Card
from storage import conversations, inboxes, messages, people, workspaces
from storage.database import Session
from storage.models import Status, Thread


def permalink(url: str, thread: Thread | None) -> str | None:
    """The address of a thread in Slack; None until its card is posted."""
    if thread is None or thread.root_ts is None:
        return None
    ts = thread.root_ts
    place = f"{url.rstrip('/')}/archives/{thread.channel_id}/p{ts.replace('.', '')}"
    return f"{place}?thread_ts={ts}&cid={thread.channel_id}"


async def read(session: Session, thread: Thread) -> Card:
    """A conversation as the card of one of its threads shows it."""
    conversation = await conversations.get(session, thread.workspace_id, thread.conversation_id)
    contact = await conversations.get_contact(session, conversation)
    inbox = await inboxes.get(session, thread.workspace_id, conversation.inbox_id)
    workspace = await workspaces.get_by_id(session, thread.workspace_id)
    opening = await messages.get(session, thread.workspace_id, thread.opening_id) if thread.opening_id else None
    owner = conversation.assignee_id
    names = await people.names(session, thread.workspace_id, [owner] if owner else [])
    threads = await conversations.list_threads(session, conversation.id)
    place = [other.id for other in threads].index(thread.id)
    return Card(
        conversation_id=conversation.id,
        revision=conversation.revision,
        contact=contact.known_as,
        number=contact.label,
        inbox=inbox.label,
        is_open=conversation.status == Status.OPEN,
        assignee_id=owner,
        assignee_name=names.get(owner, "Someone") if owner else None,
        waiting_since=conversation.waiting_since,
        unread=conversation.unread if owner else 0,
        closed_at=conversation.closed_at,
        opted_out=conversation.opted_out_at is not None,
        opening=opening.body if opening else None,
        opening_pictures=opening.pictures if opening else 0,
        earlier_url=permalink(workspace.url, threads[place - 1]) if place > 0 else None,
        later_url=permalink(workspace.url, threads[place + 1]) if place + 1 < len(threads) else None,
    )
