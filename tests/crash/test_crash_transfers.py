"""The bridge is killed while many conversations change their owner together: the rest is done, and none twice."""

import asyncio
from collections import Counter
from contextlib import suppress
from typing import Any

from sqlalchemy import text

from playground.core import Failed
from playground.seed import CHANNEL
from storage.database import connect
from tests.crash.bridge import Haste
from tests.crash.people import Contact, People
from tests.crash.stage import Point, Stage, go_on, stage
from tests.journeys.screen import ANA, BEN

MANY = 200
KILLS = (("before", 30), ("after", 80), ("before", 150))  # at the how many-eth commit of a move
LINE = f"<@{ANA}> handed this off to <@{BEN}>."


class Killing:
    """Kills whoever is about to commit a move, or has just done so, at some of them."""

    def __init__(self, there: Stage) -> None:
        self.there = there
        self.passed: Counter[str] = Counter()
        self.left = list(KILLS)

    async def __call__(self, point: Point) -> bool:
        side, _, what = point.what.partition(" the commit of ")
        if "transfer_item" not in what or "conversation" not in what:
            return True
        self.passed[side] += 1
        if not self.left or side != self.left[0][0] or self.passed[side] < self.left[0][1]:
            return True
        self.left.pop(0)
        self.there.named(point.replica).kill()
        return False


async def test_a_handoff_that_is_killed_is_finished_and_none_is_moved_twice(database_url: str) -> None:
    """Three times at work on two hundred of Ana's: all are Ben's in the end, each with one line, and one receipt."""
    async with stage(database_url, catch=True, haste=Haste(lease_seconds=1.5, post_seconds=0.005)) as there:
        people, contacts = People(there), [Contact(number) for number in range(1, MANY + 1)]
        await there.ready()
        for contact in contacts:
            await people.text(contact)
        for contact in contacts:
            await people.find_card(contact)
        await there.settled()
        await _give_all(there, ANA)
        killing = there.at = Killing(there)
        await _hand_off(there)
        await _until_done(there)
        there.at = go_on
        await there.settled()
        threads = [there.play.thread(CHANNEL, contact.root.ts) for contact in contacts if contact.root]
        said = Counter(sum(post.text == LINE for post in thread) for thread in threads)
        [owned] = await there.select(f"SELECT count(*) FROM conversation WHERE assignee_id = '{BEN}'")
        receipts = [post.text for post in there.play.world.direct_message(ANA).posts]
    assert killing.left == []
    assert said == {1: MANY}
    assert owned[0] == MANY
    assert receipts == [f"Handed off {MANY} conversations to <@{BEN}>."]


async def _give_all(there: Stage, user: str) -> None:
    """As if somebody had claimed them all, one by one."""
    database = connect(there.settings.database_url)
    async with database.transaction() as session:
        given = text("UPDATE conversation SET assignee_id = :user, unassigned_since = NULL")
        await (await session.connection()).execute(given, {"user": user})
    await database.close()


async def _hand_off(there: Stage) -> None:
    await there.play.command(ANA, CHANNEL, "/sms", "handoff")
    [view] = there.play.world.modals(ANA)
    with suppress(Failed):  # whoever answers may be killed before it has
        await there.play.submit(ANA, view.id, {"handoff_to": BEN})


async def _until_done(there: Stage) -> None:
    finished: list[Any] = []
    async with asyncio.timeout(240):
        while not finished:
            await asyncio.sleep(0.5)
            finished = await there.select("SELECT id FROM transfer WHERE finished_at IS NOT NULL")
