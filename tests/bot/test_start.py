"""Starting and stopping the bridge as a process: what keeps it from running is one sentence."""

import asyncio
import signal
import socket
from pathlib import Path

import aiohttp
import pytest

from bot import start
from bot.settings import StartError, load
from playground.playground import Playground
from playground.seed import NUMBER
from tests.bot.process import environment, launch, refusal, said_at_start
from tests.conftest import settings_for

UNREACHABLE = (
    "The database could not be reached or written: check DATABASE_URL, and that its server runs or its folder exists "
    "and may be written to."
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"SLACK_BOT_TOKEN": None, "TWILIO_AUTH_TOKEN": "", "PUBLIC_URL": None},
            "Set SLACK_BOT_TOKEN, TWILIO_AUTH_TOKEN, PUBLIC_URL in the environment or in .env (see .env.example).",
        ),
        (
            {"SLACK_BOT_TOKEN": "xoxb-not-it"},
            "Slack refused SLACK_BOT_TOKEN (invalid_auth): copy the bot token (xoxb-…) from the app's OAuth page.",
        ),
        (
            {"TWILIO_AUTH_TOKEN": "not-it"},
            "Twilio refused TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: copy both from its console.",
        ),
        (
            {"SLACK_APP_TOKEN": "xapp-not-it"},
            "Slack refused SLACK_APP_TOKEN (invalid_auth): make an app-level token (xapp-…) with connections:write.",
        ),
        (
            {"SLACK_API_URL": "http://127.0.0.1:9/api"},
            "Slack could not be reached: check the network, and SLACK_API_URL if you set it.",
        ),
        (
            {"DATABASE_URL": "postgresql://texts:secret@127.0.0.1:9/texts"},
            UNREACHABLE,
        ),
        ({"INBOXES": "banana=C0CUSTOMERS"}, "INBOXES is not right: "),
    ],
    ids=lambda part: next(iter(part)).lower() if isinstance(part, dict) else "",
)
async def test_what_keeps_it_from_starting_is_one_sentence(
    play: Playground, tmp_path: Path, changes: dict[str, str | None], expected: str
) -> None:
    """On standard error, with what to do; exit code 2, no traceback, and no secret."""
    sentence = await refusal(tmp_path, environment(play, **changes))
    assert sentence.startswith(expected)
    assert sentence.endswith(".")
    for secret in ("xoxb-", play.settings.bot_token, play.settings.auth_token, "not-it", "secret@"):
        assert secret not in sentence.replace("(xoxb-…)", "")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("INBOXES", "+15550100000", "write it as +15550100000=C0123,… (our number = the id of its Slack channel)."),
        ("MANAGERS", "mara", "give the ids of Slack users or of a user group, such as U0123,U0456."),
        ("PUBLIC_URL", "texts.example.com", "it must begin with https:// (or http:// on this machine)."),
        ("PORT", "http", ""),
        ("PORT", "70000", ""),
        ("REPLY_HOLD_SECONDS", "-1", ""),
    ],
)
async def test_a_setting_that_is_wrong_is_named(
    play: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, name: str, value: str, expected: str
) -> None:
    """With what it should look like."""
    monkeypatch.chdir(tmp_path)
    for variable, given in environment(play, **{name: value}).items():
        monkeypatch.setenv(variable, given)
    with pytest.raises(StartError) as error:
        load()
    assert str(error.value).startswith(f"{name} is not right: {expected}")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("sqlite:////nowhere/at/all.db", UNREACHABLE),
        (
            "mysql://texts:secret@127.0.0.1/texts",
            "DATABASE_URL is not right: it must begin with sqlite:/// or postgresql://, with user, host and name.",
        ),
        (
            "no address",
            "DATABASE_URL is not right: it must begin with sqlite:/// or postgresql://, with user, host and name.",
        ),
    ],
)
async def test_a_database_that_cannot_be_is_told(play: Playground, address: str, sentence: str) -> None:
    """Without its password."""
    with pytest.raises(StartError) as error:
        await start.open_database(settings_for(play, address))
    assert str(error.value) == sentence
    await (
        play.quiet()
    )  # aiosqlite lets the thread of a connection that failed end by itself, and it still needs the loop


async def test_a_taken_port_is_told(play: Playground, tmp_path: Path) -> None:
    """With the address, and what to set."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        sentence = await refusal(tmp_path, environment(play, PORT=str(port)))
    assert sentence == (
        f"127.0.0.1:{port} cannot be listened on: another program has the port. Stop it, or set HOST and PORT."
    )


async def test_it_says_where_it_listens_and_stops_when_told(play: Playground, tmp_path: Path) -> None:
    """The webhook's address is printed at once; it answers, and a signal ends it promptly with exit code 0."""
    settings = environment(play, PUBLIC_URL="https://texts.example.com/")
    process = await launch(tmp_path, settings)
    try:
        [line] = await said_at_start(process, "Threadline listens on")
        assert f"127.0.0.1:{settings['PORT']}" in line
        assert "https://texts.example.com/twilio/inbound#rc=5&rp=all" in line
        async with aiohttp.ClientSession() as client:
            for path, status in (("healthz", 200), ("readyz", 200), ("twilio/inbound", 405)):
                url = f"http://127.0.0.1:{settings['PORT']}/{path}"
                for _ in range(100):
                    try:
                        async with client.get(url) as answer:
                            assert answer.status == status
                            break
                    except aiohttp.ClientConnectionError:
                        continue
            process.send_signal(signal.SIGINT)
            out, err = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    assert process.returncode == 0
    assert b"Traceback" not in out + err
    assert b"manager" not in out + err


async def test_a_second_serve_on_one_file_is_refused(play: Playground, tmp_path: Path) -> None:
    """SQLite has one writer: whoever starts it again as it is hears that, and not of the port; the first goes on."""
    settings = environment(play)
    process = await launch(tmp_path, settings)
    try:
        await said_at_start(process, "Threadline listens on")
        assert await refusal(tmp_path, settings) == (
            "Another threadline serve works on this SQLite file already: stop it first. For several at once set "
            "DATABASE_URL to a PostgreSQL server."
        )
        url = f"http://127.0.0.1:{settings['PORT']}/readyz"
        async with aiohttp.ClientSession() as client, client.get(url) as answer:
            assert answer.status == 200
    finally:
        process.terminate()
        await process.communicate()


@pytest.mark.parametrize("command", ["migrate", "backup copy.db", "sync --since 2h"])
async def test_other_commands_say_what_is_missing_too(play: Playground, tmp_path: Path, command: str) -> None:
    """In the same sentence, and nothing else."""
    sentence = await refusal(tmp_path, environment(play, PUBLIC_URL=None), *command.split())
    assert sentence == "Set PUBLIC_URL in the environment or in .env (see .env.example)."


async def test_it_stops_when_told_although_it_has_not_started_yet(play: Playground, tmp_path: Path) -> None:
    """Slack does not answer: a signal ends the start promptly, with exit code 0."""
    held = play.faults.hold("auth.test")
    process = await launch(tmp_path, environment(play))
    try:
        await play.until(lambda: held.held, timeout=20)
        process.terminate()
        out, err = await asyncio.wait_for(process.communicate(), 30)
    finally:
        held.release()
        if process.returncode is None:
            process.kill()
            await process.communicate()
    assert process.returncode == 0
    assert b"Traceback" not in out + err


async def test_slacks_limits_keep_nobody_from_starting_and_stopping_it(play: Playground, tmp_path: Path) -> None:
    """Who is in which channel cannot be read yet: it serves, tells nothing that is not known, and stops."""
    play.faults.answer("users.list", 429, error="ratelimited", headers={"Retry-After": "600"}, times=None)
    settings = environment(play)
    process = await launch(tmp_path, settings)
    try:
        said = await said_at_start(process, "Threadline listens on")
        url = f"http://127.0.0.1:{settings['PORT']}/readyz"
        async with aiohttp.ClientSession() as client, client.get(url) as answer:
            assert answer.status == 200
        process.terminate()
        out, err = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    assert process.returncode == 0
    assert "The bot is not in" not in "".join(said) + out.decode()
    assert b"Traceback" not in out + err


async def test_without_managers_or_inboxes_it_says_so(play: Playground, tmp_path: Path) -> None:
    """It runs all the same; each is one sentence at start, as is a channel that the bot is not in."""
    process = await launch(tmp_path, environment(play, MANAGERS=None, INBOXES=None))
    lines = await said_at_start(process, "No inbox")
    assert (
        "No manager is known, so a backlog alert mentions nobody, and what is stuck is told in the inbox's channel: "
        "set MANAGERS to Slack user ids."
    ) in lines
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 30) == 0
    await process.communicate()
    play.add_channel("C0ALONE", "alone", bot=False)
    process = await launch(tmp_path, environment(play, INBOXES=f"{NUMBER}=C0ALONE"))
    lines = await said_at_start(process, "C0ALONE")
    assert lines[-1] == "The bot is not in the channel C0ALONE, so its texts wait: /invite it there."
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 30) == 0
    await process.communicate()
