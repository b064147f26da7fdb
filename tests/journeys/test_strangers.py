"""Whom the directory does not know, and what Slack's limits on asking about them keep back: nobody else."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from desk import reply as replies
from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from storage import people
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import opened, pass_time, quoted, received, reply
from tests.journeys.screen import ALICE, ANA, BEN, BOB

LATER = {"Retry-After": "600"}


def add_unheard(world: World, user: str, name: str) -> None:
    """Somebody joins the workspace and the channel, and no event tells of it."""
    world.play.add_person(user, name)
    world.play.world.channels[CHANNEL].members.append(user)


def limit(play: Playground, method: str) -> None:
    """Slack wants to be left alone for ten minutes, again and again."""
    play.faults.answer(method, 429, error="ratelimited", headers=LATER, times=None)


async def test_a_start_does_not_wait_for_slacks_limits(start: Start, play: Playground, eventually: Eventually) -> None:
    """The lists cannot be read at the second start: texts are shown, and replies sent as the stored one has it."""
    async with start() as world:
        await opened(world)
    limit(play, "users.list")
    async with asyncio.timeout(30), start() as world:
        card = await opened(world, phone=BOB, body="Anybody there?")
        assert quoted(card) == ["Anybody there?"]
        await reply(world, card, "Yes, we are")
        await eventually(lambda: received(world, BOB) == ["Yes, we are"])


async def test_the_first_start_of_all_does_not_wait_for_them_either(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """Nobody is known yet: a text is shown, and who answers it is asked about alone, and heard."""
    limit(play, "users.list")
    async with asyncio.timeout(30), start() as world:
        card = await opened(world)
        await reply(world, card, "I am known to nobody")
        await eventually(lambda: received(world) == ["I am known to nobody"])


async def test_who_cannot_be_asked_about_keeps_nobody_else_back(
    world: World, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack takes its time to say who wrote: its events are answered at once, what else failed is tried again."""
    card, other = await opened(world), await opened(world, phone=BOB)
    add_unheard(world, "U0NEW", "Nina New")
    held = world.play.faults.hold("users.info")
    await reply(world, card, "I am new", "U0NEW")
    await reply(world, card, "And I write a lot", "U0NEW")
    await eventually(lambda: held.held)
    monkeypatch.setattr(replies, "write", failing_once(replies.write))
    await reply(world, other, "I am not new", BEN)
    await eventually(lambda: received(world, BOB) == ["I am not new"])
    told = [sent for sent in world.play.sent if sent.kind not in {"sms", "status"}]
    assert {(sent.status, sent.attempt) for sent in told} == {(200, 1)}
    assert held.held == 1
    held.release()
    await eventually(lambda: received(world) == ["I am new", "And I write a lot"])


def failing_once(write: Callable[..., Any]) -> Callable[..., Any]:
    """The use case fails the first time that somebody known has written."""
    failures = [RuntimeError("this once")]

    async def fail(session: Any, written: replies.Written, **how: Any) -> None:
        if written.author_id == BEN and failures:
            raise failures.pop()
        await write(session, written, **how)

    return fail


async def test_who_is_limited_is_asked_about_later(world: World, eventually: Eventually) -> None:
    """Slack says when it may be asked again: it is asked then, and the reply goes out without waiting for its turn."""
    card = await opened(world)
    add_unheard(world, "U0NEW", "Nina New")
    world.play.faults.answer("users.info", 429, error="ratelimited", headers={"Retry-After": "2"})
    await reply(world, card, "I am new", "U0NEW")
    await eventually(lambda: received(world) == ["I am new"])
    assert len([call for call in world.play.calls if call.method == "users.info"]) == 2


async def test_nobody_is_asked_about_for_ever(world: World, eventually: Eventually) -> None:
    """Slack knows nobody by the id of who wrote: others are asked about, and heard, all the same."""
    card = await opened(world)
    world.play.faults.answer("users.info", error="user_not_found")
    add_unheard(world, "U0ODD", "Odd One")
    await reply(world, card, "Who am I?", "U0ODD")
    add_unheard(world, "U0NEW", "Nina New")
    await reply(world, card, "I am new", "U0NEW")
    pass_time(world, seconds=31)
    await eventually(lambda: "I am new" in received(world))
    await reply(world, card, "So it works", ANA)
    pass_time(world, seconds=31)
    await eventually(lambda: "So it works" in received(world))
    await world.play.text(ALICE, NUMBER, "It does")
    await eventually(lambda: ["It does"] in [quoted(post) for post in world.thread(card.ts)])


async def test_a_channel_with_more_people_than_go_into_one_statement(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """All of 1,200 are known, also the last; and who has left while nobody listened is no rep any more."""
    many = [f"U0REP{number}" for number in range(1200)]
    for user in many:
        play.add_person(user, f"Rep {user}")
    play.world.channels[CHANNEL].members.extend(many)
    async with start() as world:
        card = await opened(world)
        await reply(world, card, "Yes", by=many[-1])
        await eventually(lambda: received(world) == ["Yes"])
    for user in many[:1199]:
        play.world.channels[CHANNEL].members.remove(user)
    async with start() as world:
        await world.bridge.directory.was_read.wait()
        async with world.bridge.database.read() as session:
            members = await people.list_members(session, world.bridge.workspace.id, CHANNEL)
        assert members == set(play.world.channels[CHANNEL].members)


async def test_who_leaves_while_the_directory_is_read_has_left(
    start: Start, play: Playground, eventually: Eventually
) -> None:
    """Slack's list is older than the event: it does not bring them back."""
    held = play.faults.hold("conversations.members")
    async with start() as world:
        await eventually(lambda: held.held)
        await play.leave(BEN, CHANNEL)
        held.release()
        await world.bridge.directory.was_read.wait()
        async with world.bridge.database.read() as session:
            assert not await people.is_member(session, world.bridge.workspace.id, CHANNEL, BEN)
