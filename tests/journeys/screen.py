"""What a person sees and does in Slack, in few words, for the journeys."""

from functools import partial
from typing import Any

from playground import elements
from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from playground.world import Ephemeral, Post, View
from storage import conversations
from tests.conftest import Eventually, World

ALICE = "+14155550123"
BOB = "+14155550124"
ANA, BEN, CHLOE, MARA, GUS = "U0ANA", "U0BEN", "U0CHLOE", "U0MARA", "U0GUS"


def words(blocks: Any) -> str:
    """Everything written in blocks, from the top."""
    return "\n".join(_texts(blocks))


def _texts(part: Any) -> list[str]:
    if isinstance(part, list):
        return [text for one in part for text in _texts(one)]
    if not isinstance(part, dict):
        return []
    if isinstance(part.get("text"), str):
        return [part["text"]]
    return [text for key, one in part.items() if key not in {"options", "initial_option"} for text in _texts(one)]


def buttons(shown: Post | Ephemeral) -> list[str]:
    """The labels of the buttons, from the top."""
    found = elements.interactive(shown.blocks)
    return [element["text"]["text"] for _, element in found if element["type"] == "button"]


def entries(shown: Post | Ephemeral) -> list[str]:
    """The entries of the `…` menu."""
    _, menu = elements.find(shown.blocks, "more")
    return [option["text"]["text"] for option in menu["options"]]


def title(shown: Post | Ephemeral | None) -> str:
    """What a queue is headed."""
    assert shown is not None
    heading: str = next(block["text"]["text"] for block in shown.blocks if block["type"] == "header")
    return heading


async def arrive(world: World, eventually: Eventually, body: str = "Is it there?", from_: str = ALICE) -> Post:
    """A text comes in from somebody new; its card, once the bridge has Slack's word that it stands there."""
    await world.play.text(from_, NUMBER, body)
    card: Post = await eventually(lambda: next((root for root in world.roots() if body in words(root.blocks)), None))
    await eventually(partial(is_confirmed, world))
    return card


async def is_confirmed(world: World) -> bool:
    """Whether the bridge knows where every card is, so that what is pressed on one is done."""
    async with world.bridge.database.read() as session:
        return not await conversations.has_unposted_thread(session, world.bridge.workspace.id, CHANNEL)


async def said(world: World, eventually: Eventually, card: Post, phrase: str) -> Post:
    """A message in the card's thread with this phrase in it, once it is there."""
    found: Post = await eventually(
        lambda: next((post for post in world.thread(card.ts) if phrase in f"{words(post.blocks)}\n{post.text}"), None)
    )
    return found


def told(play: Playground, user: str) -> str:
    """What the bridge last told this person alone."""
    private = play.ephemerals(user)
    return words(private[-1].blocks) if private else ""


def home(world: World, user: str) -> View:
    """The App Home of somebody who has opened it."""
    shown = world.play.home(user)
    assert shown is not None
    return shown


def modal(world: World, user: str) -> View:
    """The modal that somebody has before them."""
    return world.play.world.modals(user)[-1]


def count(play: Playground, phrase: str, channel: str = CHANNEL) -> int:
    """How many posts of a channel, threads included, say this."""
    return sum(phrase in words(post.blocks) for post in play.world.channels[channel].posts)


async def mine(world: World, user: str, which: str = "") -> str:
    """One's own queue, as `/mine` shows it."""
    shown = await world.play.command(user, CHANNEL, "/mine", which)
    assert isinstance(shown, Ephemeral)
    return words(shown.blocks)


async def unread(world: World, user: str) -> int:
    """How many unread conversations somebody's own queue counts."""
    shown = await world.play.command(user, CHANNEL, "/mine", "unread")
    return int(title(shown).rpartition(" ")[2])


async def answer(world: World, eventually: Eventually, card: Post, user: str = ANA, text: str = "It is.") -> None:
    """Reply in the thread, and wait until the customer has it."""
    await world.play.post(user, CHANNEL, text, thread_ts=card.ts)
    await eventually(lambda: any(sms.body == text for phone in world.play.world.phones.values() for sms in phone.texts))
