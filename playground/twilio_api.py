"""Twilio's REST API, version 2010-04-01: messages, media and numbers."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web

from playground.core import Call
from playground.texting import segments
from playground.world import Media, Text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playground.texting import Texting
    from playground.world import Json, Number

    Handler = Callable[[web.Request], Awaitable[web.Response]]

E164 = re.compile(r"\+[1-9]\d{6,14}")
LONGEST_BODY = 1600
MOST_MEDIA = 10
CREATED, NO_CONTENT, FOUND = 201, 204, 200


class TwilioError(Exception):
    """A refusal, answered as {code, message, more_info, status}."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class TwilioApi:
    """Serves `/2010-04-01/Accounts/{sid}/…`."""

    def __init__(self, play: Texting) -> None:
        self.play = play
        self.core = play.core

    def routes(self) -> list[web.RouteDef]:
        """List the routes."""
        base = "/2010-04-01/Accounts/{account}"
        media = base + "/Messages/{sid}/Media/{media}"
        return [
            web.post(base + "/Messages.json", self._serve("twilio.messages.create", self.create)),
            web.get(base + "/Messages.json", self._serve("twilio.messages.list", self.list_)),
            web.get(base + "/Messages/{sid}.json", self._serve("twilio.messages.fetch", self.fetch)),
            web.post(base + "/Messages/{sid}.json", self._serve("twilio.messages.update", self.update)),
            web.delete(base + "/Messages/{sid}.json", self._serve("twilio.messages.delete", self.delete)),
            web.get(base + "/Messages/{sid}/Media.json", self._serve("twilio.media.list", self.media_list)),
            web.get(media, self._serve("twilio.media.fetch", self.media)),
            web.delete(media + ".json", self._serve("twilio.media.delete", self.media_delete)),
            web.delete(media, self._serve("twilio.media.delete", self.media_delete)),
            web.get(base + "/IncomingPhoneNumbers.json", self._serve("twilio.numbers.list", self.numbers)),
            web.get(base + "/IncomingPhoneNumbers/{sid}.json", self._serve("twilio.numbers.fetch", self.number)),
            web.post(base + "/IncomingPhoneNumbers/{sid}.json", self._serve("twilio.numbers.update", self.change)),
            web.get(base + ".json", self._serve("twilio.account.fetch", self.account)),
        ]

    def _serve(self, name: str, handler: Handler) -> Handler:
        async def serve(request: web.Request) -> web.Response:
            form = await request.post()
            params: Json = {key: form.getall(key) if key == "MediaUrl" else form[key] for key in form}
            call = Call(method=name, params={**dict(request.query), **request.match_info, **params})
            call.params.pop("account", None)
            self.core.record(call)

            async def effect() -> web.Response:
                try:
                    self._authorize(request)
                    return await handler(request)
                except TwilioError as error:
                    return _refusal(error)

            response = await self.core.faults.around(name, request, effect)
            call.status = response.status
            is_json = response.content_type == "application/json"
            call.answer = json.loads(response.text or "null") if is_json else response.content_type
            self.core.changed()
            return response

        return serve

    def _authorize(self, request: web.Request) -> None:
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(given).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user = password = ""
        settings = self.core.settings
        if kind != "Basic" or (user, password) != (settings.account_sid, settings.auth_token):
            raise TwilioError(20003, "Authenticate", 401)
        if request.match_info["account"] != settings.account_sid:
            raise TwilioError(20404, f"The requested resource {request.path} was not found", 404)

    async def create(self, request: web.Request) -> web.Response:
        form = await request.post()
        text = self._checked(form)
        world = self.core.world
        world.texts[text.sid] = text
        world.phone(text.phone).texts.append(text)
        self.core.changed()
        answer = web.json_response(self.resource(text), status=CREATED)
        media = [str(url) for url in form.getall("MediaUrl", [])]
        if media:
            self.core.spawn(self._with_media(text, media))
        else:
            self.play.callbacks.start(text)
        return answer

    def _checked(self, form: Any) -> Text:
        to, body = str(form.get("To", "")).strip(), str(form.get("Body", ""))
        media = form.getall("MediaUrl", [])
        if not to:
            raise TwilioError(21604, "A 'To' phone number is required.")
        our, service = self._sender(form)
        if to == our:
            raise TwilioError(21266, "'To' and 'From' number cannot be the same")
        if not E164.fullmatch(to):
            raise TwilioError(21211, f"Invalid 'To' Phone Number: {to[:4]}****")
        if not body.strip() and not media:
            raise TwilioError(21602, "Message body is required.")
        if len(body) > LONGEST_BODY:
            raise TwilioError(21617, "The concatenated message body exceeds the 1600 character limit")
        if len(media) > MOST_MEDIA:
            raise TwilioError(21623, "Number of media files exceeds allowed limit of 10")
        if any(not str(url).startswith(("http://", "https://")) for url in media):
            raise TwilioError(21620, "Invalid media URL(s)")
        callback = form.get("StatusCallback")
        if callback and not str(callback).startswith(("http://", "https://")):
            raise TwilioError(21609, "The 'StatusCallback' URL is not a valid URL.")
        if (our, to) in self.core.world.opted_out:
            raise TwilioError(21610, "Attempt to send to unsubscribed recipient")
        return Text(
            sid=self.core.world.new_sid("MM" if media else "SM"),
            direction="out",
            our=our,
            phone=to,
            body=body,
            status="accepted" if service else "queued",
            at=self.core.world.now(),
            updated_at=self.core.world.now(),
            by="app",
            status_callback=str(callback) if callback else None,
            service=service,
        )

    def _sender(self, form: Any) -> tuple[str, str | None]:
        from_, service = str(form.get("From", "")).strip(), str(form.get("MessagingServiceSid", "")).strip()
        world = self.core.world
        if service:
            if service not in world.services or (from_ and from_ not in world.services[service]):
                raise TwilioError(21701, "The Messaging Service does not exist or does not have this sender")
            return from_ or world.services[service][0], service
        if not from_:
            raise TwilioError(21603, "A 'From' phone number is required.")
        if from_ not in world.numbers:
            if not E164.fullmatch(from_):
                raise TwilioError(21212, f"Invalid From Number (caller ID): {from_}")
            raise TwilioError(21659, f"'From' {from_} is not a Twilio phone number or Short Code country mismatch")
        return from_, None

    async def _with_media(self, text: Text, urls: list[str]) -> None:
        """Fetch the pictures of an MMS as Twilio does, without credentials; the text fails when that does not work."""
        for url in urls:
            async with self.core.session.get(url) as response:
                if response.status != FOUND:
                    self.play.callbacks.move(text, "failed", 11200)
                    await self.play.callbacks.tell(text, "failed", 11200)
                    return
                content = await response.read()
                sid = self.core.world.new_sid("ME")
                text.media.append(Media(sid=sid, content_type=response.content_type, content=content))
        self.core.changed()
        self.play.callbacks.start(text)

    async def list_(self, request: web.Request) -> web.Response:
        """List newest first; `DateSent` filters are by UTC day and leave out what was not sent yet."""
        query = request.query
        found = [text for text in reversed(self.core.world.texts.values()) if _matches(text, query)]
        try:
            size, page = min(1000, int(query.get("PageSize", "50"))), int(query.get("Page", "0"))
        except ValueError:
            raise TwilioError(20001, "Invalid PageSize or Page") from None
        after = query.get("PageToken", "").removeprefix("PA")
        # A page starts after the last one's end, so that new texts do not move it.
        start = next((i + 1 for i, text in enumerate(found) if text.sid == after), 0)
        shown = found[start : start + size]
        more = start + size < len(found)
        return web.json_response(
            {
                "messages": [self.resource(text) for text in shown],
                **_paging(request, size, page, start, shown[-1].sid if more and shown else None),
            }
        )

    def _text(self, request: web.Request) -> Text:
        text = self.core.world.texts.get(request.match_info["sid"])
        if text is None:
            raise TwilioError(20404, f"The requested resource {request.path} was not found", 404)
        return text

    async def fetch(self, request: web.Request) -> web.Response:
        return web.json_response(self.resource(self._text(request)))

    async def update(self, request: web.Request) -> web.Response:
        """Cancel (`Status=canceled`) or redact (`Body=`)."""
        text, form = self._text(request), await request.post()
        if form.get("Status") == "canceled":
            if text.status not in {"queued", "accepted", "scheduled"}:
                raise TwilioError(30409, "Message cannot be canceled in its current state", 409)
            self.play.callbacks.move(text, "canceled")
        if "Body" in form:
            if form["Body"] != "":
                raise TwilioError(20001, "The body of a message can only be emptied")
            text.body = ""
            self.core.changed()
        return web.json_response(self.resource(text))

    async def delete(self, request: web.Request) -> web.Response:
        text = self._text(request)
        del self.core.world.texts[text.sid]
        return web.Response(status=NO_CONTENT)

    async def media_list(self, request: web.Request) -> web.Response:
        text = self._text(request)
        account = self.core.settings.account_sid
        base = f"/2010-04-01/Accounts/{account}/Messages/{text.sid}/Media"
        listed = [
            {
                "sid": one.sid,
                "account_sid": account,
                "parent_sid": text.sid,
                "content_type": one.content_type,
                "uri": f"{base}/{one.sid}.json",
            }
            for one in text.media
        ]
        return web.json_response({"media_list": listed, **_paging(request, 50, 0, 0, None)})

    def _media(self, request: web.Request) -> tuple[Text, Media]:
        text = self._text(request)
        one = next((m for m in text.media if m.sid == request.match_info["media"].removesuffix(".json")), None)
        if one is None:
            raise TwilioError(20404, f"The requested resource {request.path} was not found", 404)
        return text, one

    async def media(self, request: web.Request) -> web.Response:
        _, one = self._media(request)
        return web.Response(body=one.content, content_type=one.content_type)

    async def media_delete(self, request: web.Request) -> web.Response:
        text, one = self._media(request)
        text.media.remove(one)
        self.core.changed()
        return web.Response(status=NO_CONTENT)

    async def numbers(self, request: web.Request) -> web.Response:
        wanted = request.query.get("PhoneNumber", "")
        found = [self.number_resource(one) for one in self.core.world.numbers.values() if wanted in one.number]
        return web.json_response({"incoming_phone_numbers": found, **_paging(request, 50, 0, 0, None)})

    def _number(self, request: web.Request) -> Number:
        sid = request.match_info["sid"]
        for one in self.core.world.numbers.values():
            if one.sid == sid:
                return one
        raise TwilioError(20404, f"The requested resource {request.path} was not found", 404)

    async def number(self, request: web.Request) -> web.Response:
        return web.json_response(self.number_resource(self._number(request)))

    async def change(self, request: web.Request) -> web.Response:
        one, form = self._number(request), await request.post()
        for key in ("SmsUrl", "SmsFallbackUrl"):
            if form.get(key) and not str(form[key]).startswith(("http://", "https://")):
                raise TwilioError(21502, f"Invalid {key}")
        if "SmsUrl" in form:
            one.sms_url = str(form["SmsUrl"])
        if "SmsFallbackUrl" in form:
            one.sms_fallback_url = str(form["SmsFallbackUrl"])
        if "FriendlyName" in form:
            one.name = str(form["FriendlyName"])
        self.core.changed()
        return web.json_response(self.number_resource(one))

    async def account(self, request: web.Request) -> web.Response:
        return web.json_response(
            {"sid": request.match_info["account"], "friendly_name": "Playground", "status": "active", "type": "Full"}
        )

    def number_resource(self, one: Number) -> Json:
        """Render a number."""
        account = self.core.settings.account_sid
        return {
            "sid": one.sid,
            "account_sid": account,
            "friendly_name": one.name or one.number,
            "phone_number": one.number,
            "sms_url": self.play.webhook_url(one),
            "sms_method": "POST",
            "sms_fallback_url": one.sms_fallback_url,
            "sms_fallback_method": "POST",
            "capabilities": {"sms": True, "mms": True, "voice": False, "fax": False},
            "status": "in-use",
            "uri": f"/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{one.sid}.json",
        }

    def resource(self, text: Text) -> Json:
        """Render a message."""
        account = self.core.settings.account_sid
        uri = f"/2010-04-01/Accounts/{account}/Messages/{text.sid}"
        outbound = "outbound-api" if text.by == "app" else "outbound-reply"
        return {
            "sid": text.sid,
            "account_sid": account,
            "messaging_service_sid": text.service,
            "to": text.to,
            "from": text.from_ if text.status != "accepted" else None,
            "body": text.body,
            "status": text.status,
            "direction": "inbound" if text.direction == "in" else outbound,
            "num_segments": str(segments(text.body)),
            "num_media": str(len(text.media)),
            "date_created": formatdate(text.at),
            "date_updated": formatdate(text.updated_at or text.at),
            "date_sent": formatdate(text.sent_at) if text.sent_at else None,
            "error_code": text.error_code,
            "error_message": None,
            "price": None,
            "price_unit": "USD",
            "api_version": "2010-04-01",
            "uri": uri + ".json",
            "subresource_uris": {"media": uri + "/Media.json"},
        }


def _refusal(error: TwilioError) -> web.Response:
    info = f"https://www.twilio.com/docs/errors/{error.code}"
    body = {"code": error.code, "message": error.message, "more_info": info, "status": error.status}
    return web.json_response(body, status=error.status)


def _matches(text: Text, query: Any) -> bool:
    if query.get("To", text.to) != text.to or query.get("From", text.from_) != text.from_:
        return False
    sent = time.strftime("%Y-%m-%d", time.gmtime(text.sent_at)) if text.sent_at else None
    for key in query:
        if key.startswith("DateSent"):
            day = query[key][:10]
            if sent is None or not {"": sent == day, "<": sent <= day, ">": sent >= day}.get(key[8:9], True):
                return False
    return True


def _paging(request: web.Request, size: int, page: int, start: int, last_sid: str | None) -> Json:
    def uri(number: int, token: str | None = None) -> str:
        query = {key: value for key, value in request.query.items() if key not in {"Page", "PageToken", "PageSize"}}
        query |= {"PageSize": str(size), "Page": str(number)}
        if token:
            query["PageToken"] = f"PA{token}"
        return f"{request.path}?{urlencode(query)}"

    return {
        "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1, last_sid) if last_sid else None,
        "previous_page_uri": uri(page - 1) if page else None,
        "page": page,
        "page_size": size,
        "start": start,
        "end": start + size - 1,
        "uri": request.path_qs,
    }
