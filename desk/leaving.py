"""Who can no longer own what they own: their conversations wait for a new owner by themselves.

It goes by what the directory says now and not by an event, so that one which was missed loses nothing. Nobody is taken
for gone from a channel in which the bot itself is not: what we know of its members then says nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from desk import access, outbox
from desk.alarms import Told
from storage import departures, inboxes, people, transfers, workspaces
from storage.database import Session
from storage.models import Inbox, Transfer
from storage.transfers import MOVED, Became

DEPARTURE = "departure"
DEACTIVATED, GUEST, LEFT = "deactivated", "guest", "left"  # why somebody cannot own any more


async def is_left_behind(session: Session, workspace_id: int) -> bool:
    """Whether anybody owns an open conversation who can no longer own it."""
    return bool(await _list(session, workspace_id))


async def begin(session: Session, workspace_id: int, *, now: datetime) -> None:
    """Have taken from whoever can no longer own them their open conversations.

    Somebody from whom they are being taken already is left to that.
    """
    left: dict[str, list[int]] = {}
    for conversation_id, owner in await _list(session, workspace_id):
        left.setdefault(owner, []).append(conversation_id)
    for owner, conversation_ids in left.items():
        transfer = Transfer(workspace_id=workspace_id, what=DEPARTURE, owner_id=owner, created_at=now)
        await transfers.add(session, transfer, [(conversation_id, None) for conversation_id in conversation_ids])


async def _list(session: Session, workspace_id: int) -> Sequence[tuple[int, str]]:
    workspace = await workspaces.get_by_id(session, workspace_id)
    return await departures.list_(session, workspace_id, workspace.bot_user_id)


async def why_gone(session: Session, inbox: Inbox, user_id: str) -> str | None:
    """Why somebody cannot own work of this inbox any more; None when they can, or nobody knows."""
    workspace = await workspaces.get_by_id(session, inbox.workspace_id)
    person = await people.find(session, inbox.workspace_id, user_id)
    if person is None or await access.why_not_owner(session, inbox, user_id) is None:
        return None
    if not await people.is_member(session, inbox.workspace_id, inbox.channel_id, workspace.bot_user_id):
        return None
    return DEACTIVATED if person.is_deactivated else GUEST if person.is_guest or person.is_stranger else LEFT


async def tell(session: Session, transfer: Transfer, outcomes: Sequence[Became], told: Told, *, now: datetime) -> None:
    """Have the managers told, once each, what somebody left behind in the inboxes whose channel they are in.

    What no manager is told so is told in the inbox's channel.
    """
    counts = {one.inbox_id: one.count for one in outcomes if one.outcome == MOVED}
    if not counts:
        return
    own = [await inboxes.get(session, transfer.workspace_id, inbox_id) for inbox_id in counts]
    places: dict[str, list[Inbox]] = {}
    for inbox in own:
        listeners = [one for one in told.people if await access.why_not_owner(session, inbox, one) is None]
        for place in listeners if listeners and not told.groups else [*listeners, inbox.channel_id]:
            places.setdefault(place, []).append(inbox)
    owner = transfer.owner_id or ""
    for place, shown in places.items():
        await outbox.post_notice(
            session,
            transfer.workspace_id,
            to=place,
            cause=f"transfer:{transfer.id}:{transfer.created_at.isoformat()}",
            payload={
                "what": "left_behind",
                "name": await access.name_of(session, transfer.workspace_id, owner),
                "why": await why_gone(session, shown[0], owner) or LEFT,
                "counts": [[inbox.channel_id, inbox.label, counts[inbox.id]] for inbox in shown],
                "mentions": list(told.groups) if place not in told.people else [],
            },
            now=now,
        )
