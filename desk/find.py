"""Finds conversations by contact, label or words, among those whose inbox's channel the asker is in (rule 0)."""

import re
import time
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate, groupby

from desk import access
from desk.access import Actor
from desk.errors import NothingToFind
from desk.queues import row_of
from desk.values import Found, Hit, Match
from storage import labels, people, search, workspaces
from storage.database import Session
from storage.search import Known, Said, Scope, fold, has_all

DAYS = 90  # in which words are looked for
SHOWN = 10
BUDGET_SECONDS = 1.6  # of the three in which Slack wants its answer
LONGEST_QUERY = 200

_MOST_WORDS = 8
_FEWEST_DIGITS = 3
_NUMBER = re.compile(r"[+\d\s().\-\u2010-\u2015/]+")
# What is dialled within a country, or before its code (011, 0011), and no part of the number.
_TRUNK = re.compile(r"\(0\)|^\D*0+(?:11(?=(?:\D*\d){8}))?")
_EXCERPT, _BEFORE = 160, 40  # characters of an excerpt, and of them those before the hit


@dataclass(slots=True)
class _Hits:
    """What was found so far; the first hit in a conversation counts."""

    most: int
    found: dict[int, "_Hit"] = field(default_factory=dict)

    def add(self, conversation_id: int, hit: "_Hit") -> None:
        if not self.is_full:
            self.found.setdefault(conversation_id, hit)

    @property
    def is_full(self) -> bool:
        """Whether there is more than is shown, so that one has to say more of what is sought."""
        return len(self.found) > self.most


@dataclass(frozen=True, slots=True)
class _Hit:
    where: Match
    text: str
    author_id: str | None = None
    at: datetime | None = None


async def find(session: Session, actor: Actor, query: str, *, now: datetime, before: datetime | None = None) -> Found:
    """Look for a name, a number, a label or words: all words of the query, whole or in part, in any case and script.

    Words are sought in texts, replies and notes of the last 90 days. `before`: go on from there, with these alone.
    When its time is up the search says how far it has looked. Raises NothingToFind, and GuestsDoNotOwn for a guest.
    """
    own = await access.require_inboxes(session, actor, NothingToFind)
    query = " ".join(query.split())[:LONGEST_QUERY]
    sought = list(dict.fromkeys(fold(query).split()))[:_MOST_WORDS]
    scope = Scope(workspace_id=actor.workspace_id, inbox_ids=tuple(inbox.id for inbox in own))
    began_at = time.monotonic()
    ends_at = began_at + BUDGET_SECONDS
    hits, is_partial, looked_back_to = _Hits(SHOWN), False, None
    if before is None:
        half_way = began_at + BUDGET_SECONDS / 2
        is_partial = not await _look_at_contacts(session, scope, query, sought, hits, ends_at=half_way)
    if not hits.is_full:
        looked_back_to = await _look_at_messages(
            session, scope, sought, hits, before=before or now, now=now, ends_at=ends_at
        )
    return Found(
        query=query,
        hits=await _shown(session, actor, sought, hits),
        has_more=hits.is_full,
        looked_back_to=looked_back_to,
        is_partial=is_partial,
        days=DAYS,
        inboxes=len(own),
    )


async def _look_at_contacts(
    session: Session, scope: Scope, query: str, sought: Sequence[str], hits: _Hits, *, ends_at: float
) -> bool:
    """Whether there was time for all of them."""
    digits = _digits(query)
    found: list[tuple[datetime, int, _Hit]] = []
    up_to = await search.last_conversation(session)
    while up_to > 0 and time.monotonic() < ends_at:
        some = await search.list_contacts(session, scope, sought, digits, up_to=up_to)
        found += [
            (one.active_at, one.conversation_id, hit) for one in some if (hit := _by_contact(one, sought, digits))
        ]
        found = sorted(found, key=lambda one: one[:2], reverse=True)[: SHOWN + 1]
        up_to -= search.PIECE
    known = await labels.known(session, scope.workspace_id, scope.inbox_ids, limit=labels.MOST_NAMES)
    names = [name for name in known if has_all(name, sought)]
    if names:
        labelled = await search.list_labelled(session, scope, names, limit=SHOWN + 1)
        found += [(at, conversation_id, _Hit(Match.LABEL, name)) for conversation_id, at, name in labelled]
    for _, conversation_id, hit in sorted(found, key=lambda one: one[:2], reverse=True):
        hits.add(conversation_id, hit)
    return up_to <= 0


def _by_contact(known: Known, sought: Sequence[str], digits: str) -> _Hit | None:
    if has_all(f"{known.name} {known.label} {known.address}", sought) or (digits and digits in known.address):
        return _Hit(Match.CONTACT, "")
    return _Hit(Match.ABOUT, known.about) if has_all(known.about, sought) else None


def _digits(query: str) -> str:
    """The digits of a query that is a phone number, in whatever notation, as they stand in an address."""
    query = "".join(one for one in unicodedata.normalize("NFKC", query) if unicodedata.category(one) != "Cf")
    if not _NUMBER.fullmatch(query):
        return ""
    digits = "".join(str(int(one)) for one in _TRUNK.sub("", query) if one.isdecimal())
    return digits if len(digits) >= _FEWEST_DIGITS else ""


async def _look_at_messages(
    session: Session,
    scope: Scope,
    sought: Sequence[str],
    hits: _Hits,
    *,
    before: datetime,
    now: datetime,
    ends_at: float,
) -> datetime | None:
    """How far back there was time to look; None when there is nothing further back, or enough was found."""
    since = now - timedelta(days=DAYS)
    if before >= now:
        before = now + timedelta(minutes=1)  # what another replica has stored whose clock is ahead
    while before > since and not hits.is_full:
        if time.monotonic() >= ends_at:
            return before
        begin = await search.begin_of_piece(session, scope, before=before, since=since)
        async for said in search.list_said(session, scope, sought, since=begin, before=before):
            hits.add(said.conversation_id, _by_words(said))
            if hits.is_full:
                break
        before = begin
    return None


def _by_words(said: Said) -> _Hit:
    return _Hit(Match(said.direction), said.body, said.author_id, said.at)


async def _shown(session: Session, actor: Actor, sought: Sequence[str], hits: _Hits) -> tuple[Hit, ...]:
    first = dict(list(hits.found.items())[:SHOWN])
    loaded = await search.load(session, actor.workspace_id, list(first))
    owners = [conversation.assignee_id or "" for conversation, *_ in loaded.values()]
    writers = [hit.author_id or "" for hit in first.values()]
    names = await people.names(session, actor.workspace_id, [*owners, *writers])
    labelled = await labels.list_(session, actor.workspace_id, list(first))
    workspace = await workspaces.get_by_id(session, actor.workspace_id)
    return tuple(
        Hit(
            row=row_of(*loaded[conversation_id], names=names, labelled=labelled, url=workspace.url),
            where=hit.where,
            excerpt=excerpt(hit.text, sought),
            by=names.get(hit.author_id, "Someone") if hit.author_id else None,
            at=hit.at,
        )
        for conversation_id, hit in first.items()
    )


def excerpt(text: str, sought: Iterable[str]) -> tuple[tuple[str, bool], ...]:
    """The part of a text around the first of the words, in stretches, each with whether it is one of them."""
    shown = search.composed(" ".join(text.split()))
    folded = [character.casefold() for character in shown]
    begins = [0, *accumulate(len(one) for one in folded)]  # of each character, among the folded ones
    whole = "".join(folded)
    is_hit = bytearray(len(whole))
    for word in sought:
        at = whole.find(word)
        while at >= 0:
            is_hit[at : at + len(word)] = b"\1" * len(word)
            at = whole.find(word, at + len(word))
    marked = [(character, any(is_hit[begins[i] : begins[i + 1]])) for i, character in enumerate(shown)]
    start = next((i for i, (_, hit) in enumerate(marked) if hit), 0)
    start = max(0, start - _BEFORE) if len(marked) > _EXCERPT else 0
    end = start + _EXCERPT
    parts = [("".join(c for c, _ in group), hit) for hit, group in groupby(marked[start:end], key=lambda one: one[1])]
    return (*((("…", False),) if start else ()), *parts, *((("…", False),) if end < len(marked) else ()))
