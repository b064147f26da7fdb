"""What is said about a backlog, and what makes one, in few words, for the journeys."""

from functools import partial

from playground.seed import CHANNEL, NUMBER
from playground.world import Post
from storage import backlogs, inboxes
from tests.conftest import Eventually, World
from tests.journeys.screen import ANA, buttons, words

OFTEN = {"backlog_check_seconds": 0.1}


def alerts(world: World) -> list[Post]:
    """What was said in the channel about the backlog, oldest first."""
    said = ("for an owner in", "Back to normal")
    return [post for post in world.posts if not post.is_reply and any(one in post.text for one in said)]


def below(world: World, alert: Post) -> list[str]:
    """What was said below an alert."""
    return [words(post.blocks) for post in world.thread(alert.ts)]


async def write(world: World, eventually: Eventually, first: int, last: int) -> None:
    """Customers number `first` to `last` text for the first time."""
    before = len(cards(world))
    for number in range(first, last + 1):
        await world.play.text(f"+1415555{number:04}", NUMBER, f"Number {number}")
    await eventually(lambda: len(cards(world)) >= before + last + 1 - first)


def cards(world: World) -> list[Post]:
    """The cards of those customers."""
    return [root for root in world.roots() if "Number" in words(root.blocks)]


async def claim(world: World, number: int, by: str = ANA) -> None:
    """Somebody claims so many conversations."""
    for card in [card for card in cards(world) if "Claim" in buttons(card)][:number]:
        await world.play.press(by, CHANNEL, card.ts, "claim")


async def settled(world: World) -> list[Post]:
    """The alerts, once several looks have had nothing more to say."""
    await world.play.quiet(0.3)
    return alerts(world)


async def raised(world: World, eventually: Eventually, waiting: int = 5) -> Post:
    """An alert, as so many customers wait."""
    await write(world, eventually, 1, waiting)
    alert: Post = (await eventually(lambda: alerts(world)))[0]
    await eventually(partial(is_confirmed, world))
    return alert


async def is_confirmed(world: World) -> bool:
    """Whether the bridge knows where its alerts stand."""
    async with world.bridge.database.read() as session:
        known = await inboxes.list_(session, world.bridge.workspace.id)
        return any([(await backlogs.get(session, inbox.id)).ts for inbox in known])


async def is_watched(world: World) -> bool:
    """Whether every backlog has been looked at once, so that it is known from where it grows."""
    async with world.bridge.database.read() as session:
        known = await inboxes.list_(session, world.bridge.workspace.id)
        return all([(await backlogs.get(session, inbox.id)).count is not None for inbox in known])
