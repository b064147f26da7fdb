"""Conversations that change their owner together: written down at once, moved one by one, and told at the end.

Each is moved in a transaction of its own that says so, too. So a crash leaves the rest to be done and none to be done
twice, whichever replica goes on, and none is locked for longer than by a press.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog

from desk import access, assignment, leaving, outbox
from desk.access import Actor
from desk.alarms import Told
from desk.team_values import Receipt
from storage import conversations, inboxes, transfers
from storage.database import DatabaseError, Session
from storage.models import Transfer, TransferItem
from storage.states import Status
from storage.transfers import MOVED

HANDOFF = "handoff"  # somebody gives away what is theirs, or a manager what is another's
DISTRIBUTION = "distribution"  # a manager gives out what nobody owns
MOST_NOTE = 500

log = structlog.get_logger(__name__)

_LINES = {HANDOFF: "handed_off", DISTRIBUTION: "distributed", leaving.DEPARTURE: "left_behind"}
_CLOSED = "closed by then"
_TAKEN = "somebody else's by then"
_RELEASED = "nobody's by then"
_BACK = "kept, as they can own them again"
_WRONG = "something went wrong on our side, and the log says what"


async def begin(
    session: Session,
    workspace_id: int,
    *,
    what: str,
    actor: Actor | None,
    owner: str | None,
    items: Sequence[tuple[int, str | None]],
    note: str = "",
    view_id: str | None = None,
    now: datetime,
) -> Transfer:
    """Have conversations that `owner` (None: nobody) owns given to others, each with whom it goes to (None: nobody).

    Whether the actor may is asked before. `view_id` is the modal that shows how far it is, in which only one is
    begun, however often it is sent; once the transaction is committed, `Context.begun` is to be told.
    """
    transfer = Transfer(
        workspace_id=workspace_id,
        what=what,
        actor_id=actor.user_id if actor else None,
        source=actor.source if actor else "",
        owner_id=owner,
        note=note.strip()[:MOST_NOTE],
        view_id=view_id,
        created_at=now,
    )
    return await transfers.add(session, transfer, items) or await transfers.get_of_view(session, workspace_id, view_id)


async def move_next(
    session: Session, workspace_id: int, transfer_id: int, told: Told, *, now: datetime
) -> Transfer | None:
    """Move one conversation, or say what became of all; None when that was said, or another replica is at it.

    `told` are the managers, who hear of a departure.
    """
    transfer = await transfers.lock(session, workspace_id, transfer_id)
    if transfer is None:
        return None
    item = await transfers.find_next(session, transfer)
    if item is None:
        transfer.finished_at = now
        await _tell(session, transfer, told, now=now)
        return transfer
    try:
        async with session.begin_nested():
            outcome = await _move(session, transfer, item, now=now)
    except DatabaseError:
        raise
    except Exception as error:  # one that cannot be moved keeps no other
        log.exception("not moved", transfer=transfer.id, item=item.position, error=type(error).__name__)
        outcome = _WRONG
    item.outcome = outcome
    return transfer


async def _move(session: Session, transfer: Transfer, item: TransferItem, *, now: datetime) -> str:
    """Give one conversation to whom it goes to: `moved`, or why not."""
    conversation = await conversations.lock(session, transfer.workspace_id, item.conversation_id)
    inbox = await inboxes.get(session, transfer.workspace_id, conversation.inbox_id)
    if conversation.status == Status.CLOSED:
        return _CLOSED
    if conversation.assignee_id != transfer.owner_id:
        return _RELEASED if conversation.assignee_id is None else _TAKEN
    details = {"note": transfer.note} if transfer.note else {}
    if transfer.what == leaving.DEPARTURE:
        gone = await leaving.why_gone(session, inbox, transfer.owner_id or "")
        if gone is None:
            return _BACK
        details["why"] = gone
    if item.to_id is not None:
        reason = await access.why_not_owner(session, inbox, item.to_id)
        if reason is not None:
            return f"{await access.name_of(session, inbox.workspace_id, item.to_id)} cannot own them: {reason}"
    actor = _actor(transfer)
    line = _LINES[transfer.what]
    await assignment.give(
        session, conversation, inbox, line, actor=actor, owner=item.to_id, now=now, is_unseen=True, **details
    )
    return MOVED


def _actor(transfer: Transfer) -> Actor | None:
    if transfer.actor_id is None:
        return None
    return Actor(workspace_id=transfer.workspace_id, user_id=transfer.actor_id, source=transfer.source)


async def read(session: Session, transfer: Transfer) -> Receipt:
    """What has become of a transfer so far."""
    moved: dict[str | None, int] = {}
    stayed: dict[str, int] = {}
    for one in await transfers.list_outcomes(session, transfer):
        if one.outcome == MOVED:
            moved[one.to_id] = moved.get(one.to_id, 0) + one.count
        else:
            stayed[one.outcome] = stayed.get(one.outcome, 0) + one.count
    return Receipt(
        what=transfer.what,
        is_over=transfer.finished_at is not None,
        actor_id=transfer.actor_id,
        owner_id=transfer.owner_id,
        total=await transfers.count_items(session, transfer),
        moved=tuple(sorted(moved.items(), key=lambda one: -one[1])),
        stayed=tuple(sorted(stayed.items(), key=lambda one: -one[1])),
    )


async def _tell(session: Session, transfer: Transfer, told: Told, *, now: datetime) -> None:
    """Have whoever asked for it told what became of it, or managers that somebody left work behind."""
    if transfer.what == leaving.DEPARTURE:
        await leaving.tell(session, transfer, await transfers.list_outcomes(session, transfer), told, now=now)
    if transfer.actor_id is None:
        return
    receipt = await read(session, transfer)
    await outbox.post_notice(
        session,
        transfer.workspace_id,
        to=transfer.actor_id,
        cause=f"transfer:{transfer.id}:{transfer.created_at.isoformat()}",
        payload={
            "what": "transferred",
            "transfer": transfer.what,
            "owner": receipt.owner_id,
            "total": receipt.total,
            "moved": [list(one) for one in receipt.moved],
            "stayed": [list(one) for one in receipt.stayed],
        },
        now=now,
    )
