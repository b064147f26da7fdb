"""Managers give out what nobody owns: evenly by load, or each by hand, to who does it first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from bot.blocks.place import Place
from playground import elements
from playground.playground import Playground
from playground.seed import CHANNEL, MANAGER, NUMBER
from playground.world import Ephemeral, Post
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import direct, line, lines
from tests.journeys.screen import ALICE, ANA, BEN, CHLOE, arrive, buttons, home, modal, unread, words
from tests.journeys.team import change

SALES, OTHER_NUMBER = "C0SALES", "+15550100001"


async def crowd(world: World, eventually: Eventually, number: int) -> list[Post]:
    """So many customers write for the first time."""
    return [await arrive(world, eventually, f"Number {n}", f"+1415555{n:04}") for n in range(1, number + 1)]


async def unassigned(world: World, user: str) -> Ephemeral:
    shown = await world.play.command(user, CHANNEL, "/unassigned")
    assert isinstance(shown, Ephemeral)
    return shown


async def distribute(world: World) -> Any:
    """Mara presses Distribute under /unassigned; the modal."""
    await world.play.press(MANAGER, CHANNEL, (await unassigned(world, MANAGER)).ts, "distribute")
    return modal(world, MANAGER)


def owners(world: World, cards: list[Post]) -> list[str]:
    """Who was given each, by the line in its thread."""
    return [
        next(
            (
                user
                for user in (ANA, BEN, CHLOE, MANAGER)
                if any(f"to <@{user}>" in said for said in lines(world, card))
            ),
            "",
        )
        for card in cards
    ]


async def test_evenly_goes_to_who_has_least(world: World, eventually: Eventually) -> None:
    """Among those who were picked, each told in its thread; the manager sees how far it is and has a receipt."""
    cards = await crowd(world, eventually, 5)
    await world.play.press(ANA, CHANNEL, cards[0].ts, "claim")
    view = await distribute(world)
    assert "*4 conversations* wait for an owner" in words(view.view["blocks"])
    assert "Ana: 1 open, 0 unread" in words(view.view["blocks"])
    await world.play.choose(MANAGER, None, view.id, "distribute_among", [ANA, BEN])
    assert not await world.play.submit(MANAGER, view.id, {})
    await eventually(lambda: all(owners(world, cards[1:])))
    assert owners(world, cards[1:]) == [BEN, BEN, ANA, BEN]
    await eventually(lambda: "Gave out 4 conversations:" in words(modal(world, MANAGER).view["blocks"]))
    await eventually(lambda: direct(world, MANAGER))


async def test_by_hand_each_to_whom_the_manager_picks(world: World, eventually: Eventually) -> None:
    """Who would be given it evenly is picked already."""
    cards = await crowd(world, eventually, 3)
    view = await distribute(world)
    await world.play.choose(MANAGER, None, view.id, "distribute_way", "by_hand")
    view = modal(world, MANAGER)
    fields = [block["block_id"] for block in view.view["blocks"] if block["type"] == "input"]
    assert len(fields) == 3
    picked = {f"{field}/distribute_to": MANAGER for field in fields[:2]}
    assert not await world.play.submit(MANAGER, view.id, picked)
    await eventually(lambda: all(owners(world, cards)))
    assert owners(world, cards) == [MANAGER, MANAGER, CHLOE]
    assert await unread(world, MANAGER) == 2  # who gives out in numbers has read nothing


async def test_who_does_it_is_offered_first(world: World, eventually: Eventually) -> None:
    """What a conversation is labelled goes to who does that, although others have less to do."""
    cards = await crowd(world, eventually, 2)
    await world.play.press(BEN, CHANNEL, cards[0].ts, "claim")
    await say_of(world, BEN, skills=["billing"])
    await label(world, cards[1], "Billing")
    options = await world.play.options(ANA, CHANNEL, cards[1].ts, "assign")
    assert [one["text"]["text"] for one in options][:2] == ["Ana", "Ben"]
    assert options[1]["description"]["text"] == "does this"
    view = await distribute(world)
    assert not await world.play.submit(MANAGER, view.id, {})
    await eventually(lambda: owners(world, cards)[1] == BEN)


async def test_nobody_is_given_more_than_they_take(world: World, eventually: Eventually) -> None:
    """And when nobody takes any, that is said."""
    cards = await crowd(world, eventually, 3)
    await say_of(world, BEN, capacity="1")
    view = await distribute(world)
    await world.play.choose(MANAGER, None, view.id, "distribute_among", [BEN])
    assert not await world.play.submit(MANAGER, view.id, {})
    await eventually(lambda: line(world, cards[0], "to <@U0BEN>"))
    view = await distribute(world)
    await world.play.choose(MANAGER, None, view.id, "distribute_among", [BEN])
    errors = await world.play.submit(MANAGER, view.id, {})
    assert "There is nobody to give any to" in str(errors)


async def test_what_somebody_takes_is_counted_in_all_inboxes(
    play: Playground, start: Start, eventually: Eventually
) -> None:
    """Also in those whose channel the manager is not in, of which no number is shown."""
    async with with_sales(play, start, eventually) as (world, _):
        await crowd(world, eventually, 1)
        await say_of(world, BEN, capacity="1")
        view = await distribute(world)
        assert "Ben: 0 of 1 open, 0 unread, takes no more" in words(view.view["blocks"])
        await play.choose(MANAGER, None, view.id, "distribute_among", [BEN])
        assert "There is nobody to give any to" in str(await play.submit(MANAGER, view.id, {}))


async def test_a_menu_tells_nothing_of_another_inboxs_conversation(
    play: Playground, start: Start, eventually: Eventually
) -> None:
    """Not even whether somebody does what it is labelled."""
    async with with_sales(play, start, eventually) as (world, sold):
        await label(world, sold, "billing")
        [own] = await crowd(world, eventually, 1)
        await say_of(world, BEN, skills=["billing"])
        view = await distribute(world)
        await play.choose(MANAGER, None, view.id, "distribute_way", "by_hand")
        assert await play.options(MANAGER, None, view.id, "distribute_to", "ben") != []
        block, _ = elements.find(view.blocks, "distribute_to")
        block["block_id"] = Place(conversation_id=(await change(world, sold)).id).encode("give")
        assert await play.options(MANAGER, None, view.id, "distribute_to", "ben") == []
        assert owners(world, [own]) == [""]


@asynccontextmanager
async def with_sales(play: Playground, start: Start, eventually: Eventually) -> AsyncIterator[tuple[World, Post]]:
    """A second inbox, whose channel the manager is not in, and in it a conversation of Ben's."""
    play.add_channel(SALES, "sales", members=[ANA, BEN])
    play.add_number(OTHER_NUMBER)
    async with start(inboxes={NUMBER: CHANNEL, OTHER_NUMBER: SALES}) as world:
        await play.text(ALICE, OTHER_NUMBER, "For sales")
        [sold] = await eventually(lambda: play.world.channels[SALES].posts)
        await eventually(partial(is_owned, world, sold))
        yield world, sold


async def is_owned(world: World, card: Post) -> bool:
    """Whether Ben has it; he presses Claim until the bridge knows where its card is."""
    if "Owner: Ben" not in words(card.blocks):
        await world.play.press(BEN, SALES, card.ts, "claim")
    return "Owner: Ben" in words(card.blocks)


async def test_it_is_for_managers_on_the_ping_and_on_home(world: World, eventually: Eventually) -> None:
    """Reps are not offered it in their list, and are told who may; when nothing is left, that is said."""
    assert "Distribute" not in buttons(await unassigned(world, MANAGER))
    await crowd(world, eventually, 1)
    assert "Distribute" in buttons(await unassigned(world, MANAGER))
    assert "Distribute" not in buttons(await unassigned(world, ANA))
    await world.play.open_home(MANAGER)
    await eventually(lambda: world.play.home(MANAGER))
    await world.play.press(MANAGER, None, home(world, MANAGER).id, "distribute")
    assert "*1 conversation* waits for an owner" in words(modal(world, MANAGER).view["blocks"])


async def test_what_was_claimed_meanwhile_stays_where_it_is(world: World, eventually: Eventually) -> None:
    """The receipt says so."""
    cards = await crowd(world, eventually, 2)
    view = await distribute(world)
    await world.play.press(CHLOE, CHANNEL, cards[0].ts, "claim")
    await world.play.choose(MANAGER, None, view.id, "distribute_among", [BEN])
    assert not await world.play.submit(MANAGER, view.id, {})
    await eventually(lambda: owners(world, cards)[1] == BEN)
    assert line(world, cards[0], "to <@U0BEN>") is None


async def test_two_managers_at_once_give_out_different_ones(world: World, eventually: Eventually) -> None:
    """What one is giving out at that moment is not given out by the other."""
    cards = await crowd(world, eventually, 4)
    await world.play.command(MANAGER, CHANNEL, "/sms", "people")
    await world.play.choose(MANAGER, None, modal(world, MANAGER).id, "pick_member", CHLOE)
    assert not await world.play.submit(MANAGER, modal(world, MANAGER).id, {f"role-{CHLOE}/role": ["manager"]})
    view = await distribute(world)
    await world.play.press(CHLOE, CHANNEL, (await unassigned(world, CHLOE)).ts, "distribute")
    other = modal(world, CHLOE)
    await world.play.choose(MANAGER, None, view.id, "distribute_among", [ANA])
    await world.play.choose(CHLOE, None, other.id, "distribute_among", [BEN])
    await asyncio.gather(
        world.play.submit(MANAGER, view.id, {"number/number": "2"}),
        world.play.submit(CHLOE, other.id, {"number/number": "2"}),
    )
    await eventually(lambda: all(owners(world, cards)))
    assert sorted(owners(world, cards)) == [ANA, ANA, BEN, BEN]
    await eventually(lambda: direct(world, CHLOE) == [f"Gave out 2 conversations:\n• <@{BEN}>: 2"])
    await eventually(lambda: direct(world, MANAGER) == [f"Gave out 2 conversations:\n• <@{ANA}>: 2"])


async def test_a_form_that_is_sent_twice_gives_out_once(world: World, eventually: Eventually) -> None:
    """As when Slack had no answer in time, and the manager presses again."""
    cards = await crowd(world, eventually, 4)
    view = await distribute(world)
    await world.play.choose(MANAGER, None, view.id, "distribute_among", [BEN])
    await asyncio.gather(*[world.play.submit(MANAGER, view.id, {"number/number": "2"}) for _ in range(2)])
    await eventually(lambda: direct(world, MANAGER) == [f"Gave out 2 conversations:\n• <@{BEN}>: 2"])
    await world.play.quiet()
    assert owners(world, cards) == [BEN, BEN, "", ""]
    assert len(direct(world, MANAGER)) == 1


async def test_a_way_that_was_chosen_and_is_not_shown_yet_is_shown_first(world: World, eventually: Eventually) -> None:
    """A manager sends the form before it has turned: nothing is given out evenly that was to be by hand."""
    cards = await crowd(world, eventually, 2)
    view = await distribute(world)
    world.play.faults.delay("views.update", 2)
    chooses = asyncio.create_task(world.play.choose(MANAGER, None, view.id, "distribute_way", "by_hand"))
    await eventually(lambda: "by_hand" in str(view.choices))
    await world.play.submit(MANAGER, view.id, {})
    await chooses
    fields = [block["block_id"] for block in modal(world, MANAGER).view["blocks"] if block["type"] == "input"]
    assert len(fields) == 2
    assert not await world.play.submit(MANAGER, view.id, {f"{fields[0]}/distribute_to": MANAGER})
    await eventually(lambda: owners(world, cards)[0] == MANAGER)


async def say_of(world: World, user: str, *, skills: list[str] = [], capacity: str = "") -> None:  # noqa: B006
    """Mara says what somebody does and takes."""
    await world.play.command(MANAGER, CHANNEL, "/sms", "people")
    await world.play.choose(MANAGER, None, modal(world, MANAGER).id, "pick_member", user)
    for skill in skills:
        await world.play.choose(MANAGER, None, modal(world, MANAGER).id, "pick_skills", [skill], query=skill)
    said = {f"capacity-{user}/capacity": capacity} if capacity else {}
    assert not await world.play.submit(MANAGER, modal(world, MANAGER).id, said)


async def label(world: World, card: Post, name: str) -> None:
    """Ana labels a conversation, in More."""
    await world.play.press(ANA, card.channel, card.ts, "more", value="details")
    await world.play.choose(ANA, None, modal(world, ANA).id, "labels", [name], query=name)
    await world.play.submit(ANA, modal(world, ANA).id, {})
