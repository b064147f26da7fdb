"""What a team keeps about a conversation: its labels, and a note about the contact, which only its inbox sees."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from desk import access, cards, outbox
from desk.access import Actor
from desk.errors import LabelTooLong, NoConversation, NoteTooLong, TooManyLabels
from desk.values import CHOICES, Card
from storage import conversations, labels
from storage.database import Session

MOST_LABELS = 10
LONGEST_LABEL = 30
LONGEST_ABOUT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What somebody had before them when they began to change it; `about` is the digest of the note."""

    labels: tuple[str, ...]
    about: str


def digest(about: str) -> str:
    """A note in few characters: another note has others."""
    return sha256(about.encode()).hexdigest()[:16]


def label(typed: str) -> str:
    """A label on one line, with each of its characters written in one way."""
    return " ".join(unicodedata.normalize("NFC", _printed(typed)).split())


def tidy(names: Iterable[str]) -> list[str]:
    """Labels each once, whatever their case: the first spelling stays.

    Raises LabelTooLong and TooManyLabels.
    """
    found: dict[str, str] = {}
    for name in map(label, names):
        if len(name) > LONGEST_LABEL:
            raise LabelTooLong(label=name, limit=LONGEST_LABEL, length=len(name))
        if name:
            found.setdefault(name.casefold(), name)
    if len(found) > MOST_LABELS:
        raise TooManyLabels(limit=MOST_LABELS)
    return list(found.values())


def changed(current: Sequence[str], shown: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """What becomes of the labels when somebody who was shown some has chosen others, and they have changed meanwhile.

    Only what this person has added or taken away is.
    """
    removed = {name.casefold() for name in shown} - {name.casefold() for name in chosen}
    return tidy([*(name for name in current if name.casefold() not in removed), *_without(chosen, shown)])


def _without(names: Sequence[str], others: Sequence[str]) -> list[str]:
    known = {name.casefold() for name in others}
    return [name for name in names if label(name).casefold() not in known]


async def read(session: Session, actor: Actor, conversation_id: int) -> Card:
    """A conversation with all that its card tells, and the whole note."""
    conversation, _ = await access.view(session, actor, conversation_id)
    thread = await conversations.current_thread(session, conversation.id)
    if thread is None:
        raise NoConversation
    return await cards.read(session, thread)


async def list_labels(session: Session, actor: Actor, conversation_id: int, *, typed: str) -> tuple[list[str], str]:
    """The labels in use in the asker's inboxes that match what they type, and what would be a new one, or nothing."""
    await access.view(session, actor, conversation_id)
    own = [inbox.id for inbox in await access.list_inboxes(session, actor)]
    new = label(typed)
    known = await labels.known(session, actor.workspace_id, own, matching=new, limit=CHOICES - 1)
    is_known = new.casefold() in {name.casefold() for name in known}
    return known, "" if is_known or len(new) > LONGEST_LABEL else new


async def change(
    session: Session,
    actor: Actor,
    conversation_id: int,
    *,
    shown: Shown,
    chosen: Sequence[str],
    about: str,
    now: datetime,
) -> None:
    """Keep the labels and the note as somebody has changed them; what they left as it was shown stays as it is now.

    Raises LabelTooLong, TooManyLabels and NoteTooLong.
    """
    conversation, inbox = await access.reach(session, actor, conversation_id)
    about = _printed(about).strip()
    if len(about) > LONGEST_ABOUT:
        raise NoteTooLong(limit=LONGEST_ABOUT, length=len(about))
    current = (await labels.list_(session, actor.workspace_id, [conversation.id])).get(conversation.id, [])
    names = changed(current, shown.labels, await _as_known(session, actor, chosen))
    is_noted = digest(about) != shown.about and about != conversation.about
    if names == current and not is_noted:
        return
    await labels.keep(session, conversation, names)
    if is_noted:
        conversation.about = about
        await outbox.post_line(session, conversation, inbox, "about", now=now, actor=actor.user_id, about=about)
    await outbox.redraw(session, conversation, now=now)


async def _as_known(session: Session, actor: Actor, names: Iterable[str]) -> list[str]:
    """Labels in the spelling that the actor's inboxes know them by."""
    own = [inbox.id for inbox in await access.list_inboxes(session, actor)]
    known = await labels.known(session, actor.workspace_id, own, limit=labels.MOST_NAMES)
    spelled = {name.casefold(): name for name in reversed(known)}
    return [spelled.get(name.casefold(), name) for name in tidy(names)]


def _printed(text: str) -> str:
    """Text without control characters, apart from the ends of its lines."""
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one) != "Cc")
