"""What stays inside: notes, and sending one after all."""

from typing import Any

import pytest

from playground.core import Failed
from playground.seed import CHANNEL, NUMBER
from tests.conftest import Eventually, World
from tests.journeys.scene import DELIVERED, NOTE, line, lines, marks, opened, received, reply, sms, waits, whispers
from tests.journeys.screen import ALICE, ANA, BEN, buttons

NOTES = (
    "// she called twice",
    "note: she called twice",
    "NOTE: she called twice",
    "Private: she called twice",
    "//no space",
    "can <@U0BEN> take this?",
    "<!here> who knows her?",
    "ask <!subteam^S0SALES|@sales>",
    "hey <@U0BRIDGE>",
    "thanks to <@U0BEN|ben>",
)


async def test_notes_stay_inside_and_are_marked(world: World, eventually: Eventually) -> None:
    """A prefix, or a mention anywhere: nothing is sent, the note has its mark, and the customer still waits."""
    card = await opened(world)
    posts = [await reply(world, card, text) for text in NOTES]
    await eventually(lambda: all(marks(post) == {NOTE} for post in posts))
    await eventually(lambda: len(whispers(world, ANA)) == len(NOTES))
    assert set(whispers(world, ANA)) == {"Kept as a note: the customer does not see it."}
    assert whispers(world, BEN) == []
    assert waits(card)
    assert len(world.thread(card.ts)) == len(NOTES)
    await reply(world, card, "Good morning // see you at 10, note: bring ID")
    await eventually(lambda: received(world) == ["Good morning // see you at 10, note: bring ID"])


async def test_a_note_can_be_sent_after_all_by_its_author_once(world: World, eventually: Eventually) -> None:
    """`Send as SMS` sends it without its prefix, with names as words; pressed again it says that it was sent."""
    card = await opened(world)
    await reply(world, card, "// ask <@U0BEN> about &lt;this&gt;")
    offer = (await eventually(lambda: world.play.ephemerals(ANA)))[0]
    assert buttons(offer) == ["Send as SMS"]
    with pytest.raises(LookupError):
        await world.play.press(BEN, CHANNEL, offer.ts, "send_as_sms")
    await world.play.press(ANA, CHANNEL, offer.ts, "send_as_sms")
    await eventually(lambda: received(world) == ["ask @Ben about <this>"])
    await eventually(lambda: not waits(card))
    assert offer not in world.play.ephemerals(ANA)
    world.play.world.ephemerals.append(offer)
    await world.play.press(ANA, CHANNEL, offer.ts, "send_as_sms")
    await eventually(lambda: any("Nothing more was done" in words for words in whispers(world, ANA)))
    assert received(world) == ["ask @Ben about <this>"]


async def test_somebody_else_cannot_send_a_note(world: World, eventually: Eventually) -> None:
    """The offer is its author's alone, and the server checks that too."""
    card = await opened(world)
    await reply(world, card, "// not for her eyes")
    offer = (await eventually(lambda: world.play.ephemerals(ANA)))[0]
    offer.user = BEN
    await world.play.press(BEN, CHANNEL, offer.ts, "send_as_sms")
    await eventually(lambda: "Only the author of this note can send it." in whispers(world, BEN))
    assert received(world) == []


async def test_a_note_that_was_deleted_cannot_be_sent(world: World, eventually: Eventually) -> None:
    """The offer outlives the note; pressing it says why nothing goes out."""
    card = await opened(world)
    post = await reply(world, card, "// better not")
    offer = (await eventually(lambda: world.play.ephemerals(ANA)))[0]
    await world.play.delete(ANA, CHANNEL, post.ts)
    await world.play.press(ANA, CHANNEL, offer.ts, "send_as_sms")
    await eventually(lambda: "You deleted this note, so it was not sent." in whispers(world, ANA))
    assert received(world) == []


async def test_editing_a_note_never_sends_it(world: World, eventually: Eventually) -> None:
    """Taking the prefix away leaves it a note; `Send as SMS` then sends the new wording."""
    card = await opened(world)
    post = await reply(world, card, "// she is nice")
    offer = (await eventually(lambda: world.play.ephemerals(ANA)))[0]
    await world.play.edit(ANA, CHANNEL, post.ts, "You are nice")
    await reply(world, card, "Hello")
    await eventually(lambda: received(world) == ["Hello"])
    await world.play.press(ANA, CHANNEL, offer.ts, "send_as_sms")
    await eventually(lambda: received(world) == ["Hello", "You are nice"])


async def test_a_note_is_not_sent_to_one_who_stopped(world: World, eventually: Eventually) -> None:
    """`Send as SMS` after STOP says why it is not sent."""
    card = await opened(world)
    await reply(world, card, "// later maybe")
    offer = (await eventually(lambda: world.play.ephemerals(ANA)))[0]
    await world.play.text(ALICE, NUMBER, "STOP")
    await eventually(lambda: "Texted STOP" in str(card.blocks))
    await world.play.press(ANA, CHANNEL, offer.ts, "send_as_sms")
    await eventually(lambda: any("Nothing was sent" in words for words in whispers(world, ANA)))
    assert received(world) == []


async def test_a_press_that_makes_no_sense_is_answered(world: World, eventually: Eventually) -> None:
    """A button of another time, whose message nobody knows, says so to whoever presses it."""
    card = await opened(world)
    await reply(world, card, "// a note")
    offer = (await eventually(lambda: world.play.ephemerals(ANA)))[0]
    for value in ("999:1", "nonsense"):
        offer.blocks[1]["elements"][0]["value"] = value
        try:
            await world.play.press(ANA, CHANNEL, offer.ts, "send_as_sms")
        except Failed as error:
            pytest.fail(str(error))
    await eventually(lambda: sum("out of date" in words for words in whispers(world, ANA)) == 2)
    assert received(world) == []


@pytest.mark.parametrize("has_left", [True, False])
@pytest.mark.usefixtures("soon")
async def test_a_failed_reply_that_became_a_note_is_sent_as_a_text_of_its_own(
    world: World, eventually: Eventually, *, has_left: bool
) -> None:
    """`Send as SMS` loses its answer: what is told is about that text, not about the first, which had failed."""
    world.play.receipts.hold = True
    card = await opened(world)
    post = await reply(world, card, "Come")
    await eventually(lambda: received(world) == ["Come"])
    await world.play.receipt(sms(world)[0], "undelivered", 30003)
    await eventually(lambda: line(world, card, "❗"))
    await world.play.edit(ANA, CHANNEL, post.ts, "// Come")
    offer = await eventually(lambda: world.play.ephemerals(ANA))
    world.play.faults.drop("twilio.messages.create", after_effect=has_left)
    await world.play.press(ANA, CHANNEL, offer[-1].ts, "send_as_sms")
    if has_left:
        await eventually(lambda: len(received(world)) == 2)
        await world.play.receipt(sms(world)[1], "delivered")
        await eventually(lambda: DELIVERED in marks(post))
    else:
        await eventually(lambda: line(world, card, "could not find out whether this text went out"))
    assert len([one for one in lines(world, card) if "❗" in one]) == 1


@pytest.mark.parametrize("fault", [{"status": 503}, {"error": "internal_error"}])
@pytest.mark.usefixtures("soon")
async def test_what_one_person_is_told_comes_although_an_answer_is_lost(
    world: World, eventually: Eventually, fault: dict[str, Any]
) -> None:
    """Slack stumbles as a note is confirmed: its author has the offer to send it all the same."""
    card = await opened(world)
    world.play.faults.answer("chat.postEphemeral", **fault)
    await reply(world, card, "// difficult")
    await eventually(lambda: any("note" in one for one in whispers(world, ANA)))
