"""Replies must leave in the order in which they were written, also when events were missed and are still read back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from desk import outbox
from storage import conversations, deliveries, messages
from storage.database import Session
from storage.states import MessageStatus

_LONGEST = timedelta(seconds=60)

Thread = tuple[str, str]
"""A thread by its channel and its root's ts."""


@dataclass(eq=False)
class Gap:
    """A time in which events may have been missed, until it is read back: any thread may lack a reply.

    `unread`: only these may, as the roots have told; None before that. `read`: these do not any more. `waiting`: in
    these a live reply waits for that.
    """

    unread: set[Thread] | None = None
    read: set[Thread] = field(default_factory=set)
    waiting: set[Thread] = field(default_factory=set)
    is_over: bool = False

    def may_lack(self, thread: Thread) -> bool:
        """Whether a reply may stand in a thread of which nobody has told us."""
        return not self.is_over and thread not in self.read and (self.unread is None or thread in self.unread)


@dataclass(eq=False)
class Gaps:
    """The newest gap of this process; every start begins with one."""

    newest: Gap = field(default_factory=Gap)

    def open(self) -> None:
        """Events may have been missed until now: what was read back before does not tell of them."""
        self.newest = Gap(waiting=set(self.newest.waiting))


async def hold_back(session: Session, gaps: Gaps, workspace_id: int, thread: Thread, ts: str, *, now: datetime) -> None:
    """Hold a reply that an event has just told until its thread is read back, if an earlier one may be missing there.

    Call it with its conversation locked. The wait is a minute at most, and then the reply goes: Slack lets an app
    outside its Marketplace read one thread a minute, and customers do not wait until all of many are read.
    """
    if not gaps.newest.may_lack(thread):
        return
    message = await messages.find_by_ts(session, workspace_id, thread[0], ts)
    if message is not None and message.status == MessageStatus.HELD:
        gaps.newest.waiting.add(thread)
        await deliveries.hold_back(session, outbox.reply_id(message), thread, until=now + _LONGEST)


async def let_go(session: Session, workspace_id: int, thread: Thread) -> None:
    """Hold the replies in a thread that is read back now no longer than if nothing could have been missed."""
    drawn = await conversations.find_thread(session, workspace_id, *thread)
    if drawn is not None:
        conversation = await conversations.lock(session, workspace_id, drawn.conversation_id)
        await deliveries.let_go(session, conversation.id, thread)
