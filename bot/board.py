"""The sender of Slack effects: draws what is stored. Posts, cards, marks, alerts and private lines.

Every post carries our id in its metadata, so that one whose answer was lost is found again and adopted.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import calling
from bot.alerting import Alerting
from bot.blocks import card, lines, notices, texts, whispers
from bot.blocks import home as home_blocks
from bot.blocks.post import Post
from bot.blocks.queue import PAGE_SIZE
from bot.calling import CHANNEL_AWAY, TOKEN_REFUSED, call, patience
from bot.looking import ROOT_GONE, Looking, Roots
from bot.managers import Managers
from bot.metadata import EVENT_TYPE
from desk import cards, composed, home, lifecycle, outbox, poison
from desk.clock import Clock
from desk.delivery import Absent, CannotTell, Done, Outcome, Refused, Retry, Settled, Sight, Withdrawn
from desk.errors import NotYet
from desk.health import UNAUTHORIZED
from desk.values import Attempt, Card, Text
from storage import conversations, messages, people, raw_requests
from storage.claims import Claimed
from storage.database import Database, Session
from storage.models import Thread
from storage.states import MessageStatus

log = structlog.get_logger(__name__)

MARKS = {
    "waiting": "hourglass_flowing_sand",
    "delivered": "white_check_mark",
    "failed": "exclamation",
    "note": "lock",
    "recovered": "arrows_counterclockwise",
}

_CONTENT = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text")
_ADMINS = (  # what an admin can put right, so that no text is dropped
    "missing_scope",
    "access_denied",
    "message_limit_exceeded",
    "team_access_not_granted",
    "ekm_access_denied",
    "no_permission",
    "org_login_required",
    "not_allowed_token_type",
)
_NOBODY = ("user_not_found", "user_disabled", "cannot_dm_bot", "messages_tab_disabled")
_CARD_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Board:
    """Sends to one workspace."""

    client: AsyncWebClient
    database: Database
    clock: Clock
    managers: Managers
    roots: Roots = field(default_factory=Roots)

    async def post_card(self, claimed: Claimed) -> Outcome:
        """Post the root of a conversation's thread."""
        async with self.database.read() as session:
            thread = await conversations.get_thread(
                session, claimed.delivery.workspace_id, claimed.delivery.payload["thread_id"]
            )
            drawn = await cards.read(session, thread)
        instead = claimed.delivery.payload.get("instead")
        if instead is not None:
            return await self._post(claimed, thread.channel_id, lines.line(poison.NOT_SHOWN, **instead))
        return await self._post(claimed, thread.channel_id, card.card(drawn), revision=drawn.revision)

    async def post_texts(self, claimed: Claimed) -> Outcome:
        """Post inbound texts in their thread, as one message."""
        ids = [row.message_id for row in claimed.texts if row.message_id is not None]
        async with self.database.read() as session:
            inbound, contact, current = await messages.load_to_post(session, claimed.delivery.workspace_id, ids)
        thread = _posted(current)
        items = [Text(body=one.body, pictures=one.pictures, recovered=one.recovered) for one in inbound]
        mention = next((row.payload["mention"] for row in claimed.texts if row.payload["mention"]), None)
        broadcast = any(row.payload["broadcast"] for row in claimed.texts)
        post = texts.texts(items, contact.known_as, mention)
        return await self._post(claimed, thread.channel_id, post, thread=thread, broadcast=broadcast)

    async def post_line(self, claimed: Claimed) -> Outcome:
        """Post a line that says what happened, or that shows a text which was not written in the thread."""
        payload = dict(claimed.delivery.payload)
        async with self.database.read() as session:
            thread = await self._thread(session, claimed)
            message = await composed.find(session, claimed.delivery)
        if message is not None:
            if composed.is_too_late(message, now=self.clock.now()):
                return Withdrawn()
            payload |= {"author": message.author_id, "body": message.body}
        post, broadcast = lines.line(**payload), bool(payload.get("broadcast"))
        return await self._post(claimed, thread.channel_id, post, thread=thread, broadcast=broadcast)

    @property
    def alerting(self) -> Alerting:
        """The sender of what is said about backlogs."""
        return Alerting(
            client=self.client,
            database=self.database,
            clock=self.clock,
            managers=self.managers,
            send=self._post,
        )

    async def post_notice(self, claimed: Claimed) -> Outcome:
        """Tell one person, or a channel, outside of any thread; Slack opens the direct message by itself."""
        to = claimed.delivery.payload["to"]
        outcome = await self._post(claimed, to, notices.notice(**claimed.delivery.payload))
        if to.startswith(people.IDS) and isinstance(outcome, Retry) and outcome.reason in (*_NOBODY, *CHANNEL_AWAY):
            return Refused(reason=outcome.reason)  # who left is not told, and keeps nobody waiting
        return outcome

    async def is_refused(self) -> bool | None:
        """Whether Slack refuses our token; None while it does not answer."""
        try:
            await self.client.auth_test()
        except SlackApiError as error:
            return True if error.response.get("error") in TOKEN_REFUSED else None
        except (TimeoutError, aiohttp.ClientError):
            return None
        return False

    async def redraw(self, claimed: Claimed) -> Outcome:
        """Draw the cards of a conversation as things stand: the current one, and the one before, which links to it."""
        async with self.database.read() as session:
            threads = (await conversations.list_threads(session, claimed.delivery.conversation_id or 0))[-2:]
            cards_now = [(thread, await cards.read(session, thread)) for thread in threads]
        stale = [(thread, drawn) for thread, drawn in cards_now if thread.root_ts and thread.revision < drawn.revision]
        outcome: Outcome = Done(drawn=max((drawn.revision for _, drawn in cards_now), default=0))
        for thread, drawn in stale:
            updated = await self._update(claimed, thread, drawn)
            if not isinstance(updated, Done) and thread.is_current:
                outcome = updated
        return outcome

    async def _update(self, claimed: Claimed, thread: Thread, drawn: Card) -> Outcome:
        post = card.card(drawn)
        return await call(
            claimed,
            lambda: self.client.chat_update(
                channel=thread.channel_id, ts=thread.root_ts or "", text=post.text, blocks=list(post.blocks)
            ),
        )

    async def draw_home(self, claimed: Claimed) -> Outcome:
        """Draw the App Home of somebody who has opened it."""
        user_id = claimed.delivery.payload["user_id"]
        async with self.database.read() as session:
            page = await home.read(
                session, claimed.delivery.workspace_id, user_id, size=PAGE_SIZE, now=self.clock.now()
            )
        view = home_blocks.home(page)
        outcome = await call(claimed, lambda: self.client.views_publish(user_id=user_id, view=view))
        return Done() if isinstance(outcome, Refused) and outcome.reason in _NOBODY else outcome

    async def mark(self, claimed: Claimed) -> Outcome:
        """Add a mark to the rep's own message; the one that a text has not left only while that is so."""
        name = claimed.delivery.payload["mark"]
        async with self.database.read() as session:
            message = await messages.get(session, claimed.delivery.workspace_id, claimed.delivery.message_id or 0)
        if name == "waiting" and (message.left_at is not None or message.status != MessageStatus.HELD):
            return Done()
        outcome = await call(
            claimed,
            lambda: self.client.reactions_add(
                channel=message.channel_id or "", timestamp=message.ts or "", name=MARKS[name]
            ),
        )
        return Done() if isinstance(outcome, Refused) else outcome

    async def whisper(self, claimed: Claimed) -> Outcome:
        """Tell one person something in the thread; rather twice than not at all."""
        payload = dict(claimed.delivery.payload)
        what, reader = payload["what"], payload.pop("reader")
        async with self.database.read() as session:
            thread = await self._thread(session, claimed)
        if what == "note_kept":
            post = whispers.note_kept(Attempt(payload["channel_id"], payload["ts"], payload["attempt"]))
        else:
            post = lines.line(author=reader, **payload)
        outcome = await call(
            claimed,
            lambda: self.client.chat_postEphemeral(
                channel=thread.channel_id,
                user=reader,
                thread_ts=thread.root_ts,
                text=post.text,
                blocks=list(post.blocks),
            ),
        )
        return Done() if isinstance(outcome, Refused) else outcome

    async def delete(self, claimed: Claimed) -> Outcome:
        """Delete a post of ours that stands there twice."""
        payload = claimed.delivery.payload
        outcome = await call(claimed, lambda: self.client.chat_delete(channel=payload["channel_id"], ts=payload["ts"]))
        is_gone = isinstance(outcome, Refused) and outcome.reason == "message_not_found"
        return Done() if is_gone else outcome

    async def _thread(self, session: Session, claimed: Claimed) -> Thread:
        return _posted(await conversations.current_thread(session, claimed.delivery.conversation_id or 0))

    async def _post(
        self,
        claimed: Claimed,
        channel_id: str,
        post: Post,
        *,
        thread: Thread | None = None,
        below: str | None = None,
        broadcast: bool = False,
        revision: int = 0,
    ) -> Outcome:
        message: dict[str, Any] = {
            "channel": channel_id,
            "text": post.text,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"deliveries": _ids(claimed)}},
        }
        if thread is not None:
            message["thread_ts"] = thread.root_ts
            message["reply_broadcast"] = broadcast
        elif below is not None:
            message["thread_ts"] = below
        outcome = await call(claimed, lambda: self.client.chat_postMessage(**message, blocks=list(post.blocks)))
        if isinstance(outcome, Refused) and outcome.reason in _CONTENT:
            log.error("blocks refused", delivery=str(claimed.delivery.id), kind=claimed.delivery.kind)
            outcome = await call(claimed, lambda: self.client.chat_postMessage(**message))
        if isinstance(outcome, Refused) and outcome.reason in ROOT_GONE and thread is not None:
            async with self.database.write() as session:
                await lifecycle.replace_card(
                    session, thread.workspace_id, thread.channel_id, thread.root_ts or "", now=self.clock.now()
                )
            return Retry(seconds=_CARD_SECONDS, reason="the thread's root is gone")
        if isinstance(outcome, Refused) and outcome.reason not in _CONTENT:
            log.error("not posted", delivery=str(claimed.delivery.id), reason=outcome.reason)
            if outcome.reason in _ADMINS or outcome.reason.startswith("restricted_action"):
                return Retry(seconds=calling.AWAY_SECONDS, reason=outcome.reason)
            return Retry(seconds=calling.RETRY_SECONDS, reason=outcome.reason, is_own=True)
        return Done(outcome.result_id, drawn=revision) if isinstance(outcome, Done) else outcome

    async def look(self, claimed: Claimed) -> Sight:
        """Look for our id among what was posted since the attempt began, wherever it may have been posted."""
        try:
            return await Looking(self.client, self.database, self.roots, claimed.delivery).look()
        except (TimeoutError, aiohttp.ClientError) as error:
            return CannotTell(type(error).__name__)
        except SlackApiError as error:
            reason = str(error.response.get("error"))
            return CannotTell(UNAUTHORIZED if reason in TOKEN_REFUSED else reason, patience(error))

    async def look_again(self, claimed: Claimed) -> Sight:
        """A drawing is simply done again."""
        del claimed
        return Absent()

    async def card_posted(self, session: Session, claimed: Claimed, outcome: Settled, now: datetime) -> None:
        """Write down where the thread is, and catch up with what happened while its card was posted."""
        thread = await conversations.get_thread(
            session, claimed.delivery.workspace_id, claimed.delivery.payload["thread_id"]
        )
        if isinstance(outcome, Done):
            thread.root_ts, thread.revision = outcome.result_id, outcome.drawn
            conversation = await conversations.lock(session, thread.workspace_id, thread.conversation_id)
            has_earlier = len(await conversations.list_threads(session, conversation.id)) > 1  # which is to link here
            if has_earlier or conversation.revision > outcome.drawn:
                await outbox.redraw(session, conversation, now=now)
            root_ts = outcome.result_id or ""
            change = await messages.find_change(session, thread.workspace_id, thread.channel_id, root_ts)
            if change is not None and change.is_deleted:
                await lifecycle.replace_card(session, thread.workspace_id, thread.channel_id, root_ts, now=now)
            await raw_requests.hurry(session, NotYet.__name__)
        await self.posted(session, claimed, outcome, now)

    async def drawn(self, session: Session, claimed: Claimed, outcome: Settled, now: datetime) -> None:
        """Write down which revision the cards show."""
        del now
        if isinstance(outcome, Done):
            for thread in await conversations.list_threads(session, claimed.delivery.conversation_id or 0):
                thread.revision = max(thread.revision, outcome.drawn)

    async def take_back(self, session: Session, claimed: Claimed, outcome: Done, now: datetime) -> None:
        """Have a post deleted that came too late: what it shows was posted by another worker meanwhile."""
        await outbox.delete_post(session, claimed.delivery, outcome.result_id or "", now=now)

    async def draw_again(self, session: Session, claimed: Claimed, outcome: Done, now: datetime) -> None:
        """Draw once more: a drawing that came too late may have covered a newer one."""
        del outcome
        delivery = claimed.delivery
        await lifecycle.redraw(session, delivery.workspace_id, delivery.conversation_id or 0, now=now)

    async def draw_home_again(self, session: Session, claimed: Claimed, outcome: Done, now: datetime) -> None:
        """The same for a Home."""
        del outcome
        delivery = claimed.delivery
        outbox.draw_home(session, delivery.workspace_id, delivery.payload["user_id"], now=now)

    async def posted(self, session: Session, claimed: Claimed, outcome: Settled, now: datetime) -> None:
        """Say in the thread that something could not be shown, when Slack takes it in no form."""
        await self.nothing_more(session, claimed, outcome, now)
        if isinstance(outcome, Refused):
            await poison.tell(session, claimed, now=now)

    async def nothing_more(self, session: Session, claimed: Claimed, outcome: Settled, now: datetime) -> None:
        """Nothing follows from what was posted; what Slack refused shows in the log."""
        del session, now
        if isinstance(outcome, Refused):
            log.error("delivery parked", delivery=str(claimed.delivery.id), reason=outcome.reason)


def _posted(thread: Thread | None) -> Thread:
    """The thread that is drawn in Slack. Raises LookupError."""
    if thread is None or thread.root_ts is None:
        raise LookupError("nothing is posted in a thread before its card")
    return thread


def _ids(claimed: Claimed) -> list[str]:
    """Our ids of all that stands in one post, for the metadata: opaque, since any app of the workspace can read it."""
    return [str(row.id) for row in claimed.texts]
