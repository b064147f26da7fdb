"""`/sms new`: a rep texts somebody by their number, whether there is a conversation with them or not."""

import asyncio
from typing import Any

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL, MANAGER, NUMBER
from storage import inboxes, reps
from storage.states import Model
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import (
    DELIVERED,
    line,
    lines,
    marks,
    opened,
    pass_time,
    quoted,
    received,
    reply,
    waits,
    whispers,
)
from tests.journeys.screen import ALICE, ANA, BEN, GUS, buttons, mine, told, words
from tests.journeys.team import owner

OTHER_NUMBER, OTHER_CHANNEL = "+442079460018", "C0LONDON"
HELLO = "Your order is ready :tada:"
SENT = "Your order is ready 🎉"


async def ask(world: World, number: str = "", *, by: str = ANA, channel: str = CHANNEL) -> Any:
    """Open the modal."""
    await world.play.command(by, channel, "/sms", f"new {number}")
    return world.play.world.modals(by)[-1]


async def send(
    world: World, number: str = "(415) 555-0123", text: str = HELLO, *, by: str = ANA, **others: str
) -> dict[str, str]:
    """Fill it in and submit it; the errors at its fields."""
    modal = await ask(world, by=by)
    return await world.play.submit(by, modal.id, {"new_number": number, "new_text": text, **others})


def answer(world: World, by: str = ANA) -> str:
    """What the modal says in the end."""
    return words(world.play.world.modals(by)[-1].blocks)


async def _set(world: World, **values: Any) -> None:
    """What a manager sets for the inbox."""
    async with world.bridge.database.write() as session:
        [inbox] = await inboxes.list_(session, world.bridge.workspace.id)
        for name, value in values.items():
            setattr(inbox, name, value)


async def test_a_text_to_somebody_new(world: World, eventually: Eventually) -> None:
    """It has a card and a thread, where it is shown and marked; who began it owns it, and is led there."""
    assert await send(world, new_name="Alice Smith") == {}
    [card] = world.roots()
    assert "Your text to Alice Smith is in its thread, and on its way." in answer(world)
    url = await world.play.press(ANA, None, world.play.world.modals(ANA)[-1].id, "open_thread")
    assert url is not None
    assert card.ts.replace(".", "") in url
    await eventually(lambda: received(world) == [SENT])
    shown = await eventually(lambda: line(world, card, f"<@{ANA}> wrote to the customer:"))
    assert quoted(shown) == [SENT]
    assert lines(world, card)[0] == f"<@{ANA}> began this conversation."
    await eventually(lambda: DELIVERED in marks(shown))
    card_now = words(world.roots()[0].blocks)
    assert "Alice Smith" in card_now
    assert "(415) 555-0123" in card_now
    assert "Owner: Ana" in card_now
    assert "Alice Smith" in await mine(world, ANA)
    await world.play.text(ALICE, NUMBER, "Thanks!")
    await eventually(lambda: quoted(world.thread(card.ts)[-1]) == ["Thanks!"])
    assert len(world.roots()) == 1


@pytest.mark.parametrize(
    "number", ["+1 415 555 0123", "415.555.0123", "1-415-555-0123", "0014155550123", "\u202a+14155550123\u202c"]
)
async def test_a_number_is_understood_however_it_is_written(world: World, eventually: Eventually, number: str) -> None:
    """And joins the conversation that there is, however the carrier writes it."""
    card = await opened(world)
    assert await send(world, number) == {}
    await eventually(lambda: received(world) == [SENT])
    assert [root.ts for root in world.roots()] == [card.ts]


async def test_it_joins_the_conversation_and_answers_it(world: World, eventually: Eventually) -> None:
    """Nobody owned it, so whoever writes does; the customer waits no longer."""
    card = await opened(world)
    await send(world)
    await eventually(lambda: line(world, card, "claimed this conversation"))
    await eventually(lambda: received(world) == [SENT])
    await eventually(lambda: not waits(world.roots()[0]))
    assert "Owner: Ana" in words(world.roots()[0].blocks)


async def test_an_owner_keeps_it(world: World, eventually: Eventually) -> None:
    """Ben owns the conversation that Ana writes in: it stays his, closed as it was it opens again."""
    card = await opened(world)
    await world.play.press(BEN, CHANNEL, card.ts, "claim")
    await reply(world, card, "Hello", by=BEN)
    await eventually(lambda: received(world) == ["Hello"])
    await world.play.press(BEN, CHANNEL, card.ts, "close")
    pass_time(world, minutes=1)
    await send(world)
    await eventually(lambda: line(world, card, f"<@{ANA}> reopened this conversation."))
    await eventually(lambda: received(world) == ["Hello", SENT])
    await eventually(lambda: "Owner: Ben" in words(world.roots()[0].blocks))
    assert "Open" in words(world.roots()[0].blocks)


async def test_who_has_left_owns_it_no_longer(world: World, eventually: Eventually) -> None:
    """Ben owned it, closed it and left the channel: whoever writes there now owns it."""
    card = await opened(world)
    await world.play.press(BEN, CHANNEL, card.ts, "claim")
    await world.play.press(BEN, CHANNEL, card.ts, "close")
    await world.play.press(BEN, CHANNEL, world.play.ephemerals(BEN)[-1].ts, "close_anyway")
    await eventually(lambda: line(world, card, "closed this conversation"))
    await world.play.leave(BEN, CHANNEL)
    await world.play.quiet()
    assert await send(world) == {}
    await eventually(lambda: received(world) == [SENT])
    await eventually(lambda: owner(card) == "Ana")
    assert lines(world, card)[-4:-1] == [
        f"<@{ANA}> reopened this conversation.",
        f"<@{BEN}> is no longer in this channel, so this waits for a new owner.",
        f"<@{ANA}> claimed this conversation.",
    ]


async def test_an_old_conversation_gets_a_new_card(world: World, eventually: Eventually) -> None:
    """It was closed a month ago: what is written now is seen in the channel, and the new card links to the old one."""
    card = await opened(world)
    await world.play.press(BEN, CHANNEL, card.ts, "close")
    await world.play.press(BEN, CHANNEL, world.play.ephemerals(BEN)[-1].ts, "close_anyway")
    pass_time(world, days=31)
    await send(world)
    new = await eventually(lambda: next((root for root in world.roots() if root.ts != card.ts), None))
    await eventually(lambda: line(world, new, "wrote to the customer"))
    assert "Earlier thread" in str(new.blocks)


async def test_what_is_typed_leaves_as_it_is_and_pings_nobody(world: World, eventually: Eventually) -> None:
    """A window's text is no markup: neither for the customer, nor in the line that shows it."""
    typed = "Ask @ben & *me* <!here> <@U0BEN> <https://example.com|us> &amp;"
    await send(world, text=typed)
    await eventually(lambda: received(world) == [typed])
    [card] = world.roots()
    shown = await eventually(lambda: line(world, card, "wrote to the customer:"))
    assert quoted(shown) == [typed]
    assert "<!here>" not in shown.text
    assert "<@U0BEN>" not in shown.text


@pytest.mark.parametrize("note", ["// she is difficult", "Note: pays late", " private: call her first"])
async def test_what_begins_as_a_note_is_not_texted(world: World, note: str) -> None:
    """In a thread it would stay inside, so nobody is to wonder where it went: the window says so."""
    assert "as a note to colleagues does" in (await send(world, text=note))["new_text"]
    await world.play.quiet()
    assert world.roots() == []
    assert received(world) == []


async def test_what_is_wrong_is_said_where_it_is(world: World, eventually: Eventually) -> None:
    """A number that is none, our own, one who stopped, a text that is too long or nothing: nothing is stored."""
    [number] = (await send(world, "555-0123")).items()
    assert number == ("new_number", "This number has no area code. Please write it in full, for example +14155550123.")
    assert "one of our own numbers" in (await send(world, NUMBER))["new_number"]
    assert "1,601 characters" in (await send(world, text="x" * 1601))["new_text"]
    assert "write a text first" in (await send(world, text=" \n"))["new_text"]
    await opened(world)
    await world.play.text(ALICE, NUMBER, "STOP")
    await eventually(lambda: "Texted STOP" in words(world.roots()[0].blocks))
    assert "opted out" in (await send(world))["new_number"]
    await world.play.quiet()
    assert len(world.roots()) == 1
    assert received(world) == []


async def test_sent_twice_is_sent_once(world: World, eventually: Eventually) -> None:
    """The same modal is submitted again, as after an answer that came too late."""
    modal = await ask(world)
    filled = {"new_number": ALICE, "new_text": HELLO}
    await asyncio.gather(*(world.play.submit(ANA, modal.id, filled) for _ in range(2)))
    await eventually(lambda: received(world) == [SENT])
    await world.play.quiet()
    assert received(world) == [SENT]
    assert len(lines(world, world.roots()[0])) == 2


async def test_two_who_begin_the_same_get_one_conversation(world: World, eventually: Eventually) -> None:
    """One of them owns it, and the customer reads both; the second may take theirs back for a while."""
    modals = [(by, await ask(world, by=by)) for by in (ANA, BEN)]
    await asyncio.gather(
        *(world.play.submit(by, modal.id, {"new_number": ALICE, "new_text": f"From {by}"}) for by, modal in modals)
    )
    await eventually(lambda: len(received(world)) == 1 and whispers(world, ANA) + whispers(world, BEN))
    pass_time(world, minutes=1)
    await eventually(lambda: sorted(received(world)) == [f"From {ANA}", f"From {BEN}"])
    [card] = world.roots()
    assert len([said for said in lines(world, card) if "began" in said or "claimed" in said]) == 1


async def test_where_managers_give_out_work_it_is_nobodys(world: World, eventually: Eventually) -> None:
    """The text goes out, and who began it is told who can make them the owner."""
    await _set(world, model=Model.MANAGER_ASSIGNED)
    await send(world)
    assert "Nobody owns this conversation yet. Managers give out" in answer(world)
    assert "Ask Mara." in answer(world)
    [card] = world.roots()
    await eventually(lambda: received(world) == [SENT])
    assert lines(world, card)[0] == f"<@{ANA}> began this conversation. It waits for an owner."
    assert "No owner" in words(card.blocks)
    await send(world, "+14155550124", by=MANAGER)
    await eventually(lambda: len(world.roots()) == 2)
    assert "Owner: Mara" in words(world.roots()[1].blocks)


async def test_who_is_new_does_not_own_what_they_begin(world: World) -> None:
    """In a hybrid inbox."""
    await _set(world, model=Model.HYBRID)
    async with world.bridge.database.write() as session:
        await reps.keep(session, world.bridge.workspace.id, ANA, is_new=True)
    await send(world)
    assert "You are marked as new" in answer(world)


async def test_only_ones_own_inboxes_are_offered(start: Start, play: Playground, eventually: Eventually) -> None:
    """The one of the channel is chosen; a number without a country code is dialled from the inbox's country."""
    play.add_channel(OTHER_CHANNEL, "london", members=[ANA, BEN])
    play.add_number(OTHER_NUMBER)
    async with start(inboxes={NUMBER: CHANNEL, OTHER_NUMBER: OTHER_CHANNEL}) as world:
        await world.bridge.directory.was_read.wait()
        modal = await ask(world, "07400 123456", channel=OTHER_CHANNEL)
        assert "020 7946 0018" in str(play.shown_choice(None, modal.id, "new_inbox", user=ANA))
        assert len(await play.options(ANA, None, modal.id, "new_inbox")) == 2
        assert await play.submit(ANA, modal.id, {"new_text": "Hello"}) == {}
        await eventually(lambda: received(world, "+447400123456") == ["Hello"])
        elsewhere = await ask(world, channel=CHANNEL)
        assert "010-0000" in str(play.shown_choice(None, elsewhere.id, "new_inbox", user=ANA))
        assert len(await play.options(MANAGER, None, (await ask(world, by=MANAGER)).id, "new_inbox")) == 1


async def test_a_name_is_on_all_cards(start: Start, play: Playground, eventually: Eventually) -> None:
    """Of every inbox that the contact has texted, as when they are named on a card; a name that they have stays."""
    play.add_channel(OTHER_CHANNEL, "london", members=[ANA, BEN])
    play.add_number(OTHER_NUMBER)
    async with start(inboxes={NUMBER: CHANNEL, OTHER_NUMBER: OTHER_CHANNEL}) as world:
        await world.bridge.directory.was_read.wait()
        card = await opened(world)
        modal = await ask(world, ALICE, channel=OTHER_CHANNEL)
        filled = {"new_text": "Hello", "new_name": "Alice Moss"}
        assert await play.submit(ANA, modal.id, filled) == {}
        [other] = await eventually(
            lambda: [one for one in play.world.channels[OTHER_CHANNEL].posts if one.user != ANA][:1]
        )
        await eventually(lambda: "Alice Moss" in words(card.blocks) and "Alice Moss" in words(other.blocks))
        assert await send(world, new_name="Somebody else") == {}
        await eventually(lambda: line(world, card, "wrote to the customer"))
        await play.quiet()
        assert "Alice Moss" in words(card.blocks)


async def test_who_left_the_channel_meanwhile_sends_nothing(world: World) -> None:
    """The modal was open; what counts is who may now."""
    modal = await ask(world)
    await world.play.leave(ANA, CHANNEL)
    await world.play.quiet()
    errors = await world.play.submit(ANA, modal.id, {"new_number": ALICE, "new_text": HELLO})
    assert "not in this inbox's channel" in errors["new_number"]
    assert world.roots() == []


async def test_guests_do_not_text(world: World) -> None:
    """They are told so, and no modal opens."""
    await world.play.command(GUS, CHANNEL, "/sms", "new")
    assert "Guests" in told(world.play, GUS)
    assert world.play.world.modals(GUS) == []


async def test_while_slack_is_down_it_waits_and_is_asked_about_after_an_hour(
    world: World, eventually: Eventually, soon: None
) -> None:
    """The line is posted once Slack is back; nothing that old leaves by itself."""
    away = world.play.faults.answer("chat.postMessage", error="is_archived", times=None)
    await send(world)
    assert f"Its thread is being posted in <#{CHANNEL}>." in answer(world)
    await world.play.quiet()
    assert received(world) == []
    pass_time(world, minutes=61)
    away.release()
    [card] = await eventually(world.roots)
    asked = await eventually(lambda: line(world, card, "written more than an hour ago"))
    assert buttons(asked) == ["Send now", "Don't send"]
    assert received(world) == []
    await world.play.press(ANA, CHANNEL, asked.ts, "send_now")
    await eventually(lambda: received(world) == [SENT])


async def test_a_lost_answer_of_its_line_sends_it_once(world: World, eventually: Eventually, soon: None) -> None:
    """The line stands in Slack although the answer never came: it is found, and the text leaves once."""
    card = await opened(world)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await eventually(lambda: line(world, card, "claimed"))
    world.play.faults.drop("chat.postMessage", after_effect=True)
    await send(world)
    await eventually(lambda: received(world) == [SENT])
    await world.play.quiet()
    assert received(world) == [SENT]
    assert len([said for said in lines(world, card) if "wrote to the customer" in said]) == 1


async def test_a_failure_is_told_with_retry(world: World, eventually: Eventually) -> None:
    """As of any reply: marked, said in words, and tried again by a press."""
    world.play.faults.answer("twilio.messages.create", 401, body={"code": 20003, "message": "No", "status": 401})
    await send(world)
    [card] = await eventually(world.roots)
    failed = await eventually(lambda: line(world, card, "❗"))
    await world.play.press(ANA, CHANNEL, failed.ts, "retry")
    await eventually(lambda: received(world) == [SENT])


async def test_what_slack_cannot_show_does_not_leave(world: World, eventually: Eventually) -> None:
    """Its author is told in the thread, and the customer waits again."""
    card = await opened(world)
    await world.play.press(ANA, CHANNEL, card.ts, "claim")
    await eventually(lambda: line(world, card, "claimed"))
    world.play.faults.answer("chat.postMessage", error="msg_too_long", times=2)
    await send(world)
    await eventually(lambda: line(world, card, f"<@{ANA}>, a text to the customer could not be shown here"))
    await eventually(lambda: waits(world.roots()[0]))
    await reply(world, card, "Once more")
    await eventually(lambda: received(world) == ["Once more"])


async def test_it_can_be_taken_back_while_it_is_held(start: Start, eventually: Eventually) -> None:
    """Its author alone is offered so; after it has left it is too late."""
    async with start(reply_hold_seconds=60) as world:
        await send(world)
        [card] = await eventually(world.roots)
        offer = await eventually(lambda: next(iter(world.play.ephemerals(ANA)), None))
        assert "you can take it back" in offer.text
        assert offer.thread_ts == card.ts
        await world.play.press(ANA, CHANNEL, offer.ts, "cancel")
        await eventually(lambda: line(world, card, f"<@{ANA}> took this text back before it left."))
        pass_time(world, seconds=61)
        await world.play.quiet()
        assert received(world) == []
        await send(world)
        late = await eventually(
            lambda: next((one for one in world.play.ephemerals(ANA) if "take it back" in one.text), None)
        )
        pass_time(world, seconds=61)
        await eventually(lambda: received(world) == [SENT])
        await world.play.press(ANA, CHANNEL, late.ts, "cancel")
        assert "on its way already" in whispers(world, ANA)[-1]


async def test_a_colleague_has_just_answered(world: World, eventually: Eventually) -> None:
    """It is held, and its author is told whose answer there is; Send now sends it."""
    card = await opened(world)
    await reply(world, card, "It is", by=BEN)
    await eventually(lambda: received(world) == ["It is"])
    await send(world)
    offer = await eventually(lambda: next(iter(world.play.ephemerals(ANA)), None))
    assert f"<@{BEN}> has just answered here, too" in offer.text
    await world.play.quiet()
    assert received(world) == ["It is"]
    await world.play.press(ANA, CHANNEL, offer.ts, "send_at_once")
    await eventually(lambda: received(world) == ["It is", SENT])
