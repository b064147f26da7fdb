"""Starts and stops the processes that are measured, and looks at their memory."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from urllib.error import URLError
from urllib.request import urlopen

from bench.ground import Ground
from bench.load import PUBLIC_URL
from bench.outside import Outside

ROOT = Path(__file__).parent.parent
SERVE = "serve"
_READY_SECONDS = 90.0
_POLL_SECONDS = 0.005
_STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A running process: its port, and the seconds from its start to the first 200."""

    pid: int
    port: int
    ready_seconds: float

    @property
    def megabytes(self) -> float:
        """What it holds in memory now."""
        return self._memory("VmRSS")

    @property
    def peak_megabytes(self) -> float:
        """The most that it has held."""
        return self._memory("VmHWM")

    def _memory(self, field: str) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines()
        [line] = [line for line in lines if line.startswith(field)]
        return int(line.split()[1]) / 1024

    @property
    def cpu_seconds(self) -> float:
        """The processor time that it has spent since it started, which other processes do not lengthen."""
        after_name = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Have it stand still, so that what is measured beside it has the machine for itself."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)


@asynccontextmanager
async def bridge(ground: Ground, outside: Outside, database_url: str, which: str = SERVE) -> AsyncIterator[Bridge]:
    """A bridge of its own process, ready: `threadline serve`, or one of those in `served.py`."""
    port = _free_port()
    module = ["bot", SERVE] if which == SERVE else ["bench.served", which]
    path = "/healthz" if which in {"stored", "verified"} else "/readyz"
    with (ground.folder / f"bridge-{port}.log").open("w") as log:
        began = perf_counter()
        process = subprocess.Popen(  # noqa: S603, ASYNC220 - our own modules; starting it takes no time
            [sys.executable, "-m", *module],
            env=_environment(outside, database_url, port),
            cwd=ground.folder,  # where no .env is
            stdout=log,
            stderr=log,
        )
        try:
            await _until_ready(process, f"http://127.0.0.1:{port}{path}", Path(log.name))
            yield Bridge(pid=process.pid, port=port, ready_seconds=perf_counter() - began)
        finally:
            process.terminate()
            try:
                await asyncio.to_thread(process.wait, _STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
        return port


def _environment(outside: Outside, database_url: str, port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": outside.settings.bot_token,
        "SLACK_SIGNING_SECRET": outside.settings.signing_secret,
        "SLACK_API_URL": outside.slack_api_url,
        "TWILIO_ACCOUNT_SID": outside.settings.account_sid,
        "TWILIO_AUTH_TOKEN": outside.settings.auth_token,
        "TWILIO_API_URL": outside.twilio_api_url,
        "PUBLIC_URL": PUBLIC_URL,
        "DATABASE_URL": database_url,
        "PORT": str(port),
        "INBOXES": ",".join(f"{number}={channel}" for number, channel in outside.inboxes.items()),
        "BACKLOG_CHECK_SECONDS": "86400",  # alerts are posts that no text asked for
    }


async def _until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    give_up = perf_counter() + _READY_SECONDS
    while not await asyncio.to_thread(_answers, url):
        if process.poll() is not None or perf_counter() > give_up:
            raise RuntimeError(f"The bridge did not start: {await asyncio.to_thread(log.read_text)}"[-2000:])
        await asyncio.sleep(_POLL_SECONDS)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's OK
    except (URLError, OSError):
        return False
