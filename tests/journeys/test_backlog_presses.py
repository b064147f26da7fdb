"""What is pressed on an alert, and who else is told when nobody presses anything."""

from functools import partial

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL
from playground.world import Post
from tests.conftest import Eventually, Start
from tests.journeys.backlog import OFTEN, below, claim, raised, settled, write
from tests.journeys.scene import at_work, configure
from tests.journeys.screen import ANA, BEN, GUS, MARA, told, words


def shows(alert: Post, phrase: str) -> bool:
    return phrase in words(alert.blocks)


async def test_somebody_is_on_it(start: Start, eventually: Eventually) -> None:
    """Any rep can say so, and it is shown on the alert; who it is can change. Guests cannot."""
    async with start(**OFTEN) as world:
        at_work(world)
        alert = await raised(world, eventually)
        for who in (ANA, BEN):
            await world.play.press(who, CHANNEL, alert.ts, "on_it")
            await eventually(partial(shows, alert, f"<@{who}> is on it, since <!date^"))
        assert f"<@{ANA}>" not in words(alert.blocks)
        await world.play.press(GUS, CHANNEL, alert.ts, "on_it")
        assert told(world.play, GUS).startswith("Guests and people from other organisations")


async def test_a_manager_snoozes_it_for_an_hour(start: Start, eventually: Eventually) -> None:
    """Nothing is said meanwhile, however it grows; then it is said again at once."""
    async with start(**OFTEN) as world:
        at_work(world)
        alert = await raised(world, eventually)
        await world.play.choose(MARA, CHANNEL, alert.ts, "snooze_alert", "hour")
        await eventually(lambda: f"<@{MARA}> has snoozed this until <!date^" in words(alert.blocks))
        await write(world, eventually, 6, 12)
        await settled(world)
        assert below(world, alert) == []
        world.clock.move(minutes=61)
        [again] = await eventually(lambda: below(world, alert))
        assert "12 conversations wait for an owner in (555) 010-0000, 7 more than last time." in again
        await eventually(lambda: "snoozed" not in words(alert.blocks))


async def test_a_manager_snoozes_it_until_the_next_opening(start: Start, eventually: Eventually) -> None:
    """Nine in the morning of the next day that has hours."""
    async with start(**OFTEN) as world:
        at_work(world)
        alert = await raised(world, eventually)
        await world.play.choose(MARA, CHANNEL, alert.ts, "snooze_alert", "opening")
        await eventually(lambda: " 09:00 UTC>" in words(alert.blocks))
        world.clock.move(hours=22)
        await settled(world)
        assert below(world, alert) == []
        world.clock.move(hours=2)
        await eventually(lambda: "Still: 5 conversations wait" in str(below(world, alert)))


async def test_only_managers_snooze(start: Start, eventually: Eventually) -> None:
    """A rep is told so, privately, with who can; the menu shows no choice that does not hold."""
    async with start(**OFTEN) as world:
        at_work(world)
        alert = await raised(world, eventually)
        before = alert.blocks[-1]["block_id"]
        await world.play.choose(ANA, CHANNEL, alert.ts, "snooze_alert", "hour")
        assert told(world.play, ANA) == "Only managers can do this. Ask Mara."
        await eventually(lambda: alert.blocks[-1]["block_id"] != before)
        assert "snoozed" not in words(alert.blocks)


async def test_presses_on_what_is_over_say_so(play: Playground, start: Start, eventually: Eventually) -> None:
    """The alert may be drawn a moment later."""
    async with start(**OFTEN) as world:
        at_work(world)
        alert = await raised(world, eventually)
        down = play.faults.answer("chat.update", 503, times=None)
        await claim(world, 5)
        await eventually(lambda: "Back to normal" in str(below(world, alert)))
        await world.play.press(ANA, CHANNEL, alert.ts, "on_it")
        assert told(world.play, ANA).startswith("This backlog is back to normal")
        await world.play.choose(MARA, CHANNEL, alert.ts, "snooze_alert", "hour")
        assert told(world.play, MARA).startswith("This backlog is back to normal")
        down.release()
        await eventually(lambda: words(alert.blocks).startswith("Back to normal"))


@pytest.mark.parametrize(("to", "mention"), [("U0BEN", "<@U0BEN>"), ("S0LEADS", "<!subteam^S0LEADS>")])
async def test_somebody_else_is_told_when_nobody_acts(
    start: Start, eventually: Eventually, to: str, mention: str
) -> None:
    """Half an hour after the ping, once, below the alert, which shows it."""
    async with start(**OFTEN) as world:
        at_work(world)
        await configure(world, escalate_to=to)
        alert = await raised(world, eventually)
        world.clock.move(minutes=29)
        await settled(world)
        assert below(world, alert) == []
        world.clock.move(minutes=2)
        [escalated] = await eventually(lambda: below(world, alert))
        assert escalated.startswith(f"{mention} Nobody has looked after this for 30 minutes: 5 conversations wait")
        await eventually(lambda: f"{mention} was told, <!date^" in words(alert.blocks))
        world.clock.move(minutes=25)
        await settled(world)
        assert len(below(world, alert)) == 1


async def test_managers_are_told_instead_of_somebody_who_has_left(start: Start, eventually: Eventually) -> None:
    """Whom a mention in the channel does not reach; the alert does not say that they were told."""
    async with start(**OFTEN) as world:
        at_work(world)
        await configure(world, escalate_to=BEN)
        await world.play.leave(BEN, CHANNEL)
        alert = await raised(world, eventually)
        world.clock.move(minutes=31)
        [escalated] = await eventually(lambda: below(world, alert))
        assert escalated.startswith(f"<@{MARA}> Nobody has looked after this for 30 minutes: 5 conversations wait")
        await settled(world)
        assert "was told" not in words(alert.blocks)


@pytest.mark.parametrize("act", ["open_queue", "on_it", "snooze_alert", "claim"])
async def test_nobody_else_is_told_when_somebody_acts(start: Start, eventually: Eventually, act: str) -> None:
    """By a press on the alert, or by taking what waits."""
    async with start(**OFTEN) as world:
        at_work(world)
        await configure(world, escalate_to="U0BEN")
        alert = await raised(world, eventually)
        if act == "snooze_alert":
            await world.play.choose(MARA, CHANNEL, alert.ts, "snooze_alert", "hour")
        elif act == "claim":
            await claim(world, 2)
            await settled(world)
        else:
            await world.play.press(ANA, CHANNEL, alert.ts, act)
        world.clock.move(minutes=45)
        await settled(world)
        assert below(world, alert) == []


async def test_another_channel_can_be_told(play: Playground, start: Start, eventually: Eventually) -> None:
    """With the way to the alert, which shows it."""
    play.add_channel("C0LEADS", "leads", members=[MARA])
    async with start(**OFTEN) as world:
        at_work(world)
        await configure(world, escalate_to="C0LEADS")
        alert = await raised(world, eventually)
        world.clock.move(minutes=31)
        [there] = await eventually(lambda: play.world.channels["C0LEADS"].posts)
        assert there.text.startswith("Nobody has looked after this for 30 minutes: 5 conversations wait")
        assert f"/archives/{CHANNEL}/p{alert.ts.replace('.', '')}|Open the alert>" in there.text
        await eventually(lambda: "<#C0LEADS> was told" in words(alert.blocks))
        assert below(world, alert) == []
