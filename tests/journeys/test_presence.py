"""Who is away is offered last, and what waits for them is offered to the others."""

from desk import presence
from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from playground.world import Ephemeral
from storage import inboxes
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import configure, line, opened, pass_time
from tests.journeys.screen import ALICE, ANA, BEN, CHLOE, GUS, arrive, count, home, modal, told, words
from tests.journeys.team import change

SALES, OTHER_NUMBER = "C0SALES", "+15550100001"


async def sms(world: World, user: str, text: str) -> str:
    """What `/sms …` answers."""
    shown = await world.play.command(user, CHANNEL, "/sms", text)
    assert isinstance(shown, Ephemeral)
    return words(shown.blocks)


async def offered(world: World, card: object, user: str) -> list[tuple[str, str]]:
    """Whom the card's menu offers, with what it says about them."""
    options = await world.play.options(user, CHANNEL, card.ts, "assign")  # type: ignore[attr-defined]
    return [(one["text"]["text"], (one.get("description") or {}).get("text", "")) for one in options]


async def test_who_is_away_is_offered_last_with_the_reason(world: World, eventually: Eventually) -> None:
    """Until they are back, by themselves or when they said."""
    await world.play.change_person(ANA, tz="Europe/Lisbon")
    card = await arrive(world, eventually)
    assert [name for name, _ in await offered(world, card, BEN)] == ["Ben", "Ana", "Chloé", "Mara"]
    assert "You are away until <!date^" in await sms(world, ANA, "away until tomorrow")
    *_, (name, note) = await offered(world, card, BEN)
    assert name == "Ana"
    assert note.startswith("away until ")
    assert note.endswith(" 09:00 (WET)")
    assert (await offered(world, card, ANA))[0][0] == "Ana"
    pass_time(world, days=2)
    assert ("Ana", "") in await offered(world, card, BEN)
    await sms(world, ANA, "away")
    assert ("Ana", "away") in await offered(world, card, BEN)
    assert "Welcome back" in await sms(world, ANA, "back")
    assert ("Ana", "") in await offered(world, card, BEN)
    assert "You are not away." in await sms(world, ANA, "back")
    assert "That is no time I know" in await sms(world, ANA, "away until whenever")
    assert "only members of this workspace" in await sms(world, GUS, "away")


async def test_what_waits_for_who_is_away_is_offered_to_the_channel(
    often: None, world: World, eventually: Eventually
) -> None:
    """After ten minutes, once for each wait, with Claim; whoever is first has it."""
    card = await arrive(world, eventually)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await world.play.press(ANA, CHANNEL, card.ts, "close")
    await world.play.press(ANA, CHANNEL, world.play.ephemerals(ANA)[-1].ts, "close_anyway")
    await sms(world, ANA, "away until tomorrow")
    await world.play.text(ALICE, NUMBER, "One more thing")
    await eventually(lambda: line(world, card, "the customer wrote again"))
    pass_time(world, minutes=9)
    await world.play.quiet(0.5)
    assert line(world, card, "Who takes it?") is None
    pass_time(world, minutes=2)
    offer = await eventually(lambda: line(world, card, "Who takes it?"))
    assert offer.broadcast
    await world.play.text(ALICE, NUMBER, "Hello?")
    pass_time(world, minutes=30)
    await world.play.quiet(0.5)
    assert sum("Who takes it?" in post.text for post in world.thread(card.ts)) == 1
    await world.play.press(BEN, CHANNEL, offer.ts, "take_over")
    await eventually(lambda: line(world, card, "<@U0BEN> took this over from <@U0ANA>."))
    await world.play.press(CHLOE, CHANNEL, offer.ts, "take_over")
    assert "Ben has it already." in told(world.play, CHLOE)


async def test_what_waits_in_one_inbox_keeps_no_offer_of_another_back(
    often: None, play: Playground, start: Start, eventually: Eventually
) -> None:
    """In the one the channel is offered what waits after ten minutes, in the other only after hours."""
    play.add_channel(SALES, "sales", [ANA, CHLOE])
    play.add_number(OTHER_NUMBER)
    async with start(inboxes={NUMBER: CHANNEL, OTHER_NUMBER: SALES}) as world:
        await configure(world, offer_minutes=600)
        async with world.bridge.database.write() as session:
            _, sales = await inboxes.list_(session, world.bridge.workspace.id)
            sales.offer_minutes = 10
        for number in range(presence.MOST_AT_ONCE):
            await change(world, await opened(world, f"+1415555{number:04}"), assignee_id=ANA, unassigned_since=None)
        await play.text(ALICE, OTHER_NUMBER, "For sales")
        [sale] = await eventually(lambda: play.world.channels[SALES].posts)
        await play.quiet()
        await change(world, sale, assignee_id=ANA, unassigned_since=None)
        await sms(world, ANA, "away")
        pass_time(world, minutes=15)
        await eventually(lambda: count(play, "Who takes it?", SALES) == 1)
        assert count(play, "Who takes it?") == 0


async def test_what_was_taken_over_is_offered_again_when_its_new_owner_is_away(
    often: None, world: World, eventually: Eventually
) -> None:
    """The customer still waits, and the first offer was of somebody else's."""
    card = await arrive(world, eventually)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await sms(world, ANA, "away")
    pass_time(world, minutes=11)
    offer = await eventually(lambda: line(world, card, "<@U0ANA>, who owns this, is away"))
    await world.play.press(BEN, CHANNEL, offer.ts, "take_over")
    await sms(world, BEN, "away")
    again = await eventually(lambda: line(world, card, "<@U0BEN>, who owns this, is away"))
    await world.play.press(CHLOE, CHANNEL, again.ts, "take_over")
    await eventually(lambda: line(world, card, "<@U0CHLOE> took this over from <@U0BEN>."))


async def test_home_says_that_one_is_away(world: World, eventually: Eventually) -> None:
    """And asks until when; a time that nobody knows is told at the field."""
    await world.play.open_home(ANA)
    await eventually(lambda: world.play.home(ANA))
    await world.play.press(ANA, None, home(world, ANA).id, "away")
    errors = await world.play.submit(ANA, modal(world, ANA).id, {"away_until/away_until": "whenever"})
    assert "That is no time I know" in errors["away_until"]
    assert not await world.play.submit(ANA, modal(world, ANA).id, {"away_until/away_until": "for 2h"})
    await eventually(lambda: "You are away until <!date^" in words(home(world, ANA).view["blocks"]))
    await world.play.press(ANA, None, home(world, ANA).id, "back")
    await eventually(lambda: "You are here" in words(home(world, ANA).view["blocks"]))
