"""What people do in Slack, a file each. A handler translates, makes one call into the desk, and stops."""

import re

from slack_bolt.async_app import AsyncApp

from bot.handlers import (
    assignment,
    commands,
    directory,
    find,
    handoff,
    lifecycle,
    more,
    new,
    replies,
    saved_replies,
    shortcuts,
    snooze,
)
from bot.handlers.attach import attach
from bot.handlers.context import Context

MODULES = (
    commands,
    assignment,
    lifecycle,
    replies,
    directory,
    more,
    snooze,
    shortcuts,
    new,
    find,
    saved_replies,
    handoff,
)

_ANYTHING = re.compile(".*", re.DOTALL)


def register(app: AsyncApp, context: Context) -> None:
    """Attach every handler, and last those that only acknowledge: Slack takes anything but 2xx for a failure."""
    attach(app, context)
    for module in MODULES:
        module.register(app)
    for listen in (app.event, app.action, app.command, app.shortcut, app.options, app.view, app.function):
        listen(_ANYTHING)(_acknowledge)
    app.view_closed(_ANYTHING)(_acknowledge)


async def _acknowledge() -> None:
    """The middleware has acknowledged already."""
