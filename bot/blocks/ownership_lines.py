"""Lines about who owns a conversation, and whether it is open. A new owner is mentioned in every line that says so."""

from collections.abc import Callable

from bot.blocks import said
from bot.blocks.post import Post


def _claimed(*, actor: str | None, **_: object) -> Post:
    return said.line(f"{said.who(actor)} claimed this conversation.")


def _claimed_by_reply(*, actor: str | None, **_: object) -> Post:
    return said.line(f"{said.who(actor)} answered first, so this conversation is theirs.")


def _assigned(*, actor: str | None, after: str, before: str | None = None, **_: object) -> Post:
    if actor == after:
        return said.line(f"{said.who(actor)} took this over{f' from {said.who(before)}' if before else ''}.")
    if before and before != actor:
        return said.line(f"{said.who(actor)} reassigned this from {said.who(before)} to {said.who(after)}.")
    if before:
        return said.line(f"{said.who(actor)} handed this to {said.who(after)}.")
    return said.line(f"{said.who(actor)} assigned this to {said.who(after)}.")


def _begun(*, actor: str | None, after: str | None = None, **_: object) -> Post:
    whose = "" if after else " It waits for an owner."
    return said.line(f"{said.who(actor)} began this conversation.{whose}")


def _released(*, actor: str | None, before: str | None = None, **_: object) -> Post:
    whose = f", which {said.who(before)} owned" if before and before != actor else ""
    return said.line(f"{said.who(actor)} released this conversation{whose}. It waits for a new owner.")


def _closed(*, actor: str | None, **_: object) -> Post:
    return said.line(f"{said.who(actor)} closed this conversation.")


def _reopened(*, actor: str | None, **_: object) -> Post:
    return said.line(f"{said.who(actor)} reopened this conversation.")


def _reopened_by_text(*, owner: str | None = None, **_: object) -> Post:
    if owner:
        return said.line(f"{said.who(owner)}, the customer wrote again: this conversation is open, and still yours.")
    return said.line("The customer wrote again: this conversation is open and waits for an owner.")


def _reopened_unassigned(*, before: str, **_: object) -> Post:
    gone = f"{said.who(before)} can no longer own it, so it waits for a new owner."
    return said.line(f"The customer wrote again: this conversation is open. {gone}")


LINES: dict[str, Callable[..., Post]] = {
    "claimed": _claimed,
    "claimed_by_reply": _claimed_by_reply,
    "assigned": _assigned,
    "begun": _begun,
    "released": _released,
    "closed": _closed,
    "reopened": _reopened,
    "reopened_by_text": _reopened_by_text,
    "reopened_unassigned": _reopened_unassigned,
}
