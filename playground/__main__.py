"""`python -m playground --port 8090 --app http://127.0.0.1:8080`: the seeded playground, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys

from playground import Playground, seed


async def run(host: str, port: int, app: str, manifest: str | None) -> None:
    """Serve until cancelled."""
    play = Playground(host=host, port=port)
    seed(play)
    if manifest:
        play.load_manifest(manifest)
    await play.start()
    play.connect(app)
    settings = play.settings
    lines = [
        f"The playground is at {play.url}/ and the app at {app}. Start the app with:",
        f"  SLACK_API_URL={play.slack_api_url}",
        f"  SLACK_BOT_TOKEN={settings.bot_token}",
        f"  SLACK_SIGNING_SECRET={settings.signing_secret}",
        f"  TWILIO_API_URL={play.twilio_api_url}",
        f"  TWILIO_ACCOUNT_SID={settings.account_sid}",
        f"  TWILIO_AUTH_TOKEN={settings.auth_token}",
        f"  PUBLIC_URL={app}",
        f"  INBOXES={next(iter(play.world.numbers))}={next(iter(play.world.channels))}",
        f"For Socket Mode also SLACK_APP_TOKEN={settings.app_token}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await play.stop()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="playground", description="A local Slack and a local Twilio.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--app", default="http://127.0.0.1:8080", help="where the app listens")
    parser.add_argument("--manifest", help="the app's manifest.yml, for its commands and events")
    given = parser.parse_args()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(run(given.host, given.port, given.app, given.manifest))
    except OSError as error:
        sys.exit(f"The playground cannot listen on {given.host}:{given.port}: {error.strerror}. Choose another --port.")


if __name__ == "__main__":
    main()
