"""The sender of texts: one reply is one call to Twilio, and a lost answer is looked up, never repeated.

Twilio has no idempotency key for creating a message, so only its own answer, its receipts and its message list say
whether a text has left.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from desk import outbox
from desk.delivery import Absent, CannotTell, Done, Found, Outcome, Retry, Sight, Unknown
from desk.health import UNAUTHORIZED
from sms import errors
from storage import deliveries, messages
from storage.claims import Claimed
from storage.database import Database, Session
from storage.models import Contact, Conversation, Inbox, Message

_TIMEOUT_SECONDS = 15.0
_MARGIN = timedelta(minutes=10)  # by which Twilio's clock and another may differ
_TWIN_MARGIN = timedelta(seconds=60)  # the same where the same words may have left shortly before
DISORDER = timedelta(minutes=10)  # by which Twilio's list, the newest first, may be out of order
_LISTED = 50  # on a page
_TRIAL = "Sent from your Twilio trial account - "  # is put before what a trial account sends
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500
_UNAUTHORIZED = 401
_RETRY_SECONDS = 5.0
_SILENT = logging.getLogger("threadline.twilio")  # the library logs whole numbers, so it is given nobody to tell
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


TwilioClient = Client  # by which those who only hold it call it


class HttpClient(AsyncHttpClient):  # type: ignore[misc]
    """HTTP for Twilio's library on one aiohttp session, with a timeout that holds; the library's own has none."""

    def __init__(self) -> None:
        super().__init__(logger=_SILENT, is_async=True)
        self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS))

    async def request(  # noqa: PLR0917 - the library's own signature
        self,
        method: str,
        uri: str,
        params: dict[str, str] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
        allow_redirects: bool = False,  # noqa: FBT001, FBT002
    ) -> Response:
        """Make one request, without retries; raises aiohttp's own errors, and TimeoutError after 15 seconds."""
        del timeout
        headers = dict(headers or {})
        if auth is not None:
            headers["Authorization"] = aiohttp.encode_basic_auth(*auth)
        async with self.session.request(
            method, uri, params=params, data=data, headers=headers, allow_redirects=allow_redirects
        ) as answer:
            return Response(answer.status, await answer.text(), answer.headers)


def open_client(account_sid: str, auth_token: str, api_url: str | None) -> Client:
    """A client for Twilio, or for what stands in its place at `api_url`. Needs a running loop."""
    client = Client(account_sid, auth_token, http_client=HttpClient())
    if api_url:
        client.api.base_url = api_url.rstrip("/")
    return client


async def is_refused(client: Client) -> bool | None:
    """Whether Twilio refuses the account's SID and token; None while it cannot be reached."""
    try:
        await client.api.accounts(client.account_sid).fetch_async()
    except TwilioException as error:
        return True if errors.http_status(error) == _UNAUTHORIZED else None
    except (TimeoutError, aiohttp.ClientError):
        return None
    return False


async def close_client(client: Client) -> None:
    """Close the client's connections."""
    if isinstance(client.http_client, HttpClient):
        await client.http_client.session.close()


@dataclass(frozen=True, slots=True)
class Gateway:
    """Sends replies and looks up what became of them. `public_url` is where Twilio's receipts go."""

    client: Client
    database: Database
    public_url: str

    async def send(self, claimed: Claimed) -> Outcome:
        """Send one reply. What failed before it left, a 4xx and a 429 are certain; anything else is unknown.

        Raises LeaseOver when it is too late to send it.
        """
        message, contact, inbox, conversation = await self._load(claimed)
        if conversation.opted_out_at is not None:
            return errors.refusal(errors.OPTED_OUT)  # since it was written
        claimed.lease.require()
        try:
            sent = await self.client.messages.create_async(
                to=contact.address,
                from_=inbox.number,
                body=message.body,
                status_callback=self._callback(message),
            )
        except aiohttp.ClientConnectorError as error:
            return Retry(seconds=_RETRY_SECONDS, reason=type(error).__name__)
        except (TimeoutError, aiohttp.ClientError) as error:
            return Unknown(type(error).__name__)
        except TwilioException as error:
            return _refusal(error)
        if not sent.sid:
            return Unknown("an answer without a SID")
        return Done(sent.sid)

    def _callback(self, message: Message) -> str:
        about = {
            "workspace": message.workspace_id,
            "message": message.id,
            "attempt": message.attempt,
            "reply": outbox.reply_id(message),
        }
        return f"{self.public_url}/twilio/status?{urlencode(about)}"

    async def look(self, claimed: Claimed) -> Sight:
        """Look for a reply whose answer was lost: a receipt that came meanwhile, or Twilio's own list.

        The list is asked by numbers and creation time, never by DateSent, which is null while a text is queued. What
        only a database that was lost could have sent is absent when it is not there, unless something is there that may
        be its wording from before an edit.
        """
        message, contact, inbox, _ = await self._load(claimed)
        if message.sid is not None and message.attempt == claimed.delivery.payload["attempt"]:
            return Found(message.sid)
        began = datetime.fromtimestamp(claimed.delivery.started_at or 0, UTC)
        try:
            listed = await self._listed(contact, inbox, since=began - _MARGIN)
        except (TimeoutError, aiohttp.ClientError, TwilioException) as error:
            is_unauthorized = isinstance(error, TwilioException) and errors.http_status(error) == _UNAUTHORIZED
            return CannotTell(UNAUTHORIZED if is_unauthorized else type(error).__name__)
        async with self.database.read() as session:
            wordings = await _wordings(session, message)
            margin = _TWIN_MARGIN if await messages.has_twin(session, message) else _MARGIN
            for found in listed:
                is_ours = (found.body or "").removeprefix(_TRIAL) in wordings
                if is_ours and _is_since(found, began - margin) and await _is_nobodys(session, message, found):
                    return Found(found.sid)
            if claimed.delivery.attempt:
                return CannotTell("not in Twilio's list")
            edited_at = await _edited_at(session, message)
            for found in listed:
                if edited_at is None or not _is_since(found, began - _MARGIN, to=edited_at + _MARGIN):
                    continue
                if await _is_nobodys(session, message, found):
                    return CannotTell("it may have left before it was edited")
        return Absent()

    async def _listed(self, contact: Contact, inbox: Inbox, *, since: datetime) -> list[MessageInstance]:
        """What we texted to a contact, the oldest first, from a little before `since`."""
        listed: list[MessageInstance] = []
        asked = self.client.messages.stream_async(to=contact.address, from_=inbox.number, page_size=_LISTED)
        async for found in await asked:
            if found.date_created is not None and found.date_created < since - DISORDER:
                break
            listed.append(found)
        return listed[::-1]

    async def _load(self, claimed: Claimed) -> tuple[Message, Contact, Inbox, Conversation]:
        delivery = claimed.delivery
        if delivery.message_id is None:
            raise ValueError("a reply's delivery names its message")
        async with self.database.read() as session:
            return await messages.load_reply(session, delivery.workspace_id, delivery.message_id)


def _is_since(found: MessageInstance, since: datetime, *, to: datetime | None = None) -> bool:
    at = found.date_created
    return at is not None and since <= at and (to is None or at <= to)


async def _is_nobodys(session: Session, message: Message, found: MessageInstance) -> bool:
    """Whether a listed text is none that we know to be a message's."""
    if not found.sid or await messages.find_by_sid(session, message.workspace_id, found.sid) is not None:
        return False
    return not await deliveries.is_result(session, message.workspace_id, found.sid)


async def _wordings(session: Session, message: Message) -> tuple[str, ...]:
    """How a reply may have been worded when it left: as it stands with us, or as it was edited since."""
    change = await messages.find_newer(session, message)
    return (message.body, change.body) if change is not None and change.body else (message.body,)


async def _edited_at(session: Session, message: Message) -> datetime | None:
    """When its author edited a reply last; None: never."""
    change = await messages.find_newer(session, message)
    edited_ts = (change.edited_ts if change else "") or message.edited_ts
    return datetime.fromtimestamp(float(edited_ts), UTC) if edited_ts else None


def _refusal(error: TwilioException) -> Outcome:
    if not isinstance(error, TwilioRestException):
        return Unknown(type(error).__name__)
    if error.status == _TOO_MANY_REQUESTS:
        return Retry(seconds=_RETRY_SECONDS, reason="Twilio asks for patience", blocks=False)
    if error.status >= _SERVER_ERROR:
        return Unknown(f"HTTP {error.status}")
    return errors.refusal(error.code)
