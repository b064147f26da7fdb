"""`threadline …` as a process of its own, with the settings of an admin."""

import asyncio
import json
import os
import socket
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

from playground.playground import Playground
from playground.seed import CHANNEL, MANAGER, NUMBER

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
        return port


def environment(play: Playground, **changes: Any) -> dict[str, str]:
    """What an admin would set; a change of None leaves a variable out."""
    values = {
        "SLACK_BOT_TOKEN": play.settings.bot_token,
        "SLACK_SIGNING_SECRET": play.settings.signing_secret,
        "SLACK_API_URL": play.slack_api_url,
        "TWILIO_ACCOUNT_SID": play.settings.account_sid,
        "TWILIO_AUTH_TOKEN": play.settings.auth_token,
        "TWILIO_API_URL": play.twilio_api_url,
        "PUBLIC_URL": "https://texts.example.com",
        "DATABASE_URL": "sqlite:///threadline.db",
        "PORT": str(free_port()),
        "INBOXES": f"{NUMBER}={CHANNEL}",
        "MANAGERS": MANAGER,
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


async def launch(folder: Path, settings: dict[str, str], *command: str) -> Process:
    """Run a command, `serve` unless another is given."""
    base = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *(command or ("serve",))),
        cwd=folder,
        env={**base, **settings},
        stdout=PIPE,
        stderr=PIPE,
    )


async def refusal(folder: Path, settings: dict[str, str], *command: str) -> str:
    """Start in vain: the one sentence that says why, and exit code 2."""
    process = await launch(folder, settings, *command)
    out, err = (part.decode() for part in await asyncio.wait_for(process.communicate(), 60))
    assert process.returncode == 2
    assert "Traceback" not in out + err
    assert out == ""
    *logged, sentence = err.splitlines()
    assert all(json.loads(line) for line in logged)
    return sentence


async def said_at_start(process: Process, last: str) -> list[str]:
    """The lines on standard output up to the one that contains `last`, while the process runs."""
    assert process.stdout is not None
    lines: list[str] = []
    while not any(last in line for line in lines):
        line = await asyncio.wait_for(process.stdout.readline(), 20)
        assert line, (await process.communicate())[1].decode()
        lines.append(line.decode().strip())
    return lines
