"""`threadline sync`: both sides are read back by hand, beside a bridge that runs or without one."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from playground.playground import Playground
from playground.seed import CHANNEL, NUMBER
from playground.world import BOT_USER
from tests.conftest import Eventually, Start, World, settings_for
from tests.journeys.scene import opened, quoted, received, reply, unheard
from tests.journeys.screen import ALICE, ANA

NOWHERE = "http://127.0.0.1:9"


async def _sync(
    play: Playground, database_url: str, folder: Path, since: str, **changes: str
) -> tuple[int | None, str, str]:
    """Run the command; its exit code, what it printed, and what it said on standard error."""
    settings = settings_for(play, database_url)
    environment = {
        "SLACK_BOT_TOKEN": settings.slack_bot_token,
        "SLACK_SIGNING_SECRET": settings.slack_signing_secret,
        "SLACK_API_URL": settings.slack_api_url,
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token,
        "TWILIO_API_URL": settings.twilio_api_url or "",
        "PUBLIC_URL": settings.public_url,
        "DATABASE_URL": database_url,
        **changes,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "sync", "--since", since),
        env=environment,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, told = await process.communicate()
    return process.returncode, printed.decode(), told.decode()


async def test_it_finds_what_was_missed(
    start: Start, play: Playground, database_url: str, tmp_path: Path, eventually: Eventually
) -> None:
    """No bridge runs: what was missed is stored and counted in words; once one runs it is shown and sent, once."""
    async with start(reply_hold_seconds=60) as world:
        card = await opened(world)
        held = await reply(world, card, "Yse")
    await play.edit(ANA, CHANNEL, held.ts, "Yes")
    for body in ("One", "Two"):
        await play.text(ALICE, NUMBER, body)
    await play.post(ANA, CHANNEL, "Next", thread_ts=card.ts)
    code, printed, told = await _sync(play, database_url, tmp_path, "2h")
    assert (code, "Found 2 texts from customers, 1 reply or note and 1 edit." in printed) == (0, True), printed + told
    assert all(bar in told for bar in ("Twilio: numbers", "Slack: channels", "Slack: threads"))
    code, printed, told = await _sync(play, database_url, tmp_path, "2h")
    assert (code, "Nothing was missed since" in printed) == (0, True), printed + told
    play.world.ahead += 61
    async with start() as world:
        await eventually(lambda: [body for post in world.thread(card.ts) for body in quoted(post)] == ["One", "Two"])
        await eventually(lambda: received(world) == ["Yes", "Next"])


async def test_it_works_beside_a_bridge_that_runs(
    world: World, database_url: str, tmp_path: Path, eventually: Eventually
) -> None:
    """Webhooks and events were lost although the bridge runs: by hand they are found, and it goes on from there."""
    card = await opened(world)
    await eventually(lambda: not world.bridge.threads._is_behind)
    with unheard(world):
        await world.play.text(ALICE, NUMBER, "Still there?")
        await reply(world, card, "Yes")
    code, printed, told = await _sync(world.play, database_url, tmp_path, "30m")
    assert (code, "Found 1 text from a customer and 1 reply or note." in printed) == (0, True), printed + told
    await eventually(lambda: [quoted(post) for post in world.thread(card.ts) if quoted(post)] == [["Still there?"]])
    await eventually(lambda: received(world) == ["Yes"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("since", "sentence"),
    [
        ("soon", "--since is not right: write it as 30m, 2h or 3d"),
        ("2026-99-99", "--since is not right: write it as 30m, 2h or 3d"),
        ("2999-01-01T08:00", "--since is not right: it lies in the future."),
        ("9999d", "--since is not right: 365 days can be read back at most."),
        ("0001-01-01", "--since is not right: write it as 30m, 2h or 3d"),
        ("9999-12-31T23:00", "--since is not right: "),
    ],
)
async def test_a_wrong_value_is_one_sentence(
    play: Playground, database_url: str, tmp_path: Path, since: str, sentence: str
) -> None:
    """Exit code 2 and what to write instead."""
    code, printed, told = await _sync(play, database_url, tmp_path, since, TZ="America/Los_Angeles")
    assert (code, printed, sentence in told, len(told.splitlines())) == (2, "", True, 1), told


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SLACK_API_URL": f"{NOWHERE}/api/"}, "Slack could not be reached"),
        ({"TWILIO_API_URL": NOWHERE}, "Twilio could not be reached"),
        ({"TWILIO_AUTH_TOKEN": "wrong"}, "Twilio refused"),
    ],
)
async def test_what_cannot_be_reached_is_said(
    world: World, database_url: str, tmp_path: Path, changes: dict[str, str], sentence: str
) -> None:
    """Exit code 2 and who it was, without a trace."""
    code, _, told = await _sync(world.play, database_url, tmp_path, "2026-01-01", **changes)
    assert code == 2
    assert sentence in told
    assert "Traceback" not in told


async def test_a_database_without_inboxes_is_not_said_to_be_complete(
    play: Playground, database_url: str, tmp_path: Path
) -> None:
    """A mistyped address is one sentence, and makes no file."""
    code, printed, told = await _sync(play, database_url, tmp_path, "2h")
    assert (code, printed, "There is no inbox in this database" in told) == (2, "", True), told
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - of a moment in which nobody waits for it


async def test_inboxes_that_are_still_to_be_connected_are_said(
    play: Playground, start: Start, database_url: str, tmp_path: Path
) -> None:
    """The bridge has run here, but without any number."""
    async with start(inboxes={}):
        pass
    code, printed, told = await _sync(play, database_url, tmp_path, "2h")
    assert (code, printed, "There is no inbox in this database" in told) == (2, "", True), told


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_slack_refuses_is_said_in_its_word(
    start: Start, play: Playground, database_url: str, tmp_path: Path
) -> None:
    """It is not the network."""
    async with start():
        pass
    play.faults.answer("conversations.history", error="team_access_not_granted", times=None)
    code, _, told = await _sync(play, database_url, tmp_path, "2h")
    assert (code, "Slack refused to show what was written (team_access_not_granted)" in told) == (2, True), told


async def test_channels_that_cannot_be_read_are_said(
    start: Start, play: Playground, database_url: str, tmp_path: Path
) -> None:
    """Exit code 1, which channel it is and what to do; afterwards what stands there is found."""
    async with start() as world:
        card = await opened(world)
    await play.post(ANA, CHANNEL, "Next", thread_ts=card.ts)
    await play.leave(BOT_USER, CHANNEL)
    code, printed, told = await _sync(play, database_url, tmp_path, "2h")
    assert (code, printed) == (1, "Not read: #customers, where the bot is not. /invite it there, then sync again.\n"), (
        told
    )
    await play.join(BOT_USER, CHANNEL)
    play.faults.answer("conversations.history", error="missing_scope", times=None)
    await play.text(ALICE, NUMBER, "One")
    code, printed, told = await _sync(play, database_url, tmp_path, "2h")
    assert (code, "Nothing was missed" in printed) == (1, False), printed + told
    assert "Found 1 text from a customer." in printed
    assert "Not read: #customers, as the app lacks a permission." in printed
    play.faults.clear()
    code, printed, told = await _sync(play, database_url, tmp_path, "2h")
    assert (code, "Found 1 reply or note." in printed) == (0, True), printed + told


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_day_of_this_machine_is_understood(
    start: Start, play: Playground, database_url: str, tmp_path: Path
) -> None:
    """`2026-01-01` is its beginning."""
    async with start():
        pass
    code, printed, _ = await _sync(play, database_url, tmp_path, "2026-01-01", TZ="America/New_York")
    assert (code, "Nothing was missed since 2026-01-01 00:00." in printed) == (0, True)
