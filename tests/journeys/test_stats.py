"""`/sms stats`: the numbers of a period, privately, and a picture of them in one's direct messages."""

import asyncio
from functools import partial
from typing import Any

import pytest

from bot import drawing, later
from desk import statistics
from playground.playground import Playground
from playground.seed import CHANNEL
from playground.world import Post
from storage.database import NotFound
from tests.conftest import Eventually, Start, World
from tests.journeys.scene import opened, pass_time, reply
from tests.journeys.screen import ANA, BEN, BOB, GUS, MARA, title, told, words

UPLOAD = "files.getUploadURLExternal"
SHARE = "files.completeUploadExternal"


def direct_posts(world: World, person: str) -> list[Post]:
    """What stands in somebody's direct messages with the bot."""
    return [post for post in world.play.world.direct_message(person).posts if not post.deleted]


async def ask(world: World, who: str = ANA, period: str = "") -> str:
    """What somebody is answered privately."""
    answer = await world.play.command(who, CHANNEL, "/sms", f"stats {period}".strip())
    assert answer is not None
    return words(answer.blocks)


async def pictured(world: World) -> Post:
    """The picture in Ana's direct messages, which takes a while to draw on a busy machine."""
    post: Post = await world.play.until(
        lambda: next((post for post in direct_posts(world, ANA) if post.files), None), timeout=60
    )
    return post


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are drawn at once."""

    async def draw(*_: Any) -> bytes:
        return b"\x89PNG"

    monkeypatch.setattr(drawing.Pictures, "draw", draw)


def is_told(world: World, who: str, begins: str) -> bool:
    """Whether the bridge's last private word to somebody begins like this."""
    return told(world.play, who).startswith(begins)


async def answered(world: World, eventually: Eventually) -> Any:
    """A text that Ana has answered after ten minutes, and one that waits."""
    card = await opened(world)
    pass_time(world, minutes=10)
    await reply(world, card, "Yes, it is")
    await eventually(lambda: [text for text in world.play.phone("+14155550123") if text.by == "app"])
    await opened(world, BOB, "Hello?")
    return card


async def test_the_numbers_are_answered_privately_and_a_picture_comes_directly(
    world: World, eventually: Eventually
) -> None:
    """Nobody else sees either."""
    await answered(world, eventually)
    said = await ask(world)
    assert said.startswith("Last 7 days in numbers\n")
    assert " · UTC · (555) 010-0000\n*Received*: 2 texts in 2 conversations" in said
    assert "*Waits*: 2 · 1 answered (1 by you) · 1 still waiting, the oldest since <!date^" in said
    assert "*First response*: median 10 minutes · nine in ten within 10 minutes" in said
    assert "*Without an owner*: 2 times" in said
    assert "*Now*: 1 open without an owner · you own 1 open" in said
    picture = await pictured(world)
    announced, shared = direct_posts(world, ANA)
    assert announced.text.startswith("Last 7 days in numbers · ")
    assert picture is shared
    [file] = picture.files
    assert file.name.endswith(".png")
    assert (file.content or b"").startswith(b"\x89PNG")
    assert direct_posts(world, BEN) == []
    assert not [post for post in world.posts if "numbers" in post.text]
    assert world.play.ephemerals(BEN) == []


@pytest.mark.parametrize("period", ["today", "7d", "30d", "TODAY"])
async def test_periods(world: World, period: str) -> None:
    """Of which days the numbers are."""
    headings = {"today": "Today", "7d": "Last 7 days", "30d": "Last 30 days"}
    assert (await ask(world, period=period)).startswith(f"{headings[period.lower()]} in numbers")


async def test_another_period_is_told_how_to_ask(world: World) -> None:
    """What was typed is shown."""
    said = await ask(world, period="forever")
    assert "“forever” is not a period that we count." in said
    assert "`/sms stats [today|7d|30d]`" in said


async def test_managers_see_who_has_how_much_to_do(drawn: None, world: World, eventually: Eventually) -> None:
    """In counts, by name; reps see their own and the sum."""
    card = await answered(world, eventually)
    await world.play.choose(BEN, CHANNEL, card.ts, "assign", BEN)
    assert "Ben: 1 open, 0 unread" in await ask(world, MARA)
    said = await ask(world, ANA)
    assert "Ben" not in said
    assert "you own 0 open, 0 unread · all owners together 1 open, 0 unread" in said


async def test_who_may_not_know_is_told_why(drawn: None, play: Playground, start: Start) -> None:
    """Guests, and people who are in no inbox's channel."""
    play.add_person("U0ZOE", "Zoe Adler")
    play.add_channel("C0LOUNGE", "lounge", members=["U0ZOE"])
    async with start() as world:
        await opened(world)
        assert (await ask(world, GUS)).startswith("Guests and people from other organisations")
        await play.command("U0ZOE", "C0LOUNGE", "/sms", "stats")
        assert told(play, "U0ZOE").startswith("You are not in the channel of any inbox, so there is nothing to count.")


async def test_without_texts_there_is_no_picture(world: World) -> None:
    """Nor the promise of one."""
    assert "picture" not in await ask(world)
    await world.play.quiet()
    assert direct_posts(world, ANA) == []


OFF = [
    (UPLOAD, "not_allowed", "this workspace does not allow it to upload files"),
    (UPLOAD, "missing_scope", "it lacks the scope files:write"),
    (SHARE, "file_uploads_disabled", "this workspace does not allow it to upload files"),
    (SHARE, "storage_limit_reached", "the workspace's storage for files is full"),
    ("chat.postMessage", "messages_tab_disabled", "it may not write to you directly"),
    (UPLOAD, "odd_error", "Slack says “odd_error”. Ask an admin to look."),
    (UPLOAD, "ratelimited", "Slack asks for patience."),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_where_files_are_off_the_numbers_stand_alone(drawn: None, world: World, eventually: Eventually) -> None:
    """With a sentence about why, and nothing is left of the attempt."""
    await opened(world)
    await world.play.quiet()
    for method, error, why in OFF:
        world.play.faults.answer(method, error=error)
        assert "*Received*: 1 text" in await ask(world)
        await eventually(partial(is_told, world, ANA, f"Threadline could not send you the picture: {why}"))
        assert direct_posts(world, ANA) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_connection_that_breaks_is_said(drawn: None, world: World, eventually: Eventually) -> None:
    """While the bytes go up."""
    await opened(world)
    world.play.faults.drop("slack.upload")
    await ask(world)
    await eventually(lambda: [one for one in world.play.ephemerals(ANA) if "could not be reached" in one.text])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_picture_that_cannot_be_drawn_is_said(
    world: World, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The numbers are there all the same."""
    await opened(world)
    monkeypatch.setattr(drawing, "_SECONDS", 0.01)
    assert "*Received*: 1 text" in await ask(world)
    await eventually(lambda: [one for one in world.play.ephemerals(ANA) if "could not be drawn" in one.text])


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Counting waits until this is set, and a moment is soon over."""
    opening = asyncio.Event()
    read = statistics.read

    async def slowly(*about: Any, **how: Any) -> Any:
        await opening.wait()
        return await read(*about, **how)

    monkeypatch.setattr(statistics, "read", slowly)
    monkeypatch.setattr(later, "MOMENT_SECONDS", 0.05)
    return opening


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_takes_longer_than_slack_waits_comes_later(
    drawn: None, world: World, eventually: Eventually, gate: asyncio.Event
) -> None:
    """The command is answered at once, and again with the numbers."""
    await opened(world)
    assert await ask(world) == "This takes a moment. It comes as soon as it is ready."
    gate.set()
    shown = await eventually(lambda: next((one for one in world.play.ephemerals(ANA) if len(one.blocks) > 1), None))
    assert title(shown) == "Last 7 days in numbers"
    await pictured(world)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_goes_wrong_later_is_said_too(
    world: World, eventually: Eventually, gate: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal in its own words, anything else with a reference for the log."""
    await ask(world, GUS)
    gate.set()
    await eventually(lambda: [one for one in world.play.ephemerals(GUS) if one.text.startswith("Guests")])
    gate.clear()

    async def break_down(*_: Any, **__: Any) -> None:
        await gate.wait()
        raise NotFound

    monkeypatch.setattr(statistics, "read", break_down)
    await ask(world)
    gate.set()
    await eventually(lambda: [one for one in world.play.ephemerals(ANA) if "went wrong on our side" in one.text])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_goes_on_ends_with_the_bridge(start: Start, gate: asyncio.Event) -> None:
    """Nothing keeps it from stopping."""
    async with start() as world:
        await opened(world)
        await ask(world)
    assert not [one for one in world.play.ephemerals(ANA) if len(one.blocks) > 1]
