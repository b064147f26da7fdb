"""Where a press came from. Slack sends no message with a press in a private answer, so the block's id says it."""

import re
from dataclasses import dataclass

from desk.values import Filter, Queue

_MOST = 10**18 - 1
_KIND = re.compile(r"[a-z0-9-]{1,40}")
_NUMBER = r"(0|[1-9][0-9]{0,17})"
_THREAD = r"([A-Z0-9]{1,20})/([0-9]{1,15}\.[0-9]{1,6})"
_ENCODED = re.compile(
    rf"{_KIND.pattern}\|c{_NUMBER}?\|r{_NUMBER}\|q([a-z]*)\|f([a-z]*)\|i{_NUMBER}?\|p{_NUMBER}(?:\|t{_THREAD})?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A conversation, a page of a queue, or a conversation on such a page.

    `revision` is part of the id because Slack keeps showing a menu's old choice until its block's id changes. `thread`
    is the channel and ts of the conversation's card where the block is not on that card itself.
    """

    conversation_id: int | None = None
    revision: int = 0
    queue: Queue | None = None
    filter: Filter | None = None
    inbox_id: int | None = None
    page: int = 0
    thread: tuple[str, str] | None = None

    def encode(self, kind: str) -> str:
        """The id of a block; `kind` tells blocks of one message apart."""
        if not _KIND.fullmatch(kind):
            raise ValueError(f"A block's kind is short and plain, not {kind!r}")
        numbers = (self.conversation_id, self.revision, self.inbox_id, self.page)
        if any(number is not None and not 0 <= number <= _MOST for number in numbers):
            raise ValueError(f"No place has such numbers: {self}")
        conversation_id = "" if self.conversation_id is None else self.conversation_id
        inbox_id = "" if self.inbox_id is None else self.inbox_id
        queue = self.queue.value if self.queue else ""
        which = self.filter.value if self.filter else ""
        thread = f"|t{'/'.join(self.thread)}" if self.thread else ""
        return f"{kind}|c{conversation_id}|r{self.revision}|q{queue}|f{which}|i{inbox_id}|p{self.page}{thread}"

    @classmethod
    def decode(cls, block_id: str) -> "Place":
        """The place again. It comes from outside: whatever we did not write raises ValueError."""
        found = _ENCODED.fullmatch(block_id)
        if found is None:
            raise ValueError(f"Not one of our block ids: {block_id[:80]!r}")
        conversation_id, revision, queue, which, inbox_id, page, channel_id, root_ts = found.groups()
        return cls(
            conversation_id=int(conversation_id) if conversation_id else None,
            revision=int(revision),
            queue=Queue(queue) if queue else None,
            filter=Filter(which) if which else None,
            inbox_id=int(inbox_id) if inbox_id else None,
            page=int(page),
            thread=(channel_id, root_ts) if root_ts else None,
        )
