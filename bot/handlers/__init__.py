"""What people do in Slack, a file each. A handler translates, makes one call into the desk, and stops."""

import re

from slack_bolt.async_app import AsyncApp

from bot.handlers import (
    alerts,
    assignment,
    commands,
    directory,
    distribution,
    find,
    handoff,
    history,
    home,
    inbox_settings,
    lifecycle,
    more,
    new,
    people_settings,
    presence,
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
    more,
    snooze,
    new,
    find,
    saved_replies,
    shortcuts,
    home,
    presence,
    handoff,
    distribution,
    history,
    people_settings,
    inbox_settings,
    alerts,
    directory,
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
