"""Lines in a thread: who changed what, and what became of a reply. Drawn from payloads as they are stored.

A new line is a function and its entry in LINES. Whoever becomes the owner is mentioned in every line that says so.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, RichTextBlock, SectionBlock

from bot.blocks import actions, body, words
from bot.blocks.post import Post
from desk.values import Attempt

PICTURES_NOT_SENT = "Pictures are not sent yet; nothing went out"

_LONGEST = 2900
_EXCERPT = 150
_SID = re.compile(r"[A-Za-z0-9]{1,64}")
_ATTEMPT = re.compile(r"([A-Z0-9]{1,64}):([0-9]{1,16}\.[0-9]{1,16}):(0|[1-9][0-9]{0,8})", re.ASCII)


def line(what: str, *, actor: str | None = None, **details: object) -> Post:
    """Draw a stored payload: `line(**payload)`. KeyError for a line nobody knows."""
    return LINES[what](actor=actor, **details)


def attempt_value(attempt: Attempt) -> str:
    """A press that sends is bound to one attempt of one message."""
    return f"{attempt.channel_id}:{attempt.ts}:{attempt.number}"


def parse_attempt(value: str) -> Attempt:
    """The attempt that a press is about. It comes from outside: anything else raises ValueError."""
    found = _ATTEMPT.fullmatch(value)
    if found is None:
        raise ValueError(f"Not a message and its attempt: {value[:80]!r}")
    return Attempt(found[1], found[2], int(found[3]))


def _claimed(*, actor: str | None, **_: object) -> Post:
    return _said(f"{_who(actor)} claimed this conversation.")


def _assigned(*, actor: str | None, after: str, before: str | None = None, **_: object) -> Post:
    if actor == after:
        return _said(f"{_who(actor)} took this over{f' from {_who(before)}' if before else ''}.")
    if before and before != actor:
        return _said(f"{_who(actor)} reassigned this from {_who(before)} to {_who(after)}.")
    if before:
        return _said(f"{_who(actor)} handed this to {_who(after)}.")
    return _said(f"{_who(actor)} assigned this to {_who(after)}.")


def _released(*, actor: str | None, before: str | None = None, **_: object) -> Post:
    whose = f", which {_who(before)} owned" if before and before != actor else ""
    return _said(f"{_who(actor)} released this conversation{whose}. It waits for a new owner.")


def _closed(*, actor: str | None, **_: object) -> Post:
    return _said(f"{_who(actor)} closed this conversation.")


def _reopened(*, actor: str | None, **_: object) -> Post:
    return _said(f"{_who(actor)} reopened this conversation.")


def _reopened_by_text(*, owner: str | None = None, **_: object) -> Post:
    if owner:
        return _said(f"{_who(owner)}, the customer wrote again: this conversation is open, and still yours.")
    return _said("The customer wrote again: this conversation is open and waits for an owner.")


def _reopened_unassigned(*, before: str, **_: object) -> Post:
    gone = f"{_who(before)} can no longer own it, so it waits for a new owner."
    return _said(f"The customer wrote again: this conversation is open. {gone}")


def _failed(
    *,
    sentence: str,
    author: str | None = None,
    retry: bool = False,
    excerpt: str = "",
    **about: Any,
) -> Post:
    buttons = [("Retry", actions.RETRY)] if retry else []
    to = f"{words.mention(author)}: " if author else ""
    return _asked(f"❗ {to}{words.escape(sentence)}", excerpt, buttons, **about)


def _uncertain(*, author: str | None = None, excerpt: str = "", **about: Any) -> Post:
    asked = f"{_to(author)}we could not find out whether this text went out. Did the customer get it?"
    buttons = [("Send again", actions.SEND_AGAIN), ("It arrived", actions.IT_ARRIVED)]
    return _asked(asked, excerpt, buttons, **about)


def _stale(*, author: str | None = None, excerpt: str = "", **about: Any) -> Post:
    asked = f"{_to(author)}this reply was written more than an hour ago and has not been sent. Is it still right?"
    buttons = [("Send now", actions.SEND_NOW), ("Don't send", actions.DONT_SEND)]
    return _asked(asked, excerpt, buttons, **about)


def _twice(*, author: str | None = None, excerpt: str = "", **_: object) -> Post:
    told = f"{_to(author)}this text may have gone out twice: one of our machines stood still while it was being sent."
    return _asked(told, excerpt, [])


def _resolved(*, actor: str | None, choice: str, **_: object) -> Post:
    said = {
        "Retry": "tries this text again.",
        "Send again": "sent this text again.",
        "It arrived": "says that this text arrived.",
        "Send now": "sent this reply now.",
        "Don't send": "decided not to send this reply.",
    }
    return _said(f"{_who(actor)} {said.get(choice, f'chose “{words.escape(choice)}”.')}")


def _pictures_not_sent(**_: object) -> Post:
    return _said(PICTURES_NOT_SENT)


def _not_a_rep(*, author: str, **_: object) -> Post:
    return _said(
        f"{_who(author)} is a guest or not a member of this channel, so this reply was not sent to the customer."
    )


def _opted_out(*, author: str | None = None, **_: object) -> Post:
    return _said(
        f"{_to(author)}this contact texted STOP, so the reply was not sent. They can text START to hear from us again."
    )


def _cannot_reply(*, author: str | None = None, **_: object) -> Post:
    return _said(f"{_to(author)}this sender cannot receive replies, so nothing was sent.")


def _too_long(*, length: int, limit: int, author: str | None = None, **_: object) -> Post:
    return _said(
        f"{_to(author)}this reply has {length:,} characters and a text holds {limit:,}, so it was not sent. "
        "Shorten it, or send it in parts."
    )


def _flooded(*, author: str | None = None, **_: object) -> Post:
    return _said(
        f"{_to(author)}that was very many replies at once, so those marked ❗ were not sent. Edit one to send it."
    )


def _not_shown(*, sids: Sequence[str] = (), at: str | None = None, **_: object) -> Post:
    if at is None:
        return _said("Something that belongs here could not be shown, because Slack refused it.")
    came = words.date(datetime.fromisoformat(at))
    where = ", ".join(sid for sid in sids if _SID.fullmatch(sid)) or "the time"
    if len(sids) > 1:
        return _said(
            f"{len(sids):,} texts of the customer could not be shown here, because Slack refused them. The first came "
            f"in {came}. Read them in Twilio's console: {where}."
        )
    return _said(
        f"A text of the customer could not be shown here, because Slack refused it. It came in {came}. Read it in "
        f"Twilio's console: {where}."
    )


def _late_edit(*, author: str | None = None, **_: object) -> Post:
    return _said(f"{_to(author)}this text had already left, so the customer has the wording from before the edit.")


def _late_delete(*, author: str | None = None, **_: object) -> Post:
    return _said(f"{_to(author)}this text had already left: it is deleted here, but the customer has it.")


def _perhaps_late(*, author: str | None = None, **_: object) -> Post:
    return _said(
        f"{_to(author)}nobody knows whether this text had already left: the customer may have it as it was before."
    )


def _stopped(**_: object) -> Post:
    return _said("The customer texted STOP: replies are not sent until they text START.")


def _started(**_: object) -> Post:
    return _said("The customer texted START: replies reach them again.")


LINES: dict[str, Callable[..., Post]] = {
    "claimed": _claimed,
    "assigned": _assigned,
    "released": _released,
    "closed": _closed,
    "reopened": _reopened,
    "reopened_by_text": _reopened_by_text,
    "reopened_unassigned": _reopened_unassigned,
    "failed": _failed,
    "uncertain": _uncertain,
    "stale": _stale,
    "twice": _twice,
    "resolved": _resolved,
    "pictures_not_sent": _pictures_not_sent,
    "not_a_rep": _not_a_rep,
    "opted_out": _opted_out,
    "cannot_reply": _cannot_reply,
    "too_long": _too_long,
    "flooded": _flooded,
    "not_shown": _not_shown,
    "late_edit": _late_edit,
    "late_delete": _late_delete,
    "perhaps_late": _perhaps_late,
    "stopped": _stopped,
    "started": _started,
}


def _who(someone: str | None) -> str:
    return words.mention(someone) if someone else "Threadline"


def _to(author: str | None) -> str:
    return f"{words.mention(author)}, " if author else ""


def _said(text: str) -> Post:
    """A line as both text and block; it begins with a capital unless it begins with a name."""
    text = _cut(text[:1].upper() + text[1:])
    return Post.of(text, [SectionBlock(text=words.markup(text))])


def _asked(
    text: str,
    excerpt: str,
    buttons: list[tuple[str, str]],
    *,
    channel_id: str = "",
    ts: str = "",
    attempt: int = 0,
    **_: object,
) -> Post:
    """A line that quotes a rep's message, with buttons about this attempt to send it."""
    said = _said(text)
    text = said.text
    blocks: list[Block] = [SectionBlock(text=words.markup(text))]
    if excerpt.strip():
        blocks.append(RichTextBlock(elements=body.quoted(words.shorten(words.one_line(excerpt), _EXCERPT))))
    if buttons:
        value = attempt_value(Attempt(channel_id, ts, attempt))
        elements = [ButtonElement(text=words.plain(label), action_id=id_, value=value) for label, id_ in buttons]
        blocks.append(ActionsBlock(elements=elements))
    return Post.of(text, blocks)


def _cut(text: str) -> str:
    """Only what Slack would refuse is cut, and not inside an escaped character."""
    if words.width(text) <= _LONGEST:
        return text
    return re.sub(r"&[a-z]{0,3}…\Z", "…", words.shorten(text, _LONGEST))
