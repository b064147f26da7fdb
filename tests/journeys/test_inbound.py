"""A customer's text becomes a thread."""

import asyncio
from functools import partial
from xml.etree import ElementTree as ET

import aiohttp
import pytest
from sqlmodel import select

from playground.seed import CHANNEL, NUMBER
from playground.twilio_out import signature
from storage.models import RawRequest
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import is_silent, opened, quoted, received, reply, unheard
from tests.journeys.screen import ALICE, ANA, BOB

FORM = {"MessageSid": "SM1", "AccountSid": "AC1", "From": ALICE, "To": NUMBER, "Body": "Hello", "NumMedia": "0"}


async def test_the_first_text_posts_a_card_and_later_ones_reply(world: World, eventually: Eventually) -> None:
    """One card for the first text, with the number as people write it; the next is a reply in its thread."""
    text = await world.play.text(ALICE, NUMBER, "Hi, is my order ready?")
    assert text.answer is not None
    assert (text.answer.status, text.answer.content_type) == (200, "text/xml")
    assert (ET.fromstring(text.answer.body).tag, list(ET.fromstring(text.answer.body))) == ("Response", [])
    card = (await eventually(world.roots))[0]
    assert quoted(card) == ["Hi, is my order ready?"]
    assert "(415) 555-0123" in str(card.blocks)
    await world.play.text(ALICE, NUMBER, "Hello?")
    later = (await eventually(lambda: world.thread(card.ts)))[0]
    assert quoted(later) == ["Hello?"]
    assert not later.broadcast
    assert len(world.roots()) == 1
    assert [text.direction for text in world.play.phone(ALICE)] == ["in", "in"]


async def test_two_customers_have_a_card_each(world: World) -> None:
    """Conversations do not mix: each number has a thread of its own."""
    first, second = await opened(world, ALICE, "I am Alice"), await opened(world, BOB, "I am Bob")
    assert (quoted(first), quoted(second)) == (["I am Alice"], ["I am Bob"])


@pytest.mark.parametrize("route", ["inbound", "status"])
async def test_what_twilio_has_not_signed_is_refused_and_leaves_nothing(world: World, route: str) -> None:
    """No signature, a wrong one, one for other words or another address: 403, and nothing is stored or shown."""
    url = f"{world.play.core.app_url}/twilio/{route}"
    token = world.play.settings.auth_token
    forged = [
        None,
        "",
        "bm8=",
        signature("another-token", url, FORM),
        signature(token, url, {**FORM, "Body": "Other words"}),
        signature(token, f"{url}?more=1", FORM),
    ]
    async with aiohttp.ClientSession() as session:
        for one in forged:
            headers = {} if one is None else {"X-Twilio-Signature": one}
            async with session.post(url, data=FORM, headers=headers) as answer:
                assert answer.status == 403
    async with world.bridge.database.read() as rows:
        assert (await rows.exec(select(RawRequest))).all() == []
    await world.play.quiet()
    assert world.posts == []


UNUSUAL = {
    "emoji": "Thank you 👍🏽👨‍👩‍👧 ❤️",
    "right to left": "שלום, מתי ההזמנה שלי תגיע? 123",
    "a ping": "<!channel> <!here> <@U0ANA> <!subteam^S0123> @here",
    "entities": "AT&amp;T &lt;b&gt; 5 < 6 & 7 > 2 &",
    "markup": "*not bold* _nor this_ ~or this~ `code` :smile: > quote",
    "lines": "One\nTwo\n\n  Three ",
    "a link": "See https://example.com/a?b=1&c=2, please",
    "long": "Seventeen letters " * 88 + "the end of it...",
    "long and wide": "🎉" * 800,
    "control characters": "a\x00b\x07c\u202ed",
}


async def test_a_text_arrives_as_the_customer_wrote_it_and_pings_nobody(world: World, eventually: Eventually) -> None:
    """Emoji, right-to-left text, 1,600 characters, and whatever Slack would take for markup: on card and in thread."""
    for place, body in enumerate(UNUSUAL.values()):
        phone = f"+1415555{place:04}"
        card = await opened(world, phone, body)
        await world.play.text(phone, NUMBER, body)
        await eventually(partial(world.thread, card.ts))
        for post in (card, *world.thread(card.ts)):
            assert "".join(quoted(post)) == body.replace("\x00", "")
            assert is_silent(post)
    assert all(len(body) <= 1600 for body in UNUSUAL.values())


async def test_pictures_and_empty_texts_are_told(world: World, eventually: Eventually) -> None:
    """A picture without words has a line that says so, on the card and in the thread; so has an empty text."""
    picture = [("image/png", b"png")]
    await world.play.text(ALICE, NUMBER, "", media=picture)
    card = (await eventually(world.roots))[0]
    assert "The customer sent a picture" in str(card.blocks)
    assert quoted(card) == []
    await world.play.text(ALICE, NUMBER, "", media=picture * 3)
    several = (await eventually(lambda: world.thread(card.ts)))[0]
    assert "The customer sent 3 pictures" in str(several.blocks)
    assert "3 pictures" in several.text
    await world.play.text(ALICE, NUMBER, "Look", media=picture)
    both = (await eventually(lambda: world.thread(card.ts)[1:]))[0]
    assert quoted(both) == ["Look"]
    assert "The customer sent a picture" in str(both.blocks)
    for empty in ("", "  \n"):
        await world.play.text(ALICE, NUMBER, empty)
    await eventually(lambda: str([post.blocks for post in world.thread(card.ts)[2:]]).count("(empty text)") == 2)


async def test_senders_that_are_no_phones(world: World, eventually: Eventually) -> None:
    """A short code and a name have a card too; what cannot be answered says so when a rep tries."""
    code = await opened(world, "78787", "Your code is 1234")
    assert "78787" in str(code.blocks)
    named = await opened(world, "ACME", "Your parcel is on its way")
    assert "ACME" in str(named.blocks)
    await reply(world, named, "Thanks!")
    told = (await eventually(lambda: world.thread(named.ts)[1:]))[0]
    assert "this sender cannot receive replies, so nothing was sent" in told.text
    assert received(world, "ACME") == []


async def test_a_repeated_webhook_is_shown_once(world: World, eventually: Eventually) -> None:
    """Twilio may post the same text again, later or at the same moment: the answer is the same and nothing doubles."""
    text = await world.play.text(ALICE, NUMBER, "Only once")
    card = (await eventually(world.roots))[0]
    again = await asyncio.gather(*(world.play.redeliver(text) for _ in range(5)))
    assert {(one.status, one.content_type) for one in again} == {(200, "text/xml")}
    await world.play.text(ALICE, NUMBER, "And then this")
    await eventually(lambda: world.thread(card.ts))
    await world.play.quiet()
    assert [quoted(post) for post in world.posts] == [["Only once"], ["And then this"]]
    assert not [text for text in world.play.phone(ALICE) if text.by == "answer"]


async def test_texts_to_a_number_without_an_inbox_wait_for_it(start: Start, eventually: Eventually) -> None:
    """They are answered and kept, shown nowhere, and posted in order once the number is connected."""
    async with start(inboxes={}) as world:
        for body in ("Anybody there?", "Hello?"):
            text = await world.play.text(ALICE, NUMBER, body)
            assert text.answer is not None
            assert text.answer.status == 200
        await world.play.quiet()
        assert world.posts == []
    async with start() as world:
        card = (await eventually(world.roots))[0]
        assert quoted(card) == ["Anybody there?"]
        assert quoted((await eventually(lambda: world.thread(card.ts)))[0]) == ["Hello?"]
        await reply(world, card, "Now we are")
        await eventually(lambda: received(world) == ["Now we are"])


async def test_a_conversation_outlives_a_restart(start: Start, eventually: Eventually) -> None:
    """After a restart the next text is a reply in the same thread."""
    async with start() as world:
        card = await opened(world)
    async with start() as world:
        await world.play.text(ALICE, NUMBER, "Still me")
        later = (await eventually(lambda: world.thread(card.ts)))[0]
        assert quoted(later) == ["Still me"]


async def test_a_deleted_card_is_replaced_and_the_conversation_goes_on_there(
    world: World, eventually: Eventually
) -> None:
    """When somebody deletes the card a new one comes, whether it had replies or not, and both ways work in it."""
    bare = await opened(world)
    await world.play.delete(ANA, CHANNEL, bare.ts)
    second = (await eventually(world.roots))[0]
    await world.play.text(ALICE, NUMBER, "Where are you?")
    await eventually(lambda: [quoted(post) for post in world.thread(second.ts)] == [["Where are you?"]])
    await reply(world, second, "Here")
    await eventually(lambda: received(world) == ["Here"])
    await world.play.delete(ANA, CHANNEL, second.ts)
    third = (await eventually(world.roots))[0]
    await reply(world, third, "And here")
    await eventually(lambda: received(world) == ["Here", "And here"])
    await reply(world, second, "And in the old thread")
    await eventually(lambda: received(world)[2:] == ["And in the old thread"])


async def test_a_card_that_is_deleted_before_slack_has_confirmed_it_is_replaced(
    world: World, eventually: Eventually
) -> None:
    """Its answer hangs while somebody deletes it: a new one comes all the same."""
    held = world.play.faults.hold("chat.postMessage", times=1)
    card = await opened(world, confirmed=False)
    await world.play.delete(ANA, CHANNEL, card.ts)
    held.release()
    second = (await eventually(world.roots))[0]
    await reply(world, second, "Still here")
    await eventually(lambda: received(world) == ["Still here"])


async def test_a_card_that_was_deleted_unheard_is_replaced_by_the_next_text(
    world: World, eventually: Eventually
) -> None:
    """Slack's word of the deletion was lost: the next text finds no thread, and opens one."""
    card = await opened(world)
    with unheard(world):
        await world.play.delete(ANA, CHANNEL, card.ts)
    await world.play.text(ALICE, NUMBER, "Hello again")
    second = (await eventually(world.roots))[0]
    await eventually(lambda: [quoted(post) for post in world.thread(second.ts)] == [["Hello again"]])


async def test_many_texts_at_once_keep_their_order(world: World, eventually: Eventually) -> None:
    """What a customer texts in a burst is shown in the order in which it came, nothing lost, nothing doubled."""
    card = await opened(world, body="0")
    for number in range(1, 13):
        await world.play.text(ALICE, NUMBER, str(number))
    shown = [str(number) for number in range(1, 13)]
    await eventually(lambda: [body for post in world.thread(card.ts) for body in quoted(post)] == shown)
