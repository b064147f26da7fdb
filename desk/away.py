"""The away message: who texts while nobody is there is told so, once in a night (rule 11: never who opted out).

It answers nothing. And it never talks with a machine: not to senders that are no person's phone, not to words that ask
the carrier for something, not to what answers by itself.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from desk import composed, consent, hours, reply
from storage import messages
from storage.database import Session
from storage.models import Conversation, Inbox

_BY_ITSELF = re.compile(
    r"auto(matic|mated)?[- ]?(reply|response|answer|message)"
    r"|out of (the )?office|away from (my|the) (phone|desk|office)|(currently|i['\u2019]?m) driving|driving focus"
    r"|can['\u2019]?t (talk|text) (right )?now|not monitored|unmonitored|do not reply|no-?reply"
    r"|one-way (text|sms|message)|your (verification |security )?code is",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A text that may be answered. `may_be_known`: a database that was lost may have answered it."""

    sid: str
    body: str
    written_at: datetime
    is_persons: bool
    opt_out_type: str | None
    may_be_known: bool


async def answer(session: Session, conversation: Conversation, inbox: Inbox, heard: Heard, *, now: datetime) -> None:
    """Have a contact told that nobody is there, if that is so and they have not been told in this night.

    The conversation is locked. An inbox without an away message costs nothing.
    """
    told = (inbox.away_message or "").strip()
    if not 0 < len(told) <= reply.SMS_LIMIT or not _is_a_persons(heard, told) or conversation.opted_out_at is not None:
        return
    night = (await hours.read(session, inbox)).night(now)
    if night is None or heard.written_at < night.began:
        return
    if conversation.away_told_at is not None and conversation.away_told_at >= night.began:
        return
    if _same(heard.body, await messages.last_sent(session, conversation)):
        return
    conversation.away_told_at = now
    await composed.compose(session, conversation, inbox, body=told, author=None, cause=f"away:{heard.sid}", now=now)


def _is_a_persons(heard: Heard, told: str) -> bool:
    """Whether somebody wrote it who may wait for an answer."""
    is_word = consent.word(heard.body, heard.opt_out_type) is not None
    is_machines = _same(heard.body, told) or _BY_ITSELF.search(heard.body) is not None
    return heard.is_persons and not heard.may_be_known and not is_word and not is_machines


def _same(one: str, other: str | None) -> bool:
    """Whether it is what we have sent, come back."""
    return other is not None and one.split() == other.split() and bool(one.strip())
