"""What can be taken away as a file: who changed owner and status of conversations, when, and from where. Never a text.

What comes back is a piece at a time, while the session is open.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from desk import access, ownership
from desk.access import Actor
from desk.errors import NothingToTell
from storage import conversations, histories, people
from storage.database import Session
from storage.histories import Line

_AT_ONCE = 500
_BEGINNING = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A change, with the names of the people in it: who did it (None: the bridge), and the owner before and after."""

    line: Line
    actor: str | None
    before: str | None
    after: str | None


async def read_conversation(
    session: Session, actor: Actor, conversation_id: int
) -> tuple[str, AsyncIterator[list[Entry]]]:
    """What the contact of a conversation is called, and all changes of its owner and status, the oldest first."""
    conversation, _ = await access.view(session, actor, conversation_id)
    contact = await conversations.get_contact(session, conversation)
    lines = histories.read_lines(session, conversation, at_once=_AT_ONCE)
    return contact.known_as, _named(session, actor.workspace_id, lines)


async def read_inboxes(
    session: Session, actor: Actor, *, channel_id: str | None, days: int | None, now: datetime
) -> AsyncIterator[list[Entry]]:
    """The same of the last days (None: ever), for managers: in an inbox's channel of it, elsewhere of all of theirs.

    Raises NotAManager with who is one, and NothingToTell for somebody who is in no inbox's channel.
    """
    own = await access.require_inboxes(session, actor, NothingToTell)
    shown = access.narrowed(own, channel_id)
    await ownership.require_manager(session, actor, shown[0])
    since = _BEGINNING if days is None else now - timedelta(days=days)
    lines = histories.read_lines_of(
        session, actor.workspace_id, [inbox.id for inbox in shown], since=since, at_once=_AT_ONCE
    )
    return _named(session, actor.workspace_id, lines)


async def _named(session: Session, workspace_id: int, lines: AsyncIterator[list[Line]]) -> AsyncIterator[list[Entry]]:
    names: dict[str, str] = {}
    async for some in lines:
        wanted = {one for line in some for one in (line.actor_id, line.before, line.after) if one} - names.keys()
        names |= await people.names(session, workspace_id, wanted)
        yield [_entry(line, names) for line in some]


def _entry(line: Line, names: dict[str, str]) -> Entry:
    return Entry(line, *(names.get(one or "") for one in (line.actor_id, line.before, line.after)))
