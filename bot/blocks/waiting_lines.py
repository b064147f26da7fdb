"""Lines that remind somebody of a customer who waits."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.blocks import said, words
from bot.blocks.post import Post

_MOST_MENTIONS = 20


def _nudged(*, owner: str, waiting_since: str, **_: object) -> Post:
    return said.line(f"{said.who(owner)}, {_waits(waiting_since)}.")


def _nudged_managers(*, owner: str, waiting_since: str, mentions: Sequence[str] = (), **_: object) -> Post:
    told = " ".join(words.mention(one) for one in mentions[:_MOST_MENTIONS])
    return said.line(f"{told} {_waits(waiting_since)}. {said.who(owner)} owns this conversation.".strip())


def _waits(since: str) -> str:
    return f"the customer has been waiting for an answer since {words.date(datetime.fromisoformat(since))}"


LINES: dict[str, Callable[..., Post]] = {"nudged": _nudged, "nudged_managers": _nudged_managers}
