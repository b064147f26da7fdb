"""The composition root: settings -> database -> desk -> Slack, web, workers, schedule. Everything is built here."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette

from bot import handlers, schedule, start, transferring, web
from bot.board import Board
from bot.effects import POST_SECONDS, effects
from bot.handlers import replies
from bot.handlers.context import Context
from bot.managers import Managers
from bot.metrics import Metrics
from bot.people import Directory
from bot.reading_back import MARK_SECONDS, ThreadReader
from bot.settings import Settings, StartError
from bot.syncing import Missed, Watch
from bot.transferring import Transfers
from desk import health
from desk.clock import Clock, SystemClock
from desk.delivery import Courier
from desk.gaps import Gaps
from desk.intake import Intake
from sms import numbers
from sms.gateway import Gateway, TwilioClient, close_client, is_refused, open_client
from sms.reading_back import EVERY_SECONDS, OUT_OF_REACH, TextReader
from sms.webhooks import USE_CASES, Webhooks
from storage import people, reading_back
from storage.database import Database, DatabaseError
from storage.database import now as database_now
from storage.models import Workspace

log = structlog.get_logger(__name__)

T = TypeVar("T")

_SLACK_TIMEOUT = aiohttp.ClientTimeout(total=10)
_FIRST_SECONDS = 1.5  # in which the first start of all waits for the directory
_READY_SECONDS = 2.0
_STOP_SECONDS = 6.0  # after the 3 that requests have, so that a process is gone within 10
_UNREACHABLE = "{} could not be reached: check the network, and {} if you set it. What was found before is kept."
_REFUSED = "Slack refused to show what was written ({}): ask an admin to look. What was found before is kept."
_DOUBTED_AFTER = timedelta(minutes=5)  # a database that was lost may have done what waits for longer at start


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Everything that runs."""

    settings: Settings
    database: Database
    workspace: Workspace
    web: Starlette
    bolt: AsyncApp
    directory: Directory
    managers: Managers
    intake: Intake
    courier: Courier
    texts: TextReader
    threads: ThreadReader
    moving: Transfers
    schedule: schedule.Schedule


@asynccontextmanager
async def open_bridge(
    settings: Settings, clock: Clock | None = None, *, post_seconds: float = POST_SECONDS
) -> AsyncIterator[Bridge]:
    """Build the bridge and run its workers until the block ends, when what is in flight is finished.

    `post_seconds` is the least time between two posts in one channel.

    Raises StartError with one sentence when something that it needs is not there.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        database, slack, twilio, workspace = await _reach(settings, clock, stack)
        await start.connect_inboxes(database, workspace, _channels(settings), clock)
        hold = timedelta(seconds=settings.reply_hold_seconds)
        directory = Directory(slack, database, clock, workspace)
        managers = Managers(slack, database, workspace, settings.managers)
        await managers.settle()
        board = Board(slack, database, clock, managers)
        gateway = Gateway(twilio, database, settings.public_url)
        gaps = Gaps()
        kinds = effects(board, gateway, gaps, hold=hold, post_seconds=post_seconds)
        use_cases = {**USE_CASES, **replies.use_cases(hold, directory, gaps)}
        metrics = Metrics(database, clock, workspace.id, kinds, use_cases)
        intake = Intake(database, clock, use_cases, observe=metrics.received)
        courier = Courier(database, clock, kinds, observe=metrics.observe)
        database.on_commit.append(courier.wake)
        directory.on_news.append(intake.wake)
        context = Context(database, clock, intake, directory, workspace, managers, numbers.dialled)
        bolt = _bolt(slack, settings, context)
        texts = TextReader(twilio, database, clock, intake, workspace.id)
        threads = ThreadReader(slack, context, gaps)
        context.missed.append(threads.miss)
        moving = Transfers(slack, database, clock, workspace, managers)
        context.begun.append(moving.errand.ask)
        directory.on_departures.append(moving.errand.ask)
        webhooks = Webhooks(settings.twilio_auth_token, settings.public_url, intake, texts.errand.ask)
        bridge = Bridge(
            settings=settings,
            database=database,
            workspace=workspace,
            web=web.routes(
                bolt,
                settings.slack_signing_secret,
                webhooks.routes,
                lambda: _is_ready(database, courier),
                metrics.scrape,
            ),
            bolt=bolt,
            directory=directory,
            managers=managers,
            intake=intake,
            courier=courier,
            texts=texts,
            threads=threads,
            moving=moving,
            schedule=schedule.Schedule(
                schedule.Jobs(
                    database=database,
                    clock=clock,
                    intake=intake,
                    directory=directory,
                    managers=managers,
                    refusals={health.SLACK: board.is_refused, health.TWILIO: partial(is_refused, twilio)},
                    backlog_check_seconds=settings.backlog_check_seconds,
                    others={
                        "texts": (EVERY_SECONDS, texts.read_due),
                        "threads": (MARK_SECONDS, threads.keep_up),
                        "transfers": (transferring.EVERY_SECONDS, moving.keep_up),
                    },
                )
            ),
        )
        if settings.slack_app_token:
            await start.check_app_token(slack, settings.slack_app_token)
        async with database.write() as rows:
            await reading_back.doubt(rows, workspace.id, before=clock.now() - _DOUBTED_AFTER)
        is_first = await directory.is_empty()
        intake.wake()
        await _run(bridge, stack)
        stack.callback(context.pictures.close)
        stack.push_async_callback(context.later.stop)
        if is_first:
            with suppress(TimeoutError):  # who is unknown is asked about, and heard then
                await asyncio.wait_for(directory.was_read.wait(), _FIRST_SECONDS)
        yield bridge


async def _reach(
    settings: Settings, clock: Clock, stack: AsyncExitStack
) -> tuple[Database, AsyncWebClient, TwilioClient, Workspace]:
    """The database, Slack and Twilio, until the stack unwinds. Raises StartError for what is not there."""
    database = await start.open_database(settings)
    stack.push_async_callback(database.close)
    session = await stack.enter_async_context(aiohttp.ClientSession(timeout=_SLACK_TIMEOUT))
    slack = AsyncWebClient(
        settings.slack_bot_token, base_url=settings.slack_api_url, session=session, retry_handlers=[]
    )
    workspace = await start.know_workspace(slack, database, clock)
    twilio = open_client(settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_api_url)
    stack.push_async_callback(close_client, twilio)
    if await is_refused(twilio):
        raise StartError("Twilio refused TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: copy both from its console.")
    return database, slack, twilio, workspace


def _channels(settings: Settings) -> dict[str, tuple[str, str]]:
    """Our numbers as INBOXES has them, with what each is called and its channel."""
    channels = {}
    for number, channel_id in settings.inboxes.items():
        try:
            normal = numbers.e164(number)
        except ValueError as error:
            raise StartError(f"INBOXES is not right: {error}") from None
        channels[normal] = (numbers.label(normal, home=normal), channel_id)
    return channels


def _bolt(slack: AsyncWebClient, settings: Settings, context: Context) -> AsyncApp:
    workspace = context.workspace

    async def authorize(team_id: str | None, enterprise_id: str | None) -> AuthorizeResult | None:
        if team_id != workspace.team_id:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=workspace.bot_user_id,
            bot_token=settings.slack_bot_token,
        )

    bolt = AsyncApp(
        client=AsyncWebClient(base_url=slack.base_url, session=slack.session, retry_handlers=[]),
        authorize=authorize,  # type: ignore[arg-type]
        process_before_response=True,
        ignoring_self_events_enabled=False,  # it takes the deletion of our card for a message of ours
        request_verification_enabled=False,  # web.py verifies, over the body as it came
    )
    handlers.register(bolt, context)
    return bolt


async def _run(bridge: Bridge, stack: AsyncExitStack) -> None:
    """Start the workers; when the stack unwinds, what is in flight is finished before anything is closed."""
    courier = asyncio.create_task(bridge.courier.run())
    directory = bridge.directory
    errands = (
        directory.reading,
        directory.asking,
        bridge.managers.reading,
        bridge.texts.errand,
        bridge.threads.errand,
        bridge.moving.errand,
    )
    running = [asyncio.create_task(errand.run()) for errand in errands]

    async def stop() -> None:
        bridge.courier.stop()
        for errand in errands:
            errand.stop()
        ends = [asyncio.create_task(end) for end in (bridge.schedule.stop(), bridge.intake.stop())]
        await asyncio.wait([courier, *running, *ends], timeout=_STOP_SECONDS)

    directory.reading.ask()
    bridge.managers.reading.ask()
    bridge.texts.errand.ask()
    bridge.moving.errand.ask()
    bridge.schedule.start()
    stack.push_async_callback(stop)
    if bridge.settings.slack_app_token:
        socket_mode = AsyncSocketModeHandler(bridge.bolt, bridge.settings.slack_app_token)
        bridge.threads.is_listening = socket_mode.client.is_connected
        socket_mode.client.on_message_listeners.append(partial(_greeted, bridge.threads))
        stack.push_async_callback(socket_mode.close_async)
        connecting = asyncio.create_task(_connect(socket_mode))
        stack.callback(connecting.cancel)
    else:
        bridge.threads.errand.ask()


async def _greeted(threads: ThreadReader, message: aiohttp.WSMessage) -> None:
    """Slack's first word on a new connection: what was written while there was none is read back."""
    if json.loads(message.data).get("type") == "hello":
        threads.miss()


async def _connect(socket_mode: AsyncSocketModeHandler) -> None:
    """Connect Socket Mode, trying until Slack can be reached; meanwhile texts are taken in."""
    await socket_mode.connect_async()  # type: ignore[no-untyped-call]


async def _is_ready(database: Database, courier: Courier) -> bool:
    """A token that is refused leaves it ready: what comes in is stored, and would be lost if nobody took it."""
    try:
        async with asyncio.timeout(_READY_SECONDS), database.read() as session:
            await database_now(session)
    except (DatabaseError, OSError, TimeoutError):
        return False
    return courier.is_alive


async def serve(settings: Settings) -> None:
    """Run the bridge until SIGTERM or Ctrl-C: stop accepting, finish what is in flight, exit."""
    stop = web.interruption()
    with start.holding_alone(settings), start.bind(settings) as bound:
        async with AsyncExitStack() as stack:
            bridge = await _unless(stop, stack.enter_async_context(open_bridge(settings)))
            if bridge is None:
                return
            start.settle_memory()
            await stack.enter_async_context(web.serving(bridge.web, bound))
            await start.tell_admin(settings, bridge.database, bridge.workspace)
            if await _unless(stop, bridge.directory.was_read.wait()):
                start.tell_absence(bridge.directory.absent_from)
            await stop.wait()
            bridge.courier.stop()


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What comes of `work`; None when it was ended, because it is time to stop."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
    try:
        return await working
    except asyncio.CancelledError:
        return None


async def sync(settings: Settings, since: datetime, watch: Watch) -> Missed:
    """Read both sides back by hand, beside a bridge that runs or without one; raises StartError."""
    clock = SystemClock()
    missed = Missed()
    start.require_database(settings)
    async with AsyncExitStack() as stack:
        database, slack, twilio, workspace = await _reach(settings, clock, stack)
        directory = Directory(slack, database, clock, workspace)
        hold = timedelta(seconds=settings.reply_hold_seconds)
        gaps = Gaps()
        intake = Intake(database, clock, {**USE_CASES, **replies.use_cases(hold, directory, gaps)})
        stack.push_async_callback(intake.finish)
        texts = TextReader(twilio, database, clock, intake, workspace.id)
        managers = Managers(slack, database, workspace, settings.managers)
        threads = ThreadReader(
            slack, Context(database, clock, intake, directory, workspace, managers, numbers.dialled), gaps
        )
        numbers_to_read = await texts.inboxes()
        if not numbers_to_read:
            raise StartError(start.NOTHING_TO_READ)
        for done, inbox in enumerate(numbers_to_read):
            watch.numbers(done, len(numbers_to_read))
            try:
                found = await texts.read(inbox, since=since)
            except OUT_OF_REACH:
                raise StartError(_UNREACHABLE.format("Twilio", "TWILIO_API_URL")) from None
            missed.texts, missed.receipts = missed.texts + found.texts, missed.receipts + found.receipts
        watch.numbers(len(numbers_to_read), len(numbers_to_read))
        try:
            written = await threads.read(asyncio.sleep, since=since, step=watch.slack)
        except SlackApiError as error:
            raise StartError(_REFUSED.format(error.response.get("error"))) from None
        except (aiohttp.ClientError, TimeoutError):
            raise StartError(_UNREACHABLE.format("Slack", "SLACK_API_URL")) from None
        missed.replies, missed.edits, missed.deletions = written.replies, written.edits, written.deletions
        missed.doubles = written.doubles
        async with database.read() as rows:
            missed.leave_out(written.away, await people.channel_names(rows, workspace.id, written.away))
    return missed


async def migrate_only(settings: Settings) -> None:
    """Bring the database up to date; raises StartError when it cannot be reached."""
    database = await start.open_database(settings)
    await database.close()
