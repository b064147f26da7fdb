"""Who has left an inbox's channel, or is a guest: what they still have before them shows and does nothing (rule 0)."""

import pytest

from playground.seed import CHANNEL, MANAGER
from tests.conftest import Eventually, World
from tests.journeys.screen import BEN, arrive, home, words

NOT_A_REP = "not in the channel of any inbox"


def shown(world: World, user: str) -> str:
    """Everything written on somebody's Home."""
    return words(home(world, user).view["blocks"])


@pytest.mark.parametrize("how", ["leaves", "becomes a guest"])
async def test_the_home_of_who_is_no_rep_any_more_shows_nothing(
    often: None, world: World, eventually: Eventually, how: str
) -> None:
    """By itself, also when they owned nothing: neither how much waits nor how much others have to do."""
    for user in (BEN, MANAGER):
        await world.play.open_home(user)
    await arrive(world, eventually)
    await eventually(lambda: all("1 conversation waits" in shown(world, user) for user in (BEN, MANAGER)))
    await world.play.quiet(0.5)
    if how == "leaves":
        await world.play.leave(BEN, CHANNEL)
    else:
        await world.play.change_person(BEN, guest=True)
    await eventually(lambda: NOT_A_REP in shown(world, BEN))
    assert "1 conversation waits" not in shown(world, BEN)
    assert "1 conversation waits" in shown(world, MANAGER)
