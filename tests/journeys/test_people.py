"""Managers say in Slack who else is a manager, who is new, how much each takes and what they do."""

from playground.seed import CHANNEL, MANAGER
from playground.world import Ephemeral
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import line
from tests.journeys.screen import ANA, BEN, CHLOE, GUS, arrive, modal, told, words


async def sms(world: World, user: str, text: str) -> str:
    """What `/sms …` answers privately, if anything."""
    shown = await world.play.command(user, CHANNEL, "/sms", text)
    return words(shown.blocks) if isinstance(shown, Ephemeral) else ""


async def say_of(world: World, user: str, **said: object) -> dict[str, str]:
    """Mara says something of a rep."""
    await sms(world, MANAGER, "people")
    await world.play.choose(MANAGER, None, modal(world, MANAGER).id, "pick_member", user)
    values = {f"{field}-{user}/{action}": said[field] for field, action in FIELDS.items() if field in said}
    return await world.play.submit(MANAGER, modal(world, MANAGER).id, values)


async def model_is(world: World, model: str) -> None:
    """Mara sets who gives out the conversations of the inbox."""
    await sms(world, MANAGER, "settings")
    assert not await world.play.submit(MANAGER, modal(world, MANAGER).id, {"model/model": model})


FIELDS = {"role": "role", "capacity": "capacity"}


async def test_only_managers_say_what_people_are(world: World) -> None:
    """Others are told who can; guests that they are guests."""
    assert "Only managers can do this. Ask Mara." in await sms(world, ANA, "people")
    assert "only members of this workspace can do this" in await sms(world, GUS, "people")
    assert not world.play.world.modals(ANA)


async def test_the_button_on_home_does_the_same(world: World, eventually: Eventually) -> None:
    """It asks whom it is about; who has left the channel meanwhile is told so."""
    await world.play.open_home(MANAGER)
    home = await eventually(lambda: world.play.home(MANAGER))
    await world.play.press(MANAGER, None, home.id, "people_settings")
    await world.play.choose(MANAGER, None, modal(world, MANAGER).id, "pick_member", BEN)
    assert not await world.play.submit(MANAGER, modal(world, MANAGER).id, {f"role-{BEN}/role": ["new"]})
    await world.play.leave(MANAGER, CHANNEL)
    await world.play.press(MANAGER, None, home.id, "people_settings")
    assert "You are not in this inbox's channel." in words(modal(world, MANAGER).blocks)


async def test_a_picked_manager_is_one_at_once(world: World) -> None:
    """They may do all that managers may, until another takes that back."""
    assert not await say_of(world, ANA, role=["manager"])
    assert not await sms(world, ANA, "people")
    await world.play.choose(ANA, None, modal(world, ANA).id, "pick_member", ANA)
    errors = await world.play.submit(ANA, modal(world, ANA).id, {f"role-{ANA}/role": []})
    assert "Another manager has to take this from you" in str(errors)
    await say_of(world, ANA, role=[])
    assert "Only managers can do this." in await sms(world, ANA, "people")


async def test_what_was_said_is_shown_when_somebody_is_picked_again(world: World) -> None:
    """Their capacity and skills, and that the settings make Mara a manager."""
    await sms(world, MANAGER, "people")
    await world.play.choose(MANAGER, None, modal(world, MANAGER).id, "pick_member", BEN)
    await world.play.choose(MANAGER, None, modal(world, MANAGER).id, "pick_skills", ["billing"], query="billing")
    said = {f"role-{BEN}/role": ["new"], f"capacity-{BEN}/capacity": "7"}
    assert not await world.play.submit(MANAGER, modal(world, MANAGER).id, said)
    await sms(world, MANAGER, "people")
    await world.play.choose(MANAGER, None, modal(world, MANAGER).id, "pick_member", BEN)
    shown = str(modal(world, MANAGER).view["blocks"])
    assert "'initial_value': '7'" in shown
    assert "billing" in shown
    assert "'initial_options': [{'text': {'emoji': False, 'text': 'New'" in shown
    await world.play.choose(MANAGER, None, modal(world, MANAGER).id, "pick_member", MANAGER)
    assert "since the setting MANAGERS names them" in words(modal(world, MANAGER).view["blocks"])


async def test_skills_are_labels_or_what_is_typed(world: World) -> None:
    """Whatever is typed can be picked."""
    await sms(world, MANAGER, "people")
    await world.play.choose(MANAGER, None, modal(world, MANAGER).id, "pick_member", BEN)
    options = await world.play.options(MANAGER, None, modal(world, MANAGER).id, "pick_skills", "  big  bills ")
    assert [one["value"] for one in options] == ["big bills"]


async def test_a_new_rep_does_not_claim_in_a_hybrid_inbox(world: World, eventually: Eventually) -> None:
    """They are told who gives it to them, take nothing over either, and are given it by anybody else."""
    await model_is(world, "hybrid")
    await say_of(world, BEN, role=["new"])
    card = await arrive(world, eventually)
    await world.play.press(BEN, CHANNEL, card.ts, "claim")
    assert "You are marked as new" in told(world.play, BEN)
    assert "Ask Mara." in told(world.play, BEN)
    await world.play.choose(BEN, CHANNEL, card.ts, "assign", BEN)
    assert line(world, card, "took this over") is None
    await world.play.choose(CHLOE, CHANNEL, card.ts, "assign", BEN)
    await eventually(lambda: line(world, card, "<@U0CHLOE> assigned this to <@U0BEN>"))
    await world.play.choose(BEN, CHANNEL, card.ts, "assign", CHLOE)
    await eventually(lambda: line(world, card, "<@U0BEN> handed this to <@U0CHLOE>"))


async def test_managers_give_out_where_the_model_says_so(world: World, eventually: Eventually) -> None:
    """Reps claim and assign nothing that nobody owns; an owner gives theirs away, a manager anything; all reply."""
    await model_is(world, "manager_assigned")
    card = await arrive(world, eventually)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    assert told(world.play, ANA) == "Managers give out the conversations of this inbox. Ask Mara."
    await world.play.choose(ANA, CHANNEL, card.ts, "assign", BEN)
    assert told(world.play, ANA) == "Managers give out the conversations of this inbox. Ask Mara."
    await world.play.choose(MANAGER, CHANNEL, card.ts, "assign", BEN)
    await eventually(lambda: line(world, card, "<@U0MARA> assigned this to <@U0BEN>"))
    await world.play.choose(ANA, CHANNEL, card.ts, "assign", ANA)
    assert "only its owner or a manager changes who owns a conversation" in told(world.play, ANA)
    await world.play.press(ANA, CHANNEL, card.ts, "more", value="release")
    assert "only its owner or a manager changes who owns a conversation" in told(world.play, ANA)
    await world.play.press(BEN, CHANNEL, card.ts, "more", value="release")
    await eventually(lambda: line(world, card, "<@U0BEN> released this conversation"))
    await world.play.post(ANA, CHANNEL, "It is ready.", thread_ts=card.ts)
    await eventually(lambda: any(text.body == "It is ready." for text in world.play.phone("+14155550123")))


async def test_without_managers_the_workspaces_admins_are(start: Start) -> None:
    """So that somebody can say who is one."""
    async with start(managers=()) as world:
        assert "Only managers can do this. Ask a manager." in await sms(world, ANA, "people")
        await world.play.change_person(ANA, admin=True)
        assert not await sms(world, ANA, "people")


async def test_when_the_last_manager_is_deactivated_the_admins_are_again(start: Start, eventually: Eventually) -> None:
    """Nobody could say who is one otherwise."""
    async with start(managers=()) as world:
        await world.play.change_person(ANA, admin=True)
        await sms(world, ANA, "people")
        await world.play.choose(ANA, None, modal(world, ANA).id, "pick_member", BEN)
        assert not await world.play.submit(ANA, modal(world, ANA).id, {f"role-{BEN}/role": ["manager"]})
        assert "Only managers can do this. Ask Ben." in await sms(world, ANA, "people")
        await world.play.change_person(BEN, deleted=True)
        await eventually(lambda: _may(world))


async def test_members_of_a_user_group_are_managers_as_slack_tells(start: Start, eventually: Eventually) -> None:
    """As soon as the group changes."""
    async with start(managers=("S0LEADS",)) as world:
        await eventually(lambda: any(call.method == "usergroups.users.list" for call in world.play.calls))
        assert "Only managers" in await sms(world, ANA, "people")
        await world.play.change_group("S0LEADS", [ANA])
        await eventually(lambda: _may(world))


async def _may(world: World) -> bool:
    return not await sms(world, ANA, "people")
