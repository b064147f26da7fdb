"""The sender of what is said about backlogs: one alert for each, drawn anew as things change, and replies below it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks import alerts as blocks
from bot.blocks.post import Post
from bot.calling import call
from bot.looking import ROOT_GONE
from bot.managers import Managers
from desk import alerts
from desk.alerts import Step
from desk.clock import Clock
from desk.delivery import Done, Outcome, Refused, Retry, Settled, Withdrawn
from desk.values import Backlog
from storage.claims import Claimed
from storage.database import Database, Session

_SOON = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting:
    """Sends to one workspace. `send` posts as the board does."""

    client: AsyncWebClient
    database: Database
    clock: Clock
    managers: Managers
    send: Callable[..., Awaitable[Outcome]]

    async def post(self, claimed: Claimed) -> Outcome:
        """Post an alert, or something below it; nothing of a backlog that is over by now."""
        delivery = claimed.delivery
        async with self.database.read() as session:
            if not await alerts.is_wanted(session, delivery, now=self.clock.now()):
                return Withdrawn()
            channel_id, below = await alerts.where(session, delivery)
            post = await self._draw(session, claimed)
        is_gone = alerts.is_lost(delivery, below)
        if not is_gone:
            outcome: Outcome = await self.send(claimed, channel_id, post, below=below)
            is_gone = below is not None and isinstance(outcome, Retry) and outcome.reason in ROOT_GONE
        if not is_gone:
            return outcome
        async with self.database.write() as session:
            await alerts.post_anew(session, delivery, channel_id, below)
        return Retry(seconds=_SOON, reason="the alert is gone")

    async def _draw(self, session: Session, claimed: Claimed) -> Post:
        told, workspace_id, now = claimed.delivery.payload, claimed.delivery.workspace_id, self.clock.now()
        mentions = await self.managers.mentions(session)
        oldest = told["oldest_since"]
        backlog = Backlog(
            inbox_id=told["inbox_id"],
            inbox=told["inbox"],
            count=told["count"],
            oldest_since=datetime.fromisoformat(oldest) if oldest else None,
        )
        if told.get("is_root", told["step"] == Step.PING):
            return blocks.alert(await alerts.read(session, workspace_id, backlog.inbox_id, now=now), mentions)
        match Step(told["step"]):
            case Step.CLEAR:
                return blocks.over(backlog)
            case Step.TRIAGE:
                return blocks.triage(backlog, mentions, now)
            case Step.ESCALATE:
                url = await alerts.find_url(session, claimed.delivery) if told["channel_id"] else None
                to = [told["to"]] if told["to"] else mentions  # whoever has left is told nothing there
                return blocks.escalated(backlog, now, to=to, minutes=told["minutes"], url=url)
            case _:
                return blocks.again(backlog, mentions, now, before=told["before"])

    async def redraw(self, claimed: Claimed) -> Outcome:
        """Draw an alert as things stand, or as one that is over."""
        told, workspace_id = claimed.delivery.payload, claimed.delivery.workspace_id
        async with self.database.read() as session:
            shown = await alerts.read(session, workspace_id, told["inbox_id"], now=self.clock.now())
            if told["left"] is None:
                mentions = await self.managers.mentions(session)
                post = blocks.alert(shown, mentions, revision=claimed.delivery.revision + 1)
            else:
                post = blocks.over(shown.backlog, left=told["left"])
        outcome = await call(
            claimed,
            lambda: self.client.chat_update(
                channel=told["channel_id"], ts=told["ts"], text=post.text, blocks=list(post.blocks)
            ),
        )
        if isinstance(outcome, Refused) and outcome.reason in ROOT_GONE:
            async with self.database.write() as session:
                await alerts.forget_post(session, workspace_id, told["channel_id"], told["ts"])
            return Done()
        return outcome

    async def posted(self, session: Session, claimed: Claimed, outcome: Settled, now: datetime) -> None:
        """Write down where an alert stands."""
        if isinstance(outcome, Done):
            await alerts.posted(session, claimed.delivery, outcome.result_id or "", now=now)

    async def draw_again(self, session: Session, claimed: Claimed, outcome: Done, now: datetime) -> None:
        """Draw once more: a drawing that came too late may have covered a newer one."""
        del outcome
        await alerts.draw_again(session, claimed.delivery, now=now)
