"""Saved replies of an inbox: any of its reps sends them, saves new ones, and changes or deletes them."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from desk import access, composed
from desk.access import Actor
from desk.errors import (
    SavedReplyEmpty,
    SavedReplyGone,
    SavedReplyNameTaken,
    SavedReplyUnnamed,
    TooLong,
    TooManySavedReplies,
)
from desk.reply import SMS_LIMIT
from desk.values import CHOICES
from storage import conversations, saved_replies
from storage.database import Session
from storage.models import Inbox, SavedReply

LONGEST_NAME = 75
MOST = 1_000  # in an inbox

_BEGIN = 75
_NAME = re.compile(r"\{\s*name\s*\}", re.IGNORECASE)
_ALONE = re.compile(  # the placeholder with what goes with it: at the begin of a line, or behind something
    rf"(?m:^)[^\S\n]*(?:{_NAME.pattern}[^\S\n]*)+[,;:!.?]*[^\S\n]*(?P<next>\w?)"
    rf"|(?:[^\S\n]*,)?(?:[^\S\n]*{_NAME.pattern})+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A saved reply as its modal shows it; `filled` is its text with the contact's name in it."""

    id: int
    name: str
    body: str
    filled: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One that can be chosen; `begin` is how its text begins."""

    id: int
    name: str
    begin: str


def fill(body: str, name: str) -> str:
    """The text with the contact's name for each `{name}`.

    Of a contact without a name it goes, and with it the space or comma that set it off.
    """
    name = " ".join(name.split())
    if name:
        return _NAME.sub(lambda _: name, body).strip()
    return _ALONE.sub(lambda found: (found["next"] or "").upper(), body).strip()


async def read_contact(session: Session, actor: Actor, conversation_id: int) -> str:
    """What the contact is called, for somebody who may text them from here."""
    conversation, _ = await access.view(session, actor, conversation_id)
    return (await conversations.get_contact(session, conversation)).known_as


async def read(session: Session, actor: Actor, conversation_id: int, reply_id: int) -> Saved:
    """One with the contact's name filled in. Raises SavedReplyGone."""
    conversation, inbox = await access.view(session, actor, conversation_id)
    contact = await conversations.get_contact(session, conversation)
    saved = await _get(session, inbox, reply_id)
    return Saved(id=saved.id, name=saved.name, body=saved.body, filled=fill(saved.body, contact.name or ""))


async def list_choices(session: Session, actor: Actor, conversation_id: int, *, matching: str) -> list[Offer]:
    """Those of the inbox whose name contains what was typed, by name, at most 100; all words of it, in any case."""
    _, inbox = await access.view(session, actor, conversation_id)
    typed = _folded(matching).split()
    known = await saved_replies.list_(session, inbox, characters=_BEGIN)
    offered = [
        Offer(id=id_, name=name, begin=begin)
        for id_, name, begin in known
        if all(word in _folded(name) for word in typed)
    ]
    return sorted(offered, key=lambda one: _folded(one.name))[:CHOICES]


async def save(
    session: Session,
    actor: Actor,
    conversation_id: int,
    reply_id: int | None,
    *,
    name: str,
    body: str,
    now: datetime,
) -> Saved:
    """Keep a text in the inbox of a conversation, in place of one that there was or as a new one.

    Raises SavedReplyUnnamed, SavedReplyNameTaken, SavedReplyEmpty, TooLong, TooManySavedReplies, SavedReplyGone.
    """
    conversation, inbox = await access.view(session, actor, conversation_id)
    name, body = " ".join(unicodedata.normalize("NFC", name).split())[:LONGEST_NAME].strip(), body.strip()
    if not name:
        raise SavedReplyUnnamed
    if not body:
        raise SavedReplyEmpty
    if len(body) > SMS_LIMIT:
        raise TooLong(length=len(body), limit=SMS_LIMIT)
    await saved_replies.lock(session, inbox)
    saved = await _get(session, inbox, reply_id) if reply_id is not None else None
    others = [one for one in await saved_replies.list_(session, inbox, characters=0) if one[0] != reply_id]
    taken = next((other for _, other, _ in others if _folded(other) == _folded(name)), None)
    if taken is not None:
        raise SavedReplyNameTaken(name=taken)
    if saved is None:
        if len(others) >= MOST:
            raise TooManySavedReplies(limit=MOST)
        saved = SavedReply(
            workspace_id=inbox.workspace_id,
            inbox_id=inbox.id,
            name=name,
            body=body,
            author_id=actor.user_id,
            created_at=now,
        )
        session.add(saved)
    saved.name, saved.body = name, body
    await session.flush()
    contact = await conversations.get_contact(session, conversation)
    return Saved(id=saved.id, name=name, body=body, filled=fill(body, contact.name or ""))


async def delete(session: Session, actor: Actor, conversation_id: int, reply_id: int) -> None:
    """Have the inbox forget one; it does not matter whether somebody else was faster."""
    _, inbox = await access.view(session, actor, conversation_id)
    await saved_replies.lock(session, inbox)
    saved = await saved_replies.find(session, inbox, reply_id)
    if saved is not None:
        await session.delete(saved)
        await session.flush()


async def send(session: Session, actor: Actor, conversation_id: int, *, body: str, cause: str, now: datetime) -> None:
    """Text the contact, once for a `cause`; a name's place that was typed is filled, too.

    Raises what `composed.compose` raises.
    """
    conversation, inbox = await access.reach(session, actor, conversation_id)
    body = fill(body, (await conversations.get_contact(session, conversation)).name or "")
    await composed.compose(session, conversation, inbox, body=body, author=actor.user_id, cause=cause, now=now)


async def _get(session: Session, inbox: Inbox, reply_id: int) -> SavedReply:
    saved = await saved_replies.find(session, inbox, reply_id)
    if saved is None:
        raise SavedReplyGone
    return saved


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
