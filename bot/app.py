"""The composition root: settings -> database -> desk -> Slack, web, workers, schedule. Everything is built here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette

from bot import handlers, schedule, start, web
from bot.board import Board
from bot.handlers import replies
from bot.handlers.context import Context
from bot.people import Directory
from bot.settings import Settings, StartError
from desk import receipts
from desk.clock import Clock, SystemClock
from desk.delivery import Courier, Effect, Sender, Settle
from desk.intake import Intake
from sms import numbers
from sms.gateway import Gateway, close_client, is_refused, open_client
from sms.webhooks import USE_CASES, Webhooks
from storage.database import Database, DatabaseError
from storage.database import now as database_now
from storage.deliveries import Terms
from storage.models import Kind, Workspace
from storage.rate_limits import Limit

log = structlog.get_logger(__name__)

_SLACK_TIMEOUT = aiohttp.ClientTimeout(total=10)
_READY_SECONDS = 2.0

# Slack's limits per method and workspace in a minute, of which we stay just under; one post per second and channel.
_POST_SECONDS = 1.05
_POSTS = Limit(per_minute=200, burst=40)
_UPDATES = Terms(method="chat.update", limit=Limit(per_minute=48, burst=16))
_REACTIONS = Terms(method="reactions.add", limit=Limit(per_minute=48, burst=16))
_WHISPERS = Terms(method="chat.postEphemeral", limit=Limit(per_minute=96, burst=32))
_DELETIONS = Terms(method="chat.delete", limit=Limit(per_minute=48, burst=16))
_SMS = Terms()
_SMS_LOOKS = (5.0, 15.0, 60.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Everything that runs."""

    settings: Settings
    database: Database
    workspace: Workspace
    web: Starlette
    bolt: AsyncApp
    intake: Intake
    courier: Courier
    schedule: schedule.Schedule


@asynccontextmanager
async def open_bridge(
    settings: Settings, clock: Clock | None = None, *, post_seconds: float = _POST_SECONDS
) -> AsyncIterator[Bridge]:
    """Build the bridge and run its workers until the block ends, when what is in flight is finished.

    `post_seconds` is the least time between two posts in one channel.

    Raises StartError with one sentence when something that it needs is not there.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
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
        await start.connect_inboxes(database, workspace, _channels(settings), clock)
        hold = timedelta(seconds=settings.reply_hold_seconds)
        directory = Directory(_patient(slack), database, workspace)
        intake = Intake(database, clock, {**USE_CASES, **replies.use_cases(hold, directory)})
        board = Board(slack, database, clock, settings.managers)
        gateway = Gateway(twilio, database, settings.public_url)
        courier = Courier(database, clock, _effects(board, gateway, post_seconds))
        database.on_commit.append(courier.wake)
        bolt = _bolt(slack, settings, Context(database, clock, intake, directory, workspace))
        webhooks = Webhooks(settings.twilio_auth_token, settings.public_url, intake)
        bridge = Bridge(
            settings=settings,
            database=database,
            workspace=workspace,
            web=web.routes(bolt, settings.slack_signing_secret, webhooks.routes, lambda: _is_ready(database, courier)),
            bolt=bolt,
            intake=intake,
            courier=courier,
            schedule=schedule.Schedule(
                schedule.Jobs(
                    database=database,
                    clock=clock,
                    intake=intake,
                    directory=directory,
                    backlog_check_seconds=settings.backlog_check_seconds,
                )
            ),
        )
        if settings.slack_app_token:
            await start.check_app_token(slack, settings.slack_app_token)
        await _sync(directory)
        intake.wake()
        await _run(bridge, stack)
        yield bridge


def _patient(slack: AsyncWebClient) -> AsyncWebClient:
    """A client for reading long lists, which waits as long as Slack asks it to; nothing is ever posted with it."""
    return AsyncWebClient(
        slack.token,
        base_url=slack.base_url,
        session=slack.session,
        retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=10)],
    )


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


def _effects(board: Board, gateway: Gateway, post_seconds: float) -> dict[str, Effect]:
    """How each kind of delivery is sent, looked up and written down."""
    posts = Terms(method="chat.postMessage", limit=_POSTS, pace_seconds=post_seconds)

    def post(send: Sender, terms: Terms, settle: Settle = board.nothing_more) -> Effect:
        return Effect(terms=terms, send=send, look=board.look, settle=settle, take_back=board.take_back, absent_looks=2)

    def draw(send: Sender, terms: Terms, settle: Settle = board.nothing_more) -> Effect:
        return Effect(terms=terms, send=send, look=board.look_again, settle=settle)

    return {
        Kind.CARD: post(board.post_card, posts, board.card_posted),
        Kind.TEXT: post(board.post_texts, replace(posts, merges=True)),
        Kind.LINE: post(board.post_line, posts),
        Kind.ALERT: post(board.post_alert, posts),
        Kind.REDRAW: replace(draw(board.redraw, _UPDATES, board.drawn), take_back=board.draw_again),
        Kind.MARK: draw(board.mark, _REACTIONS),
        Kind.WHISPER: draw(board.whisper, _WHISPERS),
        Kind.DELETION: draw(board.delete, _DELETIONS),
        Kind.REPLY: Effect(
            terms=_SMS,
            send=gateway.send,
            look=gateway.look,
            settle=receipts.settle,
            take_back=receipts.tell_extra,
            look_after=_SMS_LOOKS,
            gives_up=True,
        ),
    }


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


async def _sync(directory: Directory) -> None:
    """Read the directory; when Slack is away the stored one will do until tonight."""
    try:
        await directory.sync()
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        log.warning("directory not read", error=type(error).__name__)


async def _run(bridge: Bridge, stack: AsyncExitStack) -> None:
    """Start the workers; when the stack unwinds, what is in flight is finished before anything is closed."""
    courier = asyncio.create_task(bridge.courier.run())

    async def stop() -> None:
        bridge.courier.stop()
        await bridge.schedule.stop()
        await bridge.intake.finish()
        await courier

    bridge.schedule.start()
    stack.push_async_callback(stop)
    if bridge.settings.slack_app_token:
        socket_mode = AsyncSocketModeHandler(bridge.bolt, bridge.settings.slack_app_token)
        stack.push_async_callback(socket_mode.close_async)
        connecting = asyncio.create_task(_connect(socket_mode))
        stack.callback(connecting.cancel)


async def _connect(socket_mode: AsyncSocketModeHandler) -> None:
    """Connect Socket Mode, trying until Slack can be reached; meanwhile texts are taken in."""
    await socket_mode.connect_async()  # type: ignore[no-untyped-call]


async def _is_ready(database: Database, courier: Courier) -> bool:
    try:
        async with asyncio.timeout(_READY_SECONDS), database.read() as session:
            await database_now(session)
    except (DatabaseError, OSError, TimeoutError):
        return False
    return courier.is_alive


async def serve(settings: Settings) -> None:
    """Run the bridge until SIGTERM or Ctrl-C: stop accepting, finish what is in flight, exit."""
    stop = web.interruption()
    with start.bind(settings) as bound:
        async with open_bridge(settings) as bridge, web.serving(bridge.web, bound):
            await start.tell_admin(settings, bridge.database, bridge.workspace)
            await stop.wait()


async def migrate_only(settings: Settings) -> None:
    """Bring the database up to date; raises StartError when it cannot be reached."""
    database = await start.open_database(settings)
    await database.close()
