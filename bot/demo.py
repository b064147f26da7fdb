"""`threadline demo`: the bridge on SQLite between a local Slack and a local Twilio. No account, no network."""

import socket
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bot import web
from bot.app import Bridge, open_bridge
from bot.settings import Settings, StartError
from bot.tour import DANA, ELIO, FARAH, Tour
from desk import typed_hours
from playground import Playground, seed
from playground.seed import CHANNEL, MANAGER, NUMBER
from storage import inboxes

MANIFEST = Path(__file__).parent.parent / "manifest.yml"
HOLD_SECONDS = 1
NAMES = {DANA: "Dana", ELIO: "Elio", FARAH: "Farah"}


async def demo(*, tour_only: bool, port: int) -> int:
    """Start everything and walk the tour; then serve the page until Ctrl-C. The exit code: 1 if a step failed.

    Raises StartError when the port is taken.
    """
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="threadline-demo-"))
        play = Playground(port=0 if tour_only else port)
        seed(play)
        for number, name in NAMES.items():
            play.name_phone(number, name)
        play.load_manifest(MANIFEST)
        try:
            await play.start()
        except OSError:
            raise StartError(f"Port {port} is taken: stop what listens there, or choose one with --port.") from None
        stack.push_async_callback(play.stop)
        bound = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        app_url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        bridge = await stack.enter_async_context(open_bridge(_settings(play, app_url, Path(folder) / "demo.db")))
        await _never_close(bridge)
        await stack.enter_async_context(web.serving(bridge.web, bound))
        play.connect(app_url)
        print(f"Threadline's demo: the bridge at {app_url}, a local Slack and Twilio at {play.url}")
        happened = await Tour(play, app_url).walk()
        print("\nAll of it happened." if happened else "\nNot all of it happened: see ✗ above.")
        if not tour_only:
            print(f"\nNow you: open {play.url} in a browser. Ctrl-C ends the demo and forgets everything.", flush=True)
            await web.interruption().wait()
        play.connect(None)
    return 0 if happened else 1


async def _never_close(bridge: Bridge) -> None:
    """Whoever tries it at night is to see what is told only while somebody is there."""
    async with bridge.database.write() as session:
        for inbox in await inboxes.list_(session, bridge.workspace.id):
            inbox.hours = typed_hours.parse("daily 00:00-24:00")


def _settings(play: Playground, app_url: str, file: Path) -> Settings:
    """Settings of the demo's own: nothing of a real workspace or account is read."""
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        slack_bot_token=play.settings.bot_token,
        slack_signing_secret=play.settings.signing_secret,
        slack_app_token=None,
        slack_api_url=play.slack_api_url,
        twilio_account_sid=play.settings.account_sid,
        twilio_auth_token=play.settings.auth_token,
        twilio_api_url=play.twilio_api_url,
        public_url=app_url,
        database_url=f"sqlite:///{file}",
        inboxes={NUMBER: CHANNEL},
        managers=(MANAGER,),
        reply_hold_seconds=HOLD_SECONDS,
        backlog_check_seconds=1,
    )
