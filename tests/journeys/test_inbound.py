"""A customer's text becomes a thread."""

from playground.seed import NUMBER
from tests.conftest import Eventually, World

ALICE = "+14155550123"


async def test_the_first_text_posts_a_card_and_later_ones_reply(world: World, eventually: Eventually) -> None:
    """One card for the first text, with the number as people write it; the next is a reply in its thread."""
    answer = await world.play.text(ALICE, NUMBER, "Hi, is my order ready?")
    assert answer.answer.status == 200
    card = (await eventually(world.roots))[0]
    assert "Hi, is my order ready?" in str(card.blocks)
    assert "(415) 555-0123" in str(card.blocks)
    await world.play.text(ALICE, NUMBER, "Hello?")
    reply = (await eventually(lambda: world.thread(card.ts)))[0]
    assert "Hello?" in str(reply.blocks)
    assert [text.direction for text in world.play.phone(ALICE)] == ["in", "in"]
