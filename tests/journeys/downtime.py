"""The bridge is away for a while: time goes by, and it catches up."""

from datetime import timedelta
from typing import Any

from playground.playground import Playground
from playground.world import BOT_USER
from tests.conftest import World
from tests.journeys.scene import CLAIMED, quoted

RECOVERED = "arrows_counterclockwise"


def pass_time(play: Playground, **by: float) -> None:
    """Time goes by, also while no bridge runs."""
    play.world.ahead += timedelta(**by).total_seconds()


def is_read(world: World) -> bool:
    """Whether the threads are read back."""
    return not world.bridge.threads._is_behind


def texts(world: World, card: Any) -> list[str]:
    """The customer's words below a card."""
    return [body for post in world.thread(card.ts) for body in quoted(post)]


def said(world: World, card: Any) -> list[str]:
    """What the bridge itself says below a card."""
    shown = [post for post in world.thread(card.ts) if post.user == BOT_USER and not quoted(post)]
    return [post.text for post in shown if CLAIMED not in post.text]
