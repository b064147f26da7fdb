"""Who owns a conversation: the menu, claim, assign, reassign, release, and who is refused."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from playground import elements
from playground.playground import Playground
from playground.seed import CHANNEL
from playground.world import Post
from tests.conftest import Eventually, Start, World
from tests.journeys.screen import ALICE, ANA, BEN, CHLOE, GUS, MARA, arrive, buttons, count, mine, said, told, words


async def offered(world: World, user: str, card: Post, query: str = "") -> list[str]:
    return [option["value"] for option in await world.play.options(user, CHANNEL, card.ts, "assign", query)]


def chosen(world: World, card: Post) -> Any:
    return (world.play.shown_choice(CHANNEL, card.ts, "assign") or {}).get("value")


async def choose_from_an_old_list(play: Playground, user: str, card: Post, value: str) -> None:
    """Choose somebody whom the open menu still offers although they could not be picked any more."""
    block, element = elements.find(card.blocks, "assign")
    option = {"text": {"type": "plain_text", "text": "Somebody"}, "value": value}
    card.choices[elements.key(block, element)] = option
    action = {"type": element["type"], "block_id": block["block_id"], "action_id": "assign"}
    await play._act(user, card, {**action, "selected_option": option})


async def test_the_menu_offers_yourself_first_and_then_the_members_by_name(
    world: World, eventually: Eventually
) -> None:
    """No guest and no app among them; typing narrows it, in any case."""
    card = await arrive(world, eventually)
    assert await offered(world, BEN, card) == [BEN, ANA, CHLOE, MARA]
    assert await offered(world, MARA, card, "ma") == [MARA, CHLOE]
    assert await offered(world, ANA, card, " BEN ") == [BEN]
    assert await offered(world, ANA, card, "okafor") == [BEN]
    assert await offered(world, ANA, card, "%") == []


async def test_the_menu_finds_names_in_any_script(play: Playground, start: Start, eventually: Eventually) -> None:
    """Capital and small letters are the same beyond ASCII too."""
    for user, name in (("U0ELO", "Élodie Roux"), ("U0OLGA", "Ольга Петрова")):
        play.add_person(user, name)
        play.world.channels[CHANNEL].members.append(user)
    async with start() as world:
        card = await arrive(world, eventually)
        assert await offered(world, ANA, card, "élo") == ["U0ELO"]
        assert await offered(world, ANA, card, "ольга") == ["U0OLGA"]
        assert await offered(world, ANA, card, "CHLOÉ") == [CHLOE]


async def test_the_menu_holds_a_hundred(play: Playground, start: Start, eventually: Eventually) -> None:
    """Of a large team the first hundred are offered, the asker among them, and typing finds the others."""
    for number in range(120):
        play.add_person(f"U1{number:03}", f"Aaron {number:03}")
        play.world.channels[CHANNEL].members.append(f"U1{number:03}")
    async with start() as world:
        card = await arrive(world, eventually)
        await world.bridge.directory.was_read.wait()
        everybody = await offered(world, MARA, card)
        assert (len(everybody), everybody[:2]) == (100, [MARA, "U1000"])
        assert await offered(world, MARA, card, "aaron 119") == ["U1119"]


async def test_a_claim_shows_on_the_card_and_is_told(world: World, eventually: Eventually) -> None:
    """One press: the card names the owner and offers no Claim, the menu shows them, the thread mentions them."""
    card = await arrive(world, eventually)
    assert chosen(world, card) is None
    assert "No owner" in words(card.blocks)
    before = card.blocks[-1]["block_id"]
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await said(world, eventually, card, f"<@{ANA}> claimed this conversation")
    await eventually(lambda: chosen(world, card) == ANA)
    assert card.blocks[-1]["block_id"] != before
    assert "Owner: Ana" in words(card.blocks)
    assert "Claim" not in buttons(card)
    assert f"<@{ANA}>" not in words(card.blocks)
    assert "Is it there?" in await mine(world, ANA)
    assert not world.play.ephemerals(BEN)
    await world.play.quiet()
    assert [text.direction for text in world.play.phone(ALICE)] == ["in"]


async def test_assign_reassign_and_release(world: World, eventually: Eventually) -> None:
    """Each change is on the card at once, mentions the new owner, moves it between queues, and no customer hears."""
    card = await arrive(world, eventually)
    await world.play.choose(MARA, CHANNEL, card.ts, "assign", BEN)
    await said(world, eventually, card, f"<@{MARA}> assigned this to <@{BEN}>")
    await eventually(lambda: "Owner: Ben" in words(card.blocks))
    assert "Is it there?" in await mine(world, BEN)
    await world.play.choose(MARA, CHANNEL, card.ts, "assign", ANA)
    await said(world, eventually, card, f"<@{MARA}> reassigned this from <@{BEN}> to <@{ANA}>")
    await eventually(lambda: chosen(world, card) == ANA)
    assert "Is it there?" not in await mine(world, BEN)
    assert "Is it there?" in await mine(world, ANA)
    await world.play.choose(ANA, CHANNEL, card.ts, "assign", CHLOE, query="chl")
    await said(world, eventually, card, f"<@{ANA}> handed this to <@{CHLOE}>")
    await world.play.choose(BEN, CHANNEL, card.ts, "assign", BEN)
    await said(world, eventually, card, f"<@{BEN}> took this over from <@{CHLOE}>")
    await eventually(lambda: chosen(world, card) == BEN)
    await world.play.press(BEN, CHANNEL, card.ts, "more", value="release")
    await said(world, eventually, card, f"<@{BEN}> released this conversation. It waits for a new owner.")
    await eventually(lambda: chosen(world, card) is None)
    assert "Claim" in buttons(card)
    assert "No owner" in words(card.blocks)
    assert "Is it there?" not in await mine(world, BEN)
    await world.play.quiet()
    assert [text.direction for text in world.play.phone(ALICE)] == ["in"]


async def test_picking_the_owner_again_says_nothing(world: World, eventually: Eventually) -> None:
    """Who has it keeps it, without another line."""
    card = await arrive(world, eventually)
    await world.play.choose(MARA, CHANNEL, card.ts, "assign", BEN)
    await said(world, eventually, card, "assigned this")
    await world.play.choose(ANA, CHANNEL, card.ts, "assign", BEN)
    await world.play.quiet()
    assert len(world.thread(card.ts)) == 1
    assert chosen(world, card) == BEN


async def test_of_two_claims_at_once_one_wins(world: World, eventually: Eventually) -> None:
    """The other is told who has it, privately."""
    cards = [await arrive(world, eventually, f"Number {number}", f"+1415555020{number}") for number in range(3)]
    for card in cards:
        await asyncio.gather(*(world.play.press(user, CHANNEL, card.ts, "claim") for user in (ANA, BEN)))
    for card in cards:
        await said(world, eventually, card, "claimed this conversation")
    await eventually(lambda: all(chosen(world, card) for card in cards))
    await world.play.quiet()
    names = {ANA: "Ana", BEN: "Ben"}
    for card in cards:
        assert [post.text.partition(" claimed")[2] for post in world.thread(card.ts)] == [" this conversation."]
    winners = [chosen(world, card) for card in cards]
    for winner, loser in ((ANA, BEN), (BEN, ANA)):
        private = [words(one.blocks) for one in world.play.ephemerals(loser)]
        assert private == [f"{names[winner]} has it already. Use the menu to reassign it."] * winners.count(winner)


async def test_a_claim_of_ones_own_is_told_so(world: World, eventually: Eventually) -> None:
    """Pressing twice claims once."""
    card = await arrive(world, eventually)
    await asyncio.gather(*(world.play.press(ANA, CHANNEL, card.ts, "claim") for _ in range(2)))
    await said(world, eventually, card, "claimed this conversation")
    await world.play.quiet()
    assert len(world.thread(card.ts)) == 1
    assert told(world.play, ANA) == "It is yours already."


async def test_guests_and_strangers_own_nothing(play: Playground, start: Start, eventually: Eventually) -> None:
    """They are told privately why, the card stays as it is, and their menu is empty."""
    play.add_person("U0STRANGER", "Sid Stranger", team="T0OTHER")
    play.world.channels[CHANNEL].members.append("U0STRANGER")
    async with start() as world:
        card = await arrive(world, eventually)
        for user in (GUS, "U0STRANGER"):
            await play.press(user, CHANNEL, card.ts, "claim")
            assert "only members of this workspace can do this" in told(play, user)
            assert await offered(world, user, card) == []
        await play.quiet()
        assert world.thread(card.ts) == []
        assert "No owner" in words(card.blocks)


async def test_who_cannot_own_is_not_made_owner(play: Playground, start: Start, eventually: Eventually) -> None:
    """The server checks what a menu offers; the refusal is private and the menu shows the truth again."""
    play.add_person("U0STRANGER", "Sid Stranger", team="T0OTHER")
    play.add_person("U0GONE", "Gerd Gone", deleted=True)
    play.add_person("U0ELSEWHERE", "Ed Elsewhere")
    play.world.channels[CHANNEL].members += ["U0STRANGER", "U0GONE"]
    async with start() as world:
        card = await arrive(world, eventually)
        await play.press(ANA, CHANNEL, card.ts, "claim")
        await eventually(lambda: chosen(world, card) == ANA)
        for who, reason in (
            (GUS, "Gus cannot own this conversation: they are a guest."),
            ("U0BRIDGE", "Threadline cannot own this conversation: it is an app."),
            ("U0STRANGER", "Sid cannot own this conversation: they belong to another organisation."),
            ("U0GONE", "Gerd cannot own this conversation: their account is deactivated."),
            ("U0ELSEWHERE", "Ed cannot own this conversation: they are not in its channel."),
            ("U0NOBODY", "Someone cannot own this conversation: they are not in our directory yet."),
        ):
            await choose_from_an_old_list(play, BEN, card, who)
            assert told(play, BEN) == f"{reason} Pick someone who is a full member of its channel."
            await eventually(lambda: chosen(world, card) == ANA)
        await play.quiet()
        assert "Owner: Ana" in words(card.blocks)
        assert count(play, "assigned") + count(play, "handed") == 0


async def test_a_guests_choice_is_refused_and_undone(world: World, eventually: Eventually) -> None:
    """Somebody who became a guest while their menu was open changes nothing."""
    card = await arrive(world, eventually)
    await choose_from_an_old_list(world.play, GUS, card, ANA)
    assert "only members of this workspace" in told(world.play, GUS)
    await eventually(lambda: chosen(world, card) is None)


async def test_leaving_the_channel_takes_access_away(world: World, eventually: Eventually) -> None:
    """A queue on the screen of somebody who has left since does nothing any more, and says so."""
    card = await arrive(world, eventually)
    world.play.add_channel("C0OTHER", "random", [ANA])
    shown = await world.play.command(ANA, "C0OTHER", "/unassigned")
    assert shown is not None
    await world.play.leave(ANA, CHANNEL)
    await world.play.press(ANA, "C0OTHER", shown.ts, "claim")
    assert any("Join it to work on its conversations" in words(one.blocks) for one in world.play.ephemerals(ANA))
    await world.play.quiet()
    assert world.thread(card.ts) == []
    assert not any("Is it there?" in words(one.blocks) for one in world.play.ephemerals(ANA))


async def test_the_directory_follows_joins_leaves_and_changes(world: World, eventually: Eventually) -> None:
    """Who joins can be picked at once, who leaves or becomes a guest cannot, and a new name is shown."""
    card = await arrive(world, eventually)
    world.play.add_person("U0DORA", "Dora Diaz")
    await world.play.join("U0DORA", CHANNEL)

    async def is_known() -> bool:
        return "U0DORA" in await offered(world, MARA, card)

    await eventually(is_known)
    await world.play.choose(MARA, CHANNEL, card.ts, "assign", "U0DORA")
    await said(world, eventually, card, f"<@{MARA}> assigned this to <@U0DORA>")
    await world.play.leave("U0DORA", CHANNEL)
    assert "U0DORA" not in await offered(world, MARA, card)
    await said(world, eventually, card, "<@U0DORA> is no longer in this channel")
    await world.play.change_person(BEN, guest=True)
    assert BEN not in await offered(world, MARA, card)
    await world.play.change_person(CHLOE, deleted=True)
    assert await offered(world, MARA, card) == [MARA, ANA]
    await world.play.change_person(ANA, name="Ana Lima")
    assert await offered(world, MARA, card, "lima") == [ANA]
    await world.play.change_person(BEN, guest=False)
    await world.play.press(BEN, CHANNEL, card.ts, "claim")
    await said(world, eventually, card, f"<@{BEN}> claimed this conversation")


async def test_the_nightly_run_learns_what_no_event_told(world: World, eventually: Eventually) -> None:
    """People who came and went while the bridge was away are found once a day."""
    card = await arrive(world, eventually)
    world.play.add_person("U0DORA", "Dora Diaz")
    members = world.play.world.channels[CHANNEL].members
    members[:] = [user for user in members if user != BEN] + ["U0DORA"]
    assert BEN in await offered(world, ANA, card)
    world.bridge.schedule.times.modify_job("directory", next_run_time=datetime.now(UTC))

    async def is_known() -> bool:
        return await offered(world, ANA, card) == [ANA, CHLOE, "U0DORA", MARA]

    await eventually(is_known)
