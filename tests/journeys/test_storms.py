"""Floods, whoever makes them: all of it is shown or told, nobody else has to wait, and no customer is flooded."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot import calling, effects
from playground.seed import CHANNEL, NUMBER
from playground.world import BOT_USER, Post
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import DELIVERED, FAILED, lines, marks, opened, quoted, received, reply, waits
from tests.journeys.screen import ALICE, ANA, BEN, BOB, answer, arrive

FLOODED = "that was very many replies at once, so those marked ❗ were not sent. Edit one to send it."


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks come at once, not at the pace that Slack sets for them; a channel is tried again after half a second."""
    monkeypatch.setattr(effects, "_REACTIONS", replace(effects._REACTIONS, limit=None))
    monkeypatch.setattr(calling, "AWAY_SECONDS", 0.5)


def shown(world: World, card: Post) -> list[str]:
    """A customer's words below the card, in the order of the thread."""
    return [body for post in world.thread(card.ts) for body in quoted(post)]


async def test_a_thousand_texts_in_a_minute_are_shown_in_few_posts(start: Start, eventually: Eventually) -> None:
    """All of them, once and in order; the owner is mentioned once, and somebody else's text is not kept waiting."""
    async with start(post_seconds=0.4) as world:
        card = await opened(world)
        await world.play.press(ANA, CHANNEL, card.ts, "claim")
        await answer(world, eventually, card)
        storm = [f"Storm {number}" for number in range(1000)]
        await world.play.leave(BOT_USER, CHANNEL)  # so that all of it waits, however slow this machine is
        for body in storm:
            await world.play.text(ALICE, NUMBER, body)
        await world.play.join(BOT_USER, CHANNEL)
        other = await arrive(world, eventually, "Only one question", BOB)
        before = len(shown(world, card))
        await world.play.until(lambda: shown(world, card) == storm, timeout=60)
        assert before < 500
        posts = [post for post in world.thread(card.ts) if quoted(post)]
        assert len(posts) <= 30
        assert other.ts < posts[-1].ts
        assert sum(f"<@{ANA}>" in post.text for post in posts) == 1
        assert len([root for root in world.roots() if quoted(root)]) == 2
        await world.play.quiet()
        redraws = [call for call in world.play.calls if call.method == "chat.update" and call.answer["ok"]]
        assert len(redraws) <= 10
        shown_to_ben = str(await world.play.command(BEN, CHANNEL, "/sms", "health"))
        assert "Texting in storms" in shown_to_ben
        assert "(415) 555-0123>: 1,001 texts within ten minutes" in shown_to_ben


async def test_a_webhook_replayed_a_thousand_times_is_one_text(world: World, eventually: Eventually) -> None:
    """Each is answered as the first was, and the thread shows the text once."""
    card = await opened(world)
    text = await world.play.text(ALICE, NUMBER, "Once only")
    answers = []
    for _ in range(20):
        answers += await asyncio.gather(*(world.play.redeliver(text) for _ in range(50)))
    assert {(one.status, one.body) for one in answers} == {(text.answer.status, text.answer.body)}  # type: ignore[union-attr]
    assert answers[0].status == 200
    await eventually(lambda: shown(world, card) == ["Once only"])
    await world.play.quiet()
    assert shown(world, card) == ["Once only"]


async def test_a_reply_pasted_forty_times_goes_out_ten_times(world: World, eventually: Eventually) -> None:
    """The others are marked, and one line tells their author; editing one of them sends it."""
    card = await opened(world)
    begin_minute(world)
    pasted = [await reply(world, card, "We are closed today.") for _ in range(40)]
    await eventually(lambda: all(DELIVERED in marks(post) for post in pasted[:10]))
    await world.play.until(lambda: all(FAILED in marks(post) for post in pasted[10:]), timeout=30)
    assert received(world) == ["We are closed today."] * 10
    assert lines(world, card) == [f"<@{ANA}>, {FLOODED}"]
    await world.play.edit(ANA, CHANNEL, pasted[20].ts, "Sorry for the noise.")
    await eventually(lambda: received(world)[10:] == ["Sorry for the noise."])
    await eventually(lambda: DELIVERED in marks(pasted[20]))
    assert lines(world, card) == [f"<@{ANA}>, {FLOODED}"]


async def test_after_a_minute_replies_go_out_again(world: World, eventually: Eventually) -> None:
    """What was kept back stays back, and answers nothing: the customer waits until a reply is sent again."""
    card = await opened(world)
    begin_minute(world)
    for _ in range(10):
        await reply(world, card, "Yes")
    await eventually(lambda: len(received(world)) == 10 and not waits(card))
    await world.play.text(ALICE, NUMBER, "Are you a machine?")
    await eventually(lambda: waits(card))
    late = await reply(world, card, "Yes")
    await eventually(lambda: marks(late) == {FAILED})
    assert waits(card)
    begin_minute(world, minutes=2)
    await reply(world, card, "No, sorry.")
    await eventually(lambda: received(world)[10:] == ["No, sorry."])
    await eventually(lambda: not waits(card))


async def test_two_machines_that_answer_each_other_fall_silent(world: World, eventually: Eventually) -> None:
    """A phone answers each text, and something in Slack answers each of those in the name of a rep."""
    card = await opened(world)
    begin_minute(world)
    for number in range(1, 16):
        await reply(world, card, f"Answer {number}")
        await world.play.text(ALICE, NUMBER, f"Out of office {number}")
        await eventually(lambda: shown(world, card)[number - 1 :] == [f"Out of office {number}"])  # noqa: B023
    await eventually(lambda: len(received(world)) == 10)
    await world.play.quiet()
    assert received(world) == [f"Answer {number}" for number in range(1, 11)]
    assert [line for line in lines(world, card) if FLOODED in line] == [f"<@{ANA}>, {FLOODED}"]


async def test_slow_machines_are_bounded_by_the_hour(world: World, eventually: Eventually) -> None:
    """One reply every half a minute never is too many in a minute; the sixty-first within an hour is not sent."""
    card = await opened(world)
    posts: list[Any] = []
    for number in range(62):
        begin_minute(world, minutes=0.5)
        posts.append(await reply(world, card, f"Still {number}"))
    await world.play.until(lambda: len(received(world)) == 60, timeout=30)
    await eventually(lambda: FAILED in marks(posts[60]) and FAILED in marks(posts[61]))
    assert received(world) == [f"Still {number}" for number in range(60)]


def begin_minute(world: World, minutes: float = 0.0) -> None:
    """Move Slack's time on, to the beginning of a minute unless so many are given."""
    slack = world.play.world
    now = float(slack.new_ts())
    ahead = minutes * 60 if minutes else 60 - now % 60
    slack._last_ts += int(ahead * 1_000_000)
