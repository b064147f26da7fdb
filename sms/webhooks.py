"""What Twilio posts to us: inbound texts and receipts, checked by signature, stored before they are answered."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count, takewhile
from typing import Any
from urllib.parse import parse_qsl

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from desk import receipts, receive
from desk.intake import Intake, UseCase
from sms import errors, numbers
from storage.database import Session
from storage.states import MessageStatus

log = structlog.get_logger(__name__)

INBOUND = "twilio.inbound"
STATUS = "twilio.status"

_EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
_LARGEST_BODY = 256 * 1024
_MOST_FIELDS = 200
_CODE = re.compile(r"[0-9]{1,9}")
_ID = re.compile(r"[1-9][0-9]{0,8}")
_RECOVERED = "recovered_at"
_MAY_BE_SHOWN = "may_be_shown"
_REFUSED = Response(status_code=403)  # empty: Twilio may text what an answer says to the customer


def nobody_cares() -> None:
    """What was missed is read back at the next time."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Twilio's two routes. Signatures are checked against `public_url`, which is what Twilio signs, never the Host.

    `missed` is called when something could not be stored, which Twilio will not send again.
    """

    auth_token: str
    public_url: str
    intake: Intake
    missed: Callable[[], None] = nobody_cares

    @property
    def routes(self) -> list[Route]:
        """`POST /twilio/inbound` and `POST /twilio/status`."""
        return [
            Route("/twilio/inbound", self._inbound, methods=["POST"]),
            Route("/twilio/status", self._status, methods=["POST"]),
        ]

    async def _inbound(self, request: Request) -> Response:
        """An empty TwiML, and as XML: Twilio texts a plain text body to the customer, an error page too."""
        form = await self._verified(request)
        if form is None:
            return _REFUSED
        sid = form.get("MessageSid") or form.get("SmsSid")
        if not sid:
            return Response(status_code=400)
        stored = await self._take(INBOUND, inbound_key(form.get("AccountSid", ""), sid), form, stream(form))
        if not stored:
            return Response(status_code=503)
        return Response(_EMPTY_TWIML, media_type="text/xml")

    async def _status(self, request: Request) -> Response:
        form = await self._verified(request)
        if form is None:
            return _REFUSED
        about = {key: request.query_params.get(key, "") for key in ("workspace", "message", "attempt", "reply")}
        key = f"{form.get('MessageSid', '')}:{form.get('MessageStatus', '')}"
        stored = await self._take(STATUS, key, {**form, "about": about})
        return Response(status_code=204 if stored else 503)

    async def _verified(self, request: Request) -> dict[str, str] | None:
        """The form, or None when Twilio has not signed it."""
        signature = request.headers.get("X-Twilio-Signature")
        if not signature or int(request.headers.get("Content-Length") or 0) > _LARGEST_BODY:
            return None
        body = await request.body()
        try:
            fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError:
            return None
        form = dict(fields)
        query = f"?{request.url.query}" if request.url.query else ""
        url = f"{self.public_url}{request.url.path}{query}"
        if not RequestValidator(self.auth_token).validate(url, form, signature):
            log.warning("signature refused", path=request.url.path)
            return None
        return form

    async def _take(self, source: str, key: str, body: dict[str, Any], stream: str | None = None) -> bool:
        try:
            await self.intake.take(source, key, body, stream)
        except Exception as error:
            log.exception("webhook not stored", source=source, error=type(error).__name__)
            self.missed()
            return False
        return True


def inbound_key(account_sid: str, sid: str) -> str:
    """What a text is stored by, once, however it reaches us."""
    return f"{account_sid}:{sid}"


def stream(form: dict[str, str]) -> str:
    """The texts that keep their order: those of one person to one of our numbers."""
    return f"{form.get('To', '')}:{form.get('From', '')}"


def recovered(form: dict[str, str], *, at: datetime, may_be_shown: bool) -> dict[str, str]:
    """The form of a text that did not come by itself but was found later; see `desk.receive.Incoming`."""
    return {**form, _RECOVERED: at.isoformat(), _MAY_BE_SHOWN: "yes" if may_be_shown else ""}


async def receive_text(session: Session, form: dict[str, Any], now: datetime) -> None:
    """The use case of an inbound webhook: the form becomes a message."""
    form = {field: str(value).replace("\0", "") for field, value in form.items()}  # which PostgreSQL cannot hold
    number = numbers.normalize(form.get("To", ""))
    sender = form.get("From", "")
    places = takewhile(lambda place: f"MediaUrl{place}" in form, count())  # NumMedia says no more, and may be wrong
    media = tuple(
        {"url": form[f"MediaUrl{place}"], "type": form.get(f"MediaContentType{place}", "")} for place in places
    )
    incoming = receive.Incoming(
        sid=form.get("MessageSid") or form["SmsSid"],
        number=number,
        address=numbers.normalize(sender),
        label=numbers.label(sender, home=number),
        can_reply=numbers.can_reply(sender),
        is_persons=numbers.is_phone(sender),
        body=form.get("Body", ""),
        media=media,
        opt_out_type=form.get("OptOutType"),
        recovered_from=datetime.fromisoformat(form[_RECOVERED]) if _RECOVERED in form else None,
        may_be_shown=bool(form.get(_MAY_BE_SHOWN)),
    )
    message = await receive.receive(session, incoming, now=now)
    log.info("text received", conversation=message.conversation_id, message=message.id, sender=numbers.masked(sender))


async def receive_receipt(session: Session, form: dict[str, Any], now: datetime) -> None:
    """The use case of a status callback; one that is not about a reply of ours says nothing."""
    about = form["about"]
    status = form.get("MessageStatus", "")
    ids = (about["workspace"], about["message"], about["attempt"])
    if not all(_ID.fullmatch(id_) for id_ in ids) or status not in set(MessageStatus):
        return
    code = int(form["ErrorCode"]) if _CODE.fullmatch(str(form.get("ErrorCode", ""))) else None
    await receipts.receive(
        session,
        int(about["workspace"]),
        int(about["message"]),
        int(about["attempt"]),
        sid=form.get("MessageSid", ""),
        status=status,
        failure=errors.refusal(code),
        now=now,
        reply=about.get("reply", ""),
    )


USE_CASES: dict[str, UseCase] = {INBOUND: receive_text, STATUS: receive_receipt}
