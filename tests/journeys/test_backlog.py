"""Managers hear once that too much waits for an owner, again when it has grown, and when it is over: in one alert."""

from functools import partial
from typing import Any

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL, MANAGER, NUMBER
from playground.world import Post
from storage import backlogs, inboxes
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import at_work, calls, configure
from tests.journeys.screen import ALICE, ANA, BEN, GUS, MARA, arrive, buttons, title, told, words

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


async def test_managers_are_pinged_once_past_the_threshold(start: Start, eventually: Eventually) -> None:
    """With the count, the oldest wait, the load per rep and a button to the queue; and not at every look."""
    async with start(**OFTEN) as world:
        at_work(world)
        await write(world, eventually, 1, 4)
        assert await settled(world) == []
        await write(world, eventually, 5, 5)
        [alert] = await eventually(lambda: alerts(world))
        assert words(alert.blocks).startswith(f"<@{MANAGER}> 5 conversations wait for an owner in (555) 010-0000.")
        assert "The oldest has waited since <!date^" in words(alert.blocks)
        assert "It has grown by 4 in the last 30 minutes." in words(alert.blocks)
        assert "█`  in the last 15 minutes, 5 at most" in words(alert.blocks)
        assert "Open per rep: Ana 0 · Ben 0 · Chloé 0 · Mara 0" in words(alert.blocks)
        assert alert.thread_ts is None
        assert buttons(alert) == ["Open queue", "Distribute", "I'm on it"]
        assert len(await settled(world)) == 1


async def test_whoever_presses_sees_the_queue(start: Start, eventually: Eventually) -> None:
    """They alone; a guest is told why not, and the alert stays as it is."""
    async with start(**OFTEN) as world:
        at_work(world)
        alert = await raised(world, eventually)
        await world.play.press(ANA, CHANNEL, alert.ts, "open_queue")
        assert title(world.play.ephemerals(ANA)[-1]) == "Unassigned · 5"
        assert world.play.ephemerals(BEN) == []
        await world.play.press(GUS, CHANNEL, alert.ts, "open_queue")
        assert told(world.play, GUS).startswith("Guests and people from other organisations can read along")
        assert "5 conversations wait" in words((await settled(world))[0].blocks)


async def test_a_long_wait_pings_too(start: Start, eventually: Eventually) -> None:
    """One conversation is enough when it has waited for a quarter of an hour; an owned one is nobody's backlog."""
    async with start(**OFTEN) as world:
        at_work(world)
        card = await arrive(world, eventually)
        world.clock.move(minutes=14)
        assert await settled(world) == []
        world.clock.move(minutes=1)
        [alert] = await eventually(lambda: alerts(world))
        assert "1 conversation waits for an owner" in words(alert.blocks)
        await world.play.press(ANA, CHANNEL, card.ts, "claim")
        over = "Back to normal: every conversation in (555) 010-0000 has an owner."
        await eventually(lambda: words(alert.blocks) == over)
        await eventually(lambda: below(world, alert) == [over])
        assert buttons(alert) == []
        world.clock.move(hours=24)
        assert len(await settled(world)) == 1


async def test_it_is_said_again_below_it_when_it_has_grown_or_after_an_hour(
    start: Start, eventually: Eventually
) -> None:
    """At five more or after sixty minutes, with what is new; there is one alert, which shows how things are."""
    async with start(**OFTEN) as world:
        at_work(world)
        alert = await raised(world, eventually)
        await write(world, eventually, 6, 9)
        await settled(world)
        assert below(world, alert) == []
        await write(world, eventually, 10, 10)
        [again] = await eventually(lambda: below(world, alert))
        assert again.startswith(
            f"<@{MANAGER}> 10 conversations wait for an owner in (555) 010-0000, 5 more than last time."
        )
        await eventually(lambda: "10 conversations wait" in words(alert.blocks))
        world.clock.move(minutes=59)
        await settled(world)
        assert len(below(world, alert)) == 1
        world.clock.move(minutes=2)
        still = (await eventually(lambda: below(world, alert)[1:]))[0]
        assert still.startswith(f"<@{MANAGER}> Still: 10 conversations wait")
        assert "The oldest has waited 1 hour 1 minute, since" in still
        await claim(world, 10)
        back = (await eventually(lambda: below(world, alert)[2:]))[0]
        assert back.startswith("Back to normal: ")
        assert f"<@{MANAGER}>" not in back
        await eventually(lambda: words(alert.blocks).startswith("Back to normal"))
        assert [post.ts for post in await settled(world)] == [alert.ts]


async def test_when_it_grows_again_there_is_a_new_alert(start: Start, eventually: Eventually) -> None:
    """The one before stays what it is, in its place: over."""
    async with start(**OFTEN) as world:
        at_work(world)
        first = await raised(world, eventually)
        await claim(world, 5)
        await eventually(lambda: words(first.blocks).startswith("Back to normal"))
        await write(world, eventually, 6, 10)
        _, second = await eventually(lambda: alerts(world) if len(alerts(world)) > 1 else None)
        assert "5 conversations wait" in words(second.blocks)
        assert words(first.blocks).startswith("Back to normal")
        assert "Ana 5 (5 unread)" not in words(second.blocks)  # she has seen what she claimed
        assert "Open per rep: Ana 5 · Ben 0" in words(second.blocks)


async def test_numbers_are_drawn_anew_at_most_once_in_a_minute(start: Start, eventually: Eventually) -> None:
    """However often they change meanwhile; then the alert shows what is so."""
    async with start(**OFTEN) as world:
        at_work(world)
        await configure(world, alert_again_count=0)
        alert = await raised(world, eventually)
        for number in range(6, 10):
            await write(world, eventually, number, number)
            await world.play.quiet(0.2)
        assert "5 conversations wait" in words(alert.blocks)
        before = len(drawings(world, alert))
        world.clock.move(minutes=2)
        await eventually(lambda: "9 conversations wait" in words(alert.blocks))
        await world.play.quiet(0.3)
        assert len(drawings(world, alert)) == before + 1


def drawings(world: World, alert: Post) -> list[Any]:
    """The calls that drew an alert anew."""
    return [call for call in calls(world, "chat.update") if call.params["ts"] == alert.ts]


async def test_growth_alone_is_a_reason(start: Start, eventually: Eventually) -> None:
    """More coming in than is claimed, long before there are too many."""
    async with start(**OFTEN) as world:
        at_work(world)
        await configure(world, alert_count=50, alert_growth=6)
        await write(world, eventually, 1, 6)
        assert await settled(world) == []
        await write(world, eventually, 7, 7)
        [alert] = await eventually(lambda: alerts(world))
        assert "It has grown by 6 in the last 30 minutes." in words(alert.blocks)


async def test_what_begins_at_night_is_told_in_the_morning(start: Start, eventually: Eventually) -> None:
    """Once, when the first hour of work begins; that it is over is told at any time."""
    async with start(**OFTEN) as world:
        at_work(world, hours=10)  # from ten in the morning to eight in the evening
        await write(world, eventually, 1, 6)
        assert await settled(world) == []
        world.clock.move(hours=12, minutes=58)
        assert await settled(world) == []
        world.clock.move(minutes=3)
        [alert] = await eventually(lambda: alerts(world))
        assert "6 conversations wait" in words(alert.blocks)
        world.clock.move(hours=9)
        await settled(world)
        assert below(world, alert) == []
        await claim(world, 6)
        await eventually(lambda: words(alert.blocks).startswith("Back to normal"))


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


async def test_managers_are_reminded_of_what_is_new_at_set_times(start: Start, eventually: Eventually) -> None:
    """At eleven and at three, if anything waits by then; not of nothing, and not beside an alert."""
    async with start(**OFTEN) as world:
        at_work(world)
        await configure(world, alert_minutes=0)
        world.clock.move(minutes=61)
        assert await settled(world) == []
        world.clock.move(hours=1)
        await write(world, eventually, 1, 2)
        assert await settled(world) == []
        world.clock.move(hours=3)
        [reminder] = await eventually(lambda: alerts(world))
        assert words(reminder.blocks).startswith(
            f"<@{MANAGER}> Time to give out what is new: 2 conversations wait for an owner in (555) 010-0000."
        )
        assert buttons(reminder) == ["Open queue", "Distribute"]
        assert len(await settled(world)) == 1
        await write(world, eventually, 3, 5)
        _, alert = await eventually(lambda: alerts(world)[1:] and alerts(world))
        assert "5 conversations wait" in words(alert.blocks)


async def test_without_managers_nobody_is_mentioned(start: Start, eventually: Eventually) -> None:
    """The channel is told all the same; a user group can be named as well."""
    async with start(**OFTEN, managers=()) as world:
        at_work(world)
        await arrive(world, eventually)
        world.clock.move(minutes=16)
        [alert] = await eventually(lambda: alerts(world))
        assert words(alert.blocks).startswith("1 conversation waits")
    async with start(**OFTEN, managers=("S0LEADS", MANAGER)) as world:
        world.clock.move(minutes=80)
        [again] = await eventually(lambda: below(world, alert))
        assert again.startswith(f"<!subteam^S0LEADS> <@{MANAGER}> Still: 1 conversation waits")


async def test_a_restart_does_not_repeat_it(start: Start, eventually: Eventually) -> None:
    """What was said is stored, and the alert is drawn on."""
    async with start(**OFTEN) as world:
        at_work(world)
        alert = await raised(world, eventually)
    async with start(**OFTEN) as world:
        assert len(await settled(world)) == 1
        await world.play.press(ANA, CHANNEL, alert.ts, "on_it")
        await eventually(lambda: f"<@{ANA}> is on it" in words(alert.blocks))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_bridges_on_one_database_ping_once(start: Start, eventually: Eventually) -> None:
    """Both look; one of them speaks."""
    async with start(**OFTEN) as first, start(**OFTEN) as second:
        at_work(second)
        alert = await raised(second, eventually)
        assert len(await settled(second)) == 1
        for world in (first, second):
            world.clock.move(minutes=61)
        await eventually(lambda: below(second, alert))
        assert len(await settled(second)) == 1
        assert len(below(second, alert)) == 1


async def test_an_alert_whose_answer_was_lost_is_not_repeated(
    play: Playground, start: Start, eventually: Eventually
) -> None:
    """It is found in the channel and adopted, and what was said below it is found there."""
    async with start(**OFTEN) as world:
        at_work(world)
        await arrive(world, eventually, from_=ALICE)
        play.faults.drop("chat.postMessage", after_effect=True)
        world.clock.move(minutes=16)
        [alert] = await eventually(lambda: alerts(world))
        await play.until(lambda: any(call.method == "conversations.history" for call in play.calls))
        assert len(await settled(world)) == 1
        await world.play.press(ANA, CHANNEL, alert.ts, "on_it")
        await eventually(lambda: f"<@{ANA}> is on it" in words(alert.blocks))
        play.faults.drop("chat.postMessage", after_effect=True)
        world.clock.move(minutes=61)
        await eventually(lambda: below(world, alert))
        await play.until(lambda: any(call.method == "conversations.replies" for call in play.calls))
        await settled(world)
        assert len(below(world, alert)) == 1


async def test_what_is_over_before_slack_has_it_is_not_told(
    play: Playground, start: Start, eventually: Eventually
) -> None:
    """While Slack takes nothing, a backlog comes and goes; the next one is told."""
    async with start(**OFTEN) as world:
        at_work(world)
        await write(world, eventually, 1, 4)
        down = play.faults.answer("chat.postMessage", 503, times=None)
        await world.play.text("+14155550005", NUMBER, "Number 5")
        await world.play.quiet(0.5)
        await claim(world, 4)
        await world.play.quiet(0.5)
        down.release()
        await eventually(lambda: len(cards(world)) == 5)
        assert await settled(world) == []
        await write(world, eventually, 6, 9)
        [alert] = await eventually(lambda: alerts(world))
        assert "5 conversations wait" in words(alert.blocks)


async def test_an_alert_that_was_over_when_its_answer_came_is_drawn_so(
    play: Playground, start: Start, eventually: Eventually
) -> None:
    """It was posted, and nobody knew."""
    async with start(**OFTEN) as world:
        at_work(world)
        card = await arrive(world, eventually)
        held = play.faults.hold("chat.postMessage")
        world.clock.move(minutes=16)
        [alert] = await eventually(lambda: alerts(world))
        await world.play.press(ANA, CHANNEL, card.ts, "claim")
        await world.play.quiet(0.5)
        assert "1 conversation waits" in words(alert.blocks)
        held.release()
        await eventually(lambda: words(alert.blocks).startswith("Back to normal"))
        assert len(await settled(world)) == 1


async def test_a_deleted_alert_is_posted_anew_with_the_next_ping(start: Start, eventually: Eventually) -> None:
    """As soon as there is one, and no sooner."""
    async with start(**OFTEN) as world:
        at_work(world)
        alert = await raised(world, eventually)
        await world.play.delete(ANA, CHANNEL, alert.ts)
        await write(world, eventually, 6, 9)
        assert await settled(world) == []
        await write(world, eventually, 10, 10)
        [anew] = await eventually(lambda: alerts(world))
        assert words(anew.blocks).startswith(f"<@{MANAGER}> 10 conversations wait")
        assert "I'm on it" in buttons(anew)
        await claim(world, 10)
        await eventually(lambda: words(anew.blocks).startswith("Back to normal"))


async def test_a_deletion_that_nobody_has_told_shows_when_something_is_said(
    start: Start, eventually: Eventually
) -> None:
    """By the drawing that finds nothing, or by the reply that has nothing to stand below."""
    async with start(**OFTEN) as world:
        at_work(world)
        alert = await raised(world, eventually)
        world.play.slack.delete_post(alert)  # and Slack's event is lost
        world.clock.move(minutes=61)
        [anew] = await eventually(lambda: alerts(world))
        assert words(anew.blocks).startswith(f"<@{MANAGER}> 5 conversations wait")
        assert len(await settled(world)) == 1


async def test_each_inbox_has_an_alert_of_its_own(start: Start, eventually: Eventually) -> None:
    """Also when two share a channel."""
    async with start(**OFTEN, inboxes={NUMBER: CHANNEL, "+15550100001": CHANNEL}) as world:
        at_work(world)
        world.play.add_number("+15550100001")
        await raised(world, eventually)
        for number in range(11, 16):
            await world.play.text(f"+1415555{number:04}", "+15550100001", f"Number {number}")
        _, second = await eventually(lambda: alerts(world)[1:] and alerts(world))
        assert "5 conversations wait for an owner in (555) 010-0001" in words(second.blocks)
        assert len(await settled(world)) == 2
