"""Lines about conversations that are snoozed, and that awake. Whose turn it is then is mentioned."""

from collections.abc import Callable
from datetime import datetime

from bot.blocks import said, snooze
from bot.blocks.post import Post


def _snoozed(*, actor: str | None, owner: str | None = None, until: str | None = None, **_: object) -> Post:
    whose = f", which {said.who(owner)} owns," if owner and owner != actor else ""
    when = snooze.until(datetime.fromisoformat(until) if until else None)
    return said.line(f"{said.who(actor)} snoozed this conversation{whose} {when}.")


def _unsnoozed(*, actor: str | None, **_: object) -> Post:
    return said.line(f"{said.who(actor)} reopened this conversation, which was snoozed.")


def _woken(*, owner: str | None = None, **_: object) -> Post:
    return said.line(f"{said.who(owner)}, the snooze is over: this conversation is open again.")


def _woken_by_text(**_: object) -> Post:
    return said.line("The customer wrote, so this conversation is awake again.")


def _woken_unassigned(*, before: str | None = None, **_: object) -> Post:
    gone = f"{said.who(before)} can no longer own this conversation, so it waits for a new owner."
    return said.line(f"The snooze is over. {gone}")


LINES: dict[str, Callable[..., Post]] = {
    "snoozed": _snoozed,
    "unsnoozed": _unsnoozed,
    "woken": _woken,
    "woken_by_text": _woken_by_text,
    "woken_unassigned": _woken_unassigned,
}
