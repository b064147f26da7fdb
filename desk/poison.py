"""What Slack takes in no form is said in the thread instead, in words of ours that cannot be refused for what they say.

Whatever is behind it goes on: a card that was refused leaves a plain one, so that the thread has a root. A text of ours
that its line cannot show does not leave.
"""

from datetime import datetime
from typing import Any

from desk import outbox
from storage import conversations, inboxes, messages
from storage.claims import Claimed
from storage.database import Session
from storage.states import Kind

NOT_SHOWN = "not_shown"


async def tell(session: Session, claimed: Claimed, *, now: datetime) -> None:
    """Say in its thread that a post was refused for good, once; where to read a text is told with it."""
    delivery = claimed.delivery
    is_told = "instead" in delivery.payload or delivery.payload.get("what") == NOT_SHOWN
    if delivery.conversation_id is None or is_told:
        return
    conversation = await conversations.lock(session, delivery.workspace_id, delivery.conversation_id)
    inbox = await inboxes.get(session, conversation.workspace_id, conversation.inbox_id)
    if delivery.kind == Kind.CARD:
        thread = await conversations.get_thread(session, delivery.workspace_id, delivery.payload["thread_id"])
        instead = await _details(session, [thread.opening_id] if thread.opening_id else [])
        await outbox.post_plain_card(session, conversation, inbox, thread, instead=instead, now=now)
        return
    ids = [row.message_id for row in claimed.texts if row.message_id is not None]
    if delivery.kind == Kind.LINE and ids:
        unsent = await messages.get(session, delivery.workspace_id, ids[0])
        details: dict[str, Any] = {"is_unsent": True, "author": unsent.author_id}
    else:
        details = await _details(session, ids)
    await outbox.post_line(session, conversation, inbox, NOT_SHOWN, now=now, cause=str(delivery.id), **details)


async def _details(session: Session, message_ids: list[int]) -> dict[str, Any]:
    """Where texts can be read: Twilio's ids of them, and when the first came."""
    texts = await messages.list_inbound(session, message_ids)
    return {"sids": [text.sid for text in texts if text.sid], "at": texts[0].created_at.isoformat() if texts else None}
