"""What people do and see in the journeys, in few words."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

from playground import shapes
from playground.core import Call
from playground.seed import CHANNEL, MANAGER, NUMBER
from playground.world import BOT_USER, Post, Text
from storage.database import connect
from tests.conftest import World
from tests.journeys.screen import ALICE, ANA, is_confirmed

CLAIMED = "answered first, so this conversation is theirs."
DELIVERED, FAILED, LATE, NOTE = "white_check_mark", "exclamation", "hourglass_flowing_sand", "lock"


async def opened(
    world: World, phone: str = ALICE, body: str = "Hi, is my order ready?", *, confirmed: bool = True
) -> Any:
    """A customer's first text, and the card that comes of it, once the bridge has Slack's word that it stands there."""
    known = {card.ts for card in world.roots()}
    await world.play.text(phone, NUMBER, body)
    card = await world.play.until(lambda: next((card for card in world.roots() if card.ts not in known), None))
    if confirmed:
        await world.play.until(partial(is_confirmed, world))
    return card


async def reply(world: World, card: Any, text: str, by: str = ANA, **how: Any) -> Post:
    """A rep writes in a thread."""
    return await world.play.post(by, CHANNEL, text, thread_ts=card.ts, **how)


def received(world: World, phone: str = ALICE) -> list[str]:
    """What we have texted to a customer."""
    return [text.body for text in sms(world, phone)]


def sms(world: World, phone: str = ALICE) -> list[Text]:
    """The texts that we have sent to a customer."""
    return [text for text in world.play.phone(phone) if text.by == "app"]


def lines(world: World, card: Any) -> list[str]:
    """What the bridge says in a thread, apart from whose the conversation became by answering."""
    return [post.text for post in world.thread(card.ts) if post.user == BOT_USER and CLAIMED not in post.text]


def line(world: World, card: Any, words: str) -> Any:
    """The line in a thread with these words, or None."""
    return next((post for post in world.thread(card.ts) if post.user == BOT_USER and words in post.text), None)


def whispers(world: World, user: str) -> list[str]:
    """What one person alone is told."""
    return [one.text for one in world.play.ephemerals(user)]


def direct(world: World, person: str = MANAGER) -> list[str]:
    """What the bridge has written to somebody directly."""
    return [post.text for post in world.play.world.direct_message(person).posts]


async def looked(world: World) -> None:
    """Wait until health was looked at a few times more, and nothing was left to be said."""
    seen = len(_looks(world))
    await world.play.until(lambda: len(_looks(world)) >= seen + 5, timeout=30)


def _looks(world: World) -> list[Call]:
    return [call for call in world.play.calls if call.method == "auth.test"]


def marks(post: Post) -> set[str]:
    """The marks that the bridge has put on a message."""
    return {name for name, users in post.reactions.items() if BOT_USER in users}


def waits(card: Any) -> bool:
    """Whether the card says that the customer waits."""
    return "waiting since" in str(card.blocks)


def quoted(post: Any) -> list[str]:
    """The customer's words on a message, as Slack shows them."""
    return [
        "".join(str(part.get("text") or part.get("url")) for part in element["elements"])
        for block in post.blocks
        if block["type"] == "rich_text"
        for element in block["elements"]
        if element["type"] == "rich_text_quote"
    ]


def is_silent(post: Any) -> bool:
    """Whether a message mentions nobody and nothing that a customer wrote is read as Slack's markup."""
    return not any(_pings(part) for part in [post.text, *_parts(post.blocks)])


def _pings(part: Any) -> bool:
    if isinstance(part, str):
        return any(mark in part for mark in ("<!channel", "<!here", "<!everyone", "<@", "<!subteam"))
    return part.get("type") in {"user", "usergroup", "broadcast"}


def _parts(block: Any) -> Iterator[Any]:
    """Everything within blocks that Slack reads as markup or as a mention."""
    if isinstance(block, list):
        for one in block:
            yield from _parts(one)
    elif isinstance(block, dict):
        if block.get("type") == "mrkdwn":
            yield block["text"]
        yield block
        for one in block.values():
            yield from _parts(one)


def pass_time(world: World, **by: float) -> None:
    """Let product time go by."""
    world.clock.move(**by)
    world.bridge.courier.wake()


@contextmanager
def unheard(world: World) -> Iterator[None]:
    """What people do meanwhile is told to nobody: Slack's events are late or lost."""
    url = world.play.core.app_url
    world.play.connect(None)
    yield
    world.play.connect(url)


@asynccontextmanager
async def stuck(database_url: str) -> AsyncIterator[None]:
    """Somebody holds a lock that whoever stores a webhook waits for."""
    other = connect(database_url)
    async with other.transaction() as session:
        connection = await session.connection()
        if other.dialect == "postgresql":
            await connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
            await connection.exec_driver_sql("LOCK TABLE raw_request")
        yield
    await other.close()


def shape(world: World, post: Post) -> dict[str, Any]:
    """A message as Slack's events show it at this moment."""
    return shapes.message(world.play.core, post)
