"""What managers set for an inbox: `/sms settings`, `/sms alerts`, and the same from Home."""

from slack_bolt.async_app import AsyncApp

from bot import markup
from bot.blocks import actions, menu
from bot.blocks import inbox_settings as blocks
from bot.handlers.asked import Asked
from bot.handlers.form import Form
from bot.handlers.press import Press
from bot.handlers.sought import Sought
from desk import inbox_settings
from desk.team_values import InboxSettings

_CLAIMS = {blocks.AS_MODEL: None, blocks.YES: True, blocks.NO: False}
_TYPED = ("week", "dates", "timezone")


async def ask_settings(asked: Asked) -> None:
    """`/sms settings`: who gives out what, and when somebody is there."""
    await asked.open(blocks.ways(await _of_channel(asked)))


async def ask_alerts(asked: Asked) -> None:
    """`/sms alerts`: when managers are told of what."""
    await asked.open(blocks.alerts(await _of_channel(asked)))


async def _of_channel(asked: Asked) -> InboxSettings:
    async with asked.desk.database.read() as session:
        return await inbox_settings.read_of_channel(session, asked.actor, asked.channel_id)


async def open_settings(press: Press) -> None:
    """The same for the inbox of a button."""
    await press.open(blocks.ways(await _of_press(press)))


async def open_alerts(press: Press) -> None:
    """The same for the inbox of a button."""
    await press.open(blocks.alerts(await _of_press(press)))


async def _of_press(press: Press) -> InboxSettings:
    async with press.desk.database.read() as session:
        return await inbox_settings.read(session, press.actor, int(press.value))


async def save_settings(form: Form) -> None:
    """Keep what was filled in."""
    async with form.desk.database.write() as session:
        await inbox_settings.keep_ways(
            session,
            form.actor,
            int(form.metadata),
            model=form.text("model"),
            claim_on_reply=_CLAIMS[form.text("claim_on_reply")],
            numbers={name: form.text(name) for name in blocks.WAYS_NUMBERS},
            typed={name: form.text(name) for name in _TYPED}
            | {"away_message": markup.typed(form.text("away_message"))},
        )


async def save_alerts(form: Form) -> None:
    """Keep what was filled in."""
    async with form.desk.database.write() as session:
        await inbox_settings.keep_alerts(
            session,
            form.actor,
            int(form.metadata),
            numbers={name: form.text(name) for name in blocks.ALERT_NUMBERS},
            triage=form.text("triage"),
            escalate_to=form.text("escalate_to") or None,
        )


async def list_targets(sought: Sought) -> None:
    """Whom an alert may be escalated to, as somebody types."""
    inbox_id = int(sought.metadata)
    async with sought.desk.database.read() as session:
        targets = await inbox_settings.list_escalation_targets(session, sought.actor, inbox_id, matching=sought.typed)
    await sought.offer(menu.options(targets))


def register(app: AsyncApp) -> None:
    """Attach the buttons, the modals and their menu."""
    app.action(actions.INBOX_SETTINGS)(open_settings)
    app.action(actions.ALERT_SETTINGS)(open_alerts)
    app.options(actions.ESCALATE_TO)(list_targets)
    app.view(actions.INBOX_MODAL)(save_settings)
    app.view(actions.ALERT_MODAL)(save_alerts)
