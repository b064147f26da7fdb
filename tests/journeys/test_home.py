"""The App Home: one's own queue, what nobody owns, and the load, kept true by itself."""

from typing import Any

import pytest

from desk.home import look_around
from playground.playground import Playground
from playground.seed import CHANNEL, MANAGER
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import opened, received, reply
from tests.journeys.screen import ALICE, ANA, BEN, BOB, GUS, arrive, modal, words


def shown(world: World, user: str) -> str:
    """Everything written on somebody's Home."""
    home = world.play.home(user)
    return words(home.view["blocks"]) if home else ""


async def home_of(world: World, eventually: Eventually, user: str, phrase: str) -> Any:
    """Somebody's Home, opened now, once it says this."""
    await world.play.open_home(user)
    await eventually(lambda: phrase in shown(world, user))
    return world.play.home(user)


async def test_home_shows_ones_own_queue_and_follows_it(world: World, eventually: Eventually) -> None:
    """What is given, answered, closed and texted again shows there without opening it anew; others' do not show."""
    await home_of(world, eventually, ANA, "Nothing here yet")
    card = await arrive(world, eventually)
    other = await arrive(world, eventually, "Somebody else's", BOB)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await world.play.press(BEN, CHANNEL, other.ts, "claim")
    await eventually(lambda: "Your queue · 1" in shown(world, ANA))
    assert "Is it there?" in shown(world, ANA)
    assert "Waiting since" in shown(world, ANA)
    assert "Somebody else's" not in shown(world, ANA)
    await world.play.text(ALICE, "+15550100000", "Still there?")
    await eventually(lambda: "1 unread" in shown(world, ANA))
    await reply(world, card, "It is.")
    await eventually(lambda: "Answered" in shown(world, ANA))
    await world.play.press(ANA, CHANNEL, card.ts, "close")
    await eventually(lambda: "Closed 1" in shown(world, ANA))


async def test_what_is_pressed_on_home_is_done(world: World, eventually: Eventually) -> None:
    """Filters, the menu that hands it to somebody, and the queue of an inbox in a modal, in which Claim works."""
    card = await arrive(world, eventually)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    home = await home_of(world, eventually, ANA, "Your queue · 1")
    await world.play.press(ANA, None, home.id, "filter:closed")
    await eventually(lambda: "None of your conversations is closed yet" in shown(world, ANA))
    await world.play.press(ANA, None, home.id, "filter:open")
    await eventually(lambda: "Is it there?" in shown(world, ANA))
    await world.play.choose(ANA, None, home.id, "assign", BEN)
    await eventually(lambda: "Enjoy the quiet" in shown(world, ANA))
    await opened(world, BOB, "Anybody?")
    await world.play.press(ANA, None, home.id, "open_queue")
    queue = modal(world, ANA)
    assert "Unassigned · 1" in words(queue.view["blocks"])
    await world.play.press(ANA, None, queue.id, "claim")
    assert "Unassigned · 0" in words(modal(world, ANA).view["blocks"])
    await eventually(lambda: "Anybody?" in shown(world, ANA))


async def test_a_refusal_on_home_is_shown_in_a_modal(world: World, eventually: Eventually) -> None:
    """There is no private message on Home; the list goes back to what is true."""
    card = await arrive(world, eventually)
    await opened(world, BOB, "Anybody?")
    home = await home_of(world, eventually, ANA, "2 conversations wait for an owner")
    await world.play.press(ANA, None, home.id, "open_queue")
    queue = modal(world, ANA)
    await world.play.press(BEN, CHANNEL, card.ts, "claim")
    await world.play.press(ANA, None, queue.id, "claim")
    assert "Ben has it already." in words(modal(world, ANA).view["blocks"])
    await world.play.close(ANA, modal(world, ANA).id)
    assert "Unassigned · 1" in words(modal(world, ANA).view["blocks"])


async def test_managers_see_the_load_in_counts(often: None, world: World, eventually: Eventually) -> None:
    """And how many nobody owns, following both; reps see no load, and nobody sees a list of another's."""
    await home_of(world, eventually, MANAGER, "every open conversation has an owner")
    await home_of(world, eventually, BEN, "every open conversation has an owner")
    card = await arrive(world, eventually)
    await eventually(lambda: "1 conversation waits for an owner" in shown(world, MANAGER))
    await eventually(lambda: "1 conversation waits for an owner" in shown(world, BEN))
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await eventually(lambda: "Ana: 1 open, 0 unread" in shown(world, MANAGER))
    assert "Is it there?" not in shown(world, MANAGER)
    assert "Ana: " not in shown(world, BEN)
    await world.play.command(ANA, CHANNEL, "/sms", "away")
    await eventually(lambda: "Ana: 1 open, 0 unread, away" in shown(world, MANAGER))


async def test_home_follows_how_long_the_oldest_waits(world: World, eventually: Eventually) -> None:
    """Also when as many wait as before, but others."""
    older = await arrive(world, eventually)
    world.clock.move(minutes=30)
    card = await arrive(world, eventually, "Anybody?", BOB)
    await world.play.press(BEN, CHANNEL, card.ts, "claim")
    await home_of(world, eventually, ANA, "1 conversation waits for an owner")
    before = shown(world, ANA)
    async with world.bridge.database.write() as session:
        await look_around(session, world.bridge.workspace.id, world.clock.now())
    await world.play.press(BEN, CHANNEL, older.ts, "claim")
    await world.play.press(BEN, CHANNEL, card.ts, "more", value="release")
    async with world.bridge.database.write() as session:
        await look_around(session, world.bridge.workspace.id, world.clock.now())
    await eventually(lambda: "1 conversation waits" in shown(world, ANA) and shown(world, ANA) != before)


async def test_a_name_and_labels_show_on_the_owners_home(world: World, eventually: Eventually) -> None:
    """Whoever gave them."""
    card = await arrive(world, eventually)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await home_of(world, eventually, ANA, "Your queue · 1")
    await world.play.press(BEN, CHANNEL, card.ts, "more", value="rename")
    await world.play.submit(BEN, modal(world, BEN).id, {"name": "Alice Ames"})
    await eventually(lambda: "Alice Ames" in shown(world, ANA))
    await world.play.press(BEN, CHANNEL, card.ts, "more", value="details")
    await world.play.choose(BEN, None, modal(world, BEN).id, "labels", ["vip"], query="vip")
    await world.play.submit(BEN, modal(world, BEN).id, {})
    await eventually(lambda: "vip" in shown(world, ANA))


async def test_a_guests_home_shows_nothing(world: World, eventually: Eventually) -> None:
    """Not even counts: guests are no reps."""
    await arrive(world, eventually)
    home = await home_of(world, eventually, GUS, "not in the channel of any inbox")
    assert "Unassigned" not in words(home.view["blocks"])


async def test_a_home_is_drawn_after_a_restart(play: Playground, start: Start, eventually: Eventually) -> None:
    """What changed while nobody ran shows once somebody does."""
    async with start() as world:
        card = await arrive(world, eventually)
        await home_of(world, eventually, ANA, "Nothing here yet")
        world.play.faults.answer("views.publish", 503, times=None)
        await world.play.press(ANA, CHANNEL, card.ts, "claim")
    play.faults.clear()
    async with start() as world:
        await eventually(lambda: "Your queue · 1" in shown(world, ANA))


@pytest.mark.parametrize("how", ["left", "became a guest", "left unseen"])
async def test_a_home_shows_nothing_of_an_inbox_any_more_once_its_reader_lost_access(
    world: World, eventually: Eventually, how: str
) -> None:
    """At once, although they owned nothing that is open; also what only the nightly reading finds."""
    card = await arrive(world, eventually)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await reply(world, card, "It is.")
    await eventually(lambda: received(world) == ["It is."])
    await world.play.press(ANA, CHANNEL, card.ts, "close")
    await home_of(world, eventually, ANA, "Closed 1")
    await world.play.quiet()
    match how:
        case "left":
            await world.play.leave(ANA, CHANNEL)
        case "became a guest":
            await world.play.change_person(ANA, guest=True)
        case _:
            world.play.world.channels[CHANNEL].members.remove(ANA)
            world.bridge.directory.reading.ask()
    await eventually(lambda: shown(world, ANA).startswith("You are not in the channel of any inbox"))
    assert "Is it there?" not in shown(world, ANA)
