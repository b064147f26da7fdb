"""`threadline …`, the same as `python -m bot …`."""

import asyncio
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import logs
from bot.settings import StartError, load

_INTERRUPTED = 130  # what a shell says of a program that Ctrl-C ended before its work was done

cli = typer.Typer(
    help="Threadline: text messages from customers as Slack threads with an owner.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@cli.command()
def serve() -> None:
    """Run the bridge. It brings the database up to date first."""
    from bot.app import serve as run  # noqa: PLC0415 - the libraries take a second that --help need not wait for

    logs.configure()
    _run(run(load()))


@cli.command()
def migrate() -> None:
    """Bring the database up to date and stop."""
    from bot.app import migrate_only  # noqa: PLC0415

    logs.configure()
    _run(migrate_only(load()))
    print("The database is up to date.")


@cli.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The copy, which must not exist yet.")],
) -> None:
    """Copy the SQLite database to a file, also beside a bridge that runs."""
    from bot.backup import backup as run  # noqa: PLC0415

    print(run(load(), file))


@cli.command()
def sync(
    *,
    since: Annotated[str, typer.Option(help="From when on: 30m, 2h, 3d, 2026-11-22 or 2026-11-22T08:00.")],
) -> None:
    """Read back from Twilio and Slack what was missed, also beside a bridge that runs."""
    from bot.app import sync as run  # noqa: PLC0415
    from bot.syncing import Watch, parse_since  # noqa: PLC0415

    settings = load()
    begin = parse_since(since, datetime.now(UTC))
    logs.configure(stream=False)
    watch = Watch()
    with watch.shown():
        missed = _run(run(settings, begin, watch), interrupted=_INTERRUPTED)
    print(missed.words(begin))
    if missed.unread:
        raise typer.Exit(1)


@cli.command()
def demo(
    *,
    tour: Annotated[bool, typer.Option("--tour", help="Run the tour, then exit: 0, or 1 if a step failed.")] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where the page is served on this machine; 0 for any free port.")
    ] = 8090,
) -> None:
    """Try it without any account: a local Slack and a local Twilio, and a page to use them on."""
    from bot.demo import demo as run  # noqa: PLC0415

    logs.configure(stream=False)
    raise typer.Exit(_run(run(tour_only=tour, port=port)))


def _run(work: Coroutine[Any, Any, Any], *, interrupted: int = 0) -> Any:
    """What comes of it; Ctrl-C ends with this exit code."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise SystemExit(interrupted) from None


def main() -> None:
    """Run a command; what keeps it from starting is one sentence and exit code 2."""
    try:
        cli()
    except StartError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
