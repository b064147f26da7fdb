"""What has to be there before the bridge can run; what is not is a StartError, one sentence that says what to do."""

import gc
import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import Settings, StartError
from desk.clock import Clock
from desk.errors import NoInbox
from storage import inboxes, raw_requests, workspaces
from storage.backups import NotAFile, file_of
from storage.database import Database, DatabaseError, InUse, connect, held_alone
from storage.migrations import migrate
from storage.models import Workspace

log = structlog.get_logger(__name__)

BAD_ADDRESS = "DATABASE_URL is not right: it must begin with sqlite:/// or postgresql://, with user, host and name."
_UNREACHABLE = (
    "The database could not be reached or written: check DATABASE_URL, and that its server runs or its folder exists "
    "and may be written to."
)
NOTHING_TO_READ = (
    "There is no inbox in this database, so nothing can be read back: check DATABASE_URL, and that threadline serve "
    "has run on it."
)


@contextmanager
def holding_alone(settings: Settings) -> Iterator[None]:
    """Keep a second `serve` away from a SQLite file, whose one writer both would be."""
    with ExitStack() as stack:
        try:
            stack.enter_context(held_alone(settings.database_url))
        except InUse:
            raise StartError(
                "Another threadline serve works on this SQLite file already: stop it first. For several at once set "
                "DATABASE_URL to a PostgreSQL server."
            ) from None
        except OSError:
            raise StartError(_UNREACHABLE) from None
        except Exception:  # noqa: BLE001 - SQLAlchemy raises several kinds for a bad address
            raise StartError(BAD_ADDRESS) from None
        yield


def require_database(settings: Settings) -> None:
    """Leave it to `serve` to make a SQLite file: to read back into a new one would say that nothing was missed."""
    try:
        is_there = file_of(settings.database_url).exists()
    except NotAFile:
        return
    except Exception:  # noqa: BLE001 - SQLAlchemy raises several kinds for a bad address
        raise StartError(BAD_ADDRESS) from None
    if not is_there:
        raise StartError(NOTHING_TO_READ)


async def open_database(settings: Settings) -> Database:
    """The database, brought up to date; a migration may take its time, everything after it may not."""
    try:
        patient = connect(settings.database_url, command_seconds=None)
        database = connect(settings.database_url)
    except Exception:  # noqa: BLE001 - SQLAlchemy raises several kinds for a bad address
        raise StartError(BAD_ADDRESS) from None
    try:
        await migrate(patient)
    except (DatabaseError, OSError, TimeoutError):
        raise StartError(_UNREACHABLE) from None
    finally:
        await patient.close()
    return database


async def know_workspace(slack: AsyncWebClient, database: Database, clock: Clock) -> Workspace:
    """The workspace that the token belongs to; what is stored of it will do while Slack cannot be reached."""
    try:
        told = await slack.auth_test()
    except SlackApiError as error:
        reason = error.response.get("error")
        raise StartError(
            f"Slack refused SLACK_BOT_TOKEN ({reason}): copy the bot token (xoxb-…) from the app's OAuth page."
        ) from None
    except (aiohttp.ClientError, TimeoutError, ValueError):
        async with database.read() as session:
            known = await workspaces.find_only(session)
        if known is None:
            raise StartError(
                "Slack could not be reached: check the network, and SLACK_API_URL if you set it."
            ) from None
        log.warning("slack not reachable at start", workspace=known.id)
        return known
    async with database.write() as session:
        return await workspaces.ensure(
            session,
            team_id=told["team_id"],
            name=told["team"],
            url=told["url"],
            bot_user_id=told["user_id"],
            now=clock.now(),
        )


async def check_app_token(slack: AsyncWebClient, app_token: str) -> None:
    """Ask Slack whether Socket Mode will work; the library would try a refused token for ever."""
    try:
        await slack.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        reason = error.response.get("error")
        raise StartError(
            f"Slack refused SLACK_APP_TOKEN ({reason}): make an app-level token (xapp-…) with connections:write."
        ) from None
    except (aiohttp.ClientError, TimeoutError):
        log.warning("slack not reachable at start")


async def connect_inboxes(
    database: Database, workspace: Workspace, channels: dict[str, tuple[str, str]], clock: Clock
) -> None:
    """Create the inboxes that are not there yet: by number, what it is called and its channel's id."""
    async with database.write() as session:
        for number, (label, channel_id) in channels.items():
            await inboxes.ensure(
                session,
                workspace_id=workspace.id,
                number=number,
                label=label,
                channel_id=channel_id,
                now=clock.now(),
            )
        await raw_requests.hurry(session, NoInbox.__name__)


def bind(settings: Settings) -> socket.socket:
    """The socket that is listened on."""
    try:
        return socket.create_server((settings.host, settings.port), backlog=1024)
    except OSError:
        raise StartError(
            f"{settings.host}:{settings.port} cannot be listened on: another program has the port. "
            "Stop it, or set HOST and PORT."
        ) from None


async def tell_admin(settings: Settings, database: Database, workspace: Workspace) -> None:
    """Print what an admin has to know at start, in sentences."""
    webhook = f"{settings.public_url}/twilio/inbound#rc=5&rp=all"
    print(
        f"Threadline listens on {settings.host}:{settings.port}. Twilio's webhook and fallback URL: {webhook}",
        flush=True,
    )
    if not settings.managers:
        print(
            "No manager is known, so a backlog alert mentions nobody, and what is stuck is told in the inbox's "
            "channel: set MANAGERS to Slack user ids.",
            flush=True,
        )
    async with database.read() as session:
        connected = await inboxes.list_(session, workspace.id)
    if not connected:
        print("No inbox is set, so texts are kept and shown nowhere: set INBOXES to +15550100000=C0123,…", flush=True)
    for inbox in connected:
        wanted = settings.inboxes.get(inbox.number, inbox.channel_id)
        if wanted != inbox.channel_id:
            print(
                f"{inbox.label} stays in the channel {inbox.channel_id}: INBOXES only connects new numbers.", flush=True
            )


def tell_absence(channel_ids: Iterable[str]) -> None:
    """Print in which channels of inboxes the bot is not, once the directory has been read."""
    for channel_id in channel_ids:
        print(f"The bot is not in the channel {channel_id}, so its texts wait: /invite it there.", flush=True)


def settle_memory() -> None:
    """Spare the garbage collector what stays until the end: to look through it took 50 to 120 ms each time."""
    gc.collect()
    gc.freeze()
