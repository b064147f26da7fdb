"""Lines about what became of a reply or a text, and what can be done about it."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bot.blocks import actions, said, words
from bot.blocks.post import Post

PICTURES_NOT_SENT = "Pictures are not sent yet; nothing went out"

_SID = re.compile(r"[A-Za-z0-9]{1,64}")


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
    return said.question(f"❗ {to}{words.escape(sentence)}", excerpt, buttons, **about)


def _uncertain(*, author: str | None = None, excerpt: str = "", **about: Any) -> Post:
    asked = f"{said.to(author)}we could not find out whether this text went out. Did the customer get it?"
    buttons = [("Send again", actions.SEND_AGAIN), ("It arrived", actions.IT_ARRIVED)]
    return said.question(asked, excerpt, buttons, **about)


def _stale(*, author: str | None = None, excerpt: str = "", **about: Any) -> Post:
    asked = f"{said.to(author)}this reply was written more than an hour ago and has not been sent. Is it still right?"
    buttons = [("Send now", actions.SEND_NOW), ("Don't send", actions.DONT_SEND)]
    return said.question(asked, excerpt, buttons, **about)


def _twice(*, author: str | None = None, excerpt: str = "", **_: object) -> Post:
    told = (
        f"{said.to(author)}this text may have gone out twice: one of our machines stood still while it was being sent."
    )
    return said.question(told, excerpt, [])


def _resolved(*, actor: str | None, choice: str, **_: object) -> Post:
    told = {
        "Retry": "tries this text again.",
        "Send again": "sent this text again.",
        "It arrived": "says that this text arrived.",
        "Send now": "sent this reply now.",
        "Don't send": "decided not to send this reply.",
        "Cancel": "took this text back before it left.",
    }
    return said.line(f"{said.who(actor)} {told.get(choice, f'chose “{words.escape(choice)}”.')}")


def _pictures_not_sent(**_: object) -> Post:
    return said.line(PICTURES_NOT_SENT)


def _not_a_rep(*, author: str, **_: object) -> Post:
    return said.line(
        f"{said.who(author)} is a guest or not a member of this channel, so this reply was not sent to the customer."
    )


def _opted_out(*, author: str | None = None, **_: object) -> Post:
    return said.line(
        f"{said.to(author)}this contact texted STOP, so the reply was not sent. "
        "They can text START to hear from us again."
    )


def _cannot_reply(*, author: str | None = None, **_: object) -> Post:
    return said.line(f"{said.to(author)}this sender cannot receive replies, so nothing was sent.")


def _too_long(*, length: int, limit: int, author: str | None = None, **_: object) -> Post:
    return said.line(
        f"{said.to(author)}this reply has {length:,} characters and a text holds {limit:,}, so it was not sent. "
        "Shorten it, or send it in parts."
    )


def _flooded(*, author: str | None = None, **_: object) -> Post:
    return said.line(
        f"{said.to(author)}that was very many replies at once, so those marked ❗ were not sent. Edit one to send it."
    )


def _not_shown(
    *,
    sids: Sequence[str] = (),
    at: str | None = None,
    is_unsent: bool = False,
    author: str | None = None,
    **_: object,
) -> Post:
    if is_unsent:
        return said.line(
            f"{said.to(author)}a text to the customer could not be shown here, because Slack refused it, so it was not "
            "sent."
        )
    if at is None:
        return said.line("Something that belongs here could not be shown, because Slack refused it.")
    came = words.date(datetime.fromisoformat(at))
    where = ", ".join(sid for sid in sids if _SID.fullmatch(sid)) or "the time"
    if len(sids) > 1:
        return said.line(
            f"{len(sids):,} texts of the customer could not be shown here, because Slack refused them. The first came "
            f"in {came}. Read them in Twilio's console: {where}."
        )
    return said.line(
        f"A text of the customer could not be shown here, because Slack refused it. It came in {came}. Read it in "
        f"Twilio's console: {where}."
    )


def _late_edit(*, author: str | None = None, **_: object) -> Post:
    return said.line(
        f"{said.to(author)}this text had already left, so the customer has the wording from before the edit."
    )


def _late_delete(*, author: str | None = None, **_: object) -> Post:
    return said.line(f"{said.to(author)}this text had already left: it is deleted here, but the customer has it.")


def _perhaps_late(*, author: str | None = None, **_: object) -> Post:
    return said.line(
        f"{said.to(author)}nobody knows whether this text had already left: the customer may have it as it was before."
    )


def _stopped(**_: object) -> Post:
    return said.line("The customer texted STOP: replies are not sent until they text START.")


def _started(**_: object) -> Post:
    return said.line("The customer texted START: replies reach them again.")


LINES: dict[str, Callable[..., Post]] = {
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
