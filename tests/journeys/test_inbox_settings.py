"""Managers set up an inbox in Slack, and it takes effect at once."""

from playground.playground import Playground
from playground.seed import CHANNEL, MANAGER, NUMBER
from playground.world import Ephemeral
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import configure, marks, reply
from tests.journeys.screen import ANA, arrive, home, modal, words


async def sms(world: World, user: str, text: str) -> str:
    """What `/sms …` answers privately, if anything."""
    shown = await world.play.command(user, CHANNEL, "/sms", text)
    return words(shown.blocks) if isinstance(shown, Ephemeral) else ""


async def fill(world: World, which: str, **fields: str) -> dict[str, str]:
    """Mara opens a modal and changes some of its fields; what is wrong with them."""
    await sms(world, MANAGER, which)
    return await world.play.submit(
        MANAGER, modal(world, MANAGER).id, {f"{name}/{name}": value for name, value in fields.items()}
    )


async def test_only_managers_open_the_settings(world: World) -> None:
    """By command and from Home, where reps are not offered them either."""
    assert "Only managers can do this. Ask Mara." in await sms(world, ANA, "settings")
    assert "Only managers can do this. Ask Mara." in await sms(world, ANA, "alerts")
    assert not world.play.world.modals(ANA)


async def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(world: World) -> None:
    """All of it at once, in sentences."""
    errors = await fill(world, "settings", week="Mon-Fri 9-", dates="2026-13-01 closed", timezone="Nowhere")
    assert "Write them like 09:00-17:00, or closed." in errors["week"]
    assert "2026-13-01" in errors["dates"]
    assert "“Nowhere” is no time zone that we know." in errors["timezone"]
    errors = await fill(world, "alerts", alert_count="3", alert_clear="3", triage="noon")
    assert "less than the number" in errors["alert_clear"]
    assert "is no time of day" in errors["triage"]
    await sms(world, MANAGER, "alerts")
    assert "'initial_value': '5'" in str(modal(world, MANAGER).view["blocks"])


async def test_what_was_set_is_shown_when_it_is_opened_again(world: World, eventually: Eventually) -> None:
    """As it was typed; here from Home."""
    assert not await fill(
        world,
        "settings",
        week="mon-thu 8:00-16:30, fri 8:00-12:00",
        dates="2026-12-24 to 2026-12-26 closed",
        timezone="Europe/Lisbon",
        away_message="We are back at eight.",
        claim_on_reply="no",
    )
    assert not await fill(world, "alerts", triage="10:00, 14:00", escalate_to=ANA, alert_count="9")
    await world.play.open_home(MANAGER)
    await eventually(lambda: world.play.home(MANAGER))
    await world.play.press(MANAGER, None, home(world, MANAGER).id, "inbox_settings")
    shown = str(modal(world, MANAGER).view["blocks"])
    for text in (
        "Mon-Thu 08:00-16:30, Fri 08:00-12:00",
        "2026-12-24 to 2026-12-26 closed",
        "Europe/Lisbon",
        "We are back at eight.",
    ):
        assert text in shown
    await world.play.press(MANAGER, None, home(world, MANAGER).id, "alert_settings")
    shown = str(modal(world, MANAGER).view["blocks"])
    assert "10:00, 14:00" in shown
    assert "'initial_value': '9'" in shown
    assert "'value': 'U0ANA'" in shown


async def test_a_hold_of_its_own_takes_effect_at_once(world: World, eventually: Eventually) -> None:
    """A reply is held for as long as the inbox says."""
    assert not await fill(world, "settings", hold_seconds="600")
    card = await arrive(world, eventually)
    await reply(world, card, "In a while.")
    await world.play.quiet()
    assert not any(text.by == "app" for text in world.play.phone("+14155550123"))
    assert not await fill(world, "settings", hold_seconds="")
    later = await reply(world, card, "At once.")
    assert not marks(later)


async def test_an_alert_is_escalated_to_people_and_inboxes_channels(world: World) -> None:
    """And to nobody who is not in the channel."""
    await sms(world, MANAGER, "alerts")
    options = await world.play.options(MANAGER, None, modal(world, MANAGER).id, "escalate_to", "")
    assert [one["text"]["text"] for one in options] == ["#customers", "Ana", "Ben", "Chloé", "Mara"]
    options = await world.play.options(MANAGER, None, modal(world, MANAGER).id, "escalate_to", "lop")
    assert [one["text"]["text"] for one in options] == ["Ana"]


async def test_a_manager_is_offered_no_channel_of_an_inbox_that_they_are_not_in(play: Playground, start: Start) -> None:
    """Nor may one be chosen that was; what another manager has set stays when the rest is saved."""
    play.add_channel("C0SALES", "sales", [ANA])
    play.add_number("+15550100001")
    async with start(inboxes={NUMBER: CHANNEL, "+15550100001": "C0SALES"}) as world:
        await world.bridge.directory.was_read.wait()
        await sms(world, MANAGER, "alerts")
        view = modal(world, MANAGER)
        offered = await play.options(MANAGER, None, view.id, "escalate_to", "")
        assert [one["text"]["text"] for one in offered if one["text"]["text"].startswith("#")] == ["#customers"]
        sales = {"text": {"type": "plain_text", "text": "#sales"}, "value": "C0SALES"}
        view.choices["escalate_to/escalate_to"] = sales
        assert "no channel that we know" in str(await play.submit(MANAGER, view.id, {}))
        await configure(world, escalate_to="C0SALES")
        view.choices["escalate_to/escalate_to"] = sales
        assert not await play.submit(MANAGER, view.id, {"alert_count": "9"})
