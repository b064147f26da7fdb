"""Two managers say at the same moment who else is a manager: both are heard."""

import asyncio

import pytest

from playground.seed import CHANNEL, MANAGER
from storage import managers
from tests.conftest import Start, World
from tests.journeys.screen import ANA, BEN, CHLOE, modal

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def pick(world: World, by: str, user: str) -> str:
    """The form about somebody, as a manager has it."""
    await world.play.command(by, CHANNEL, "/sms", "people")
    await world.play.choose(by, None, modal(world, by).id, "pick_member", user)
    return modal(world, by).id


async def test_two_make_somebody_a_manager_at_once(start: Start) -> None:
    """Again and again; and so do two who take it back."""
    async with start(managers=(MANAGER, CHLOE)) as world:
        for roles, expected in [(["manager"], [ANA, BEN]), ([], [])] * 8:
            forms = [(by, user, await pick(world, by, user)) for by, user in ((MANAGER, ANA), (CHLOE, BEN))]
            await asyncio.gather(
                *[world.play.submit(by, form, {f"role-{user}/role": roles}) for by, user, form in forms]
            )
            async with world.bridge.database.read() as session:
                picked = await managers.list_(session, world.bridge.workspace.id, source=managers.PICKED)
            assert picked == expected
