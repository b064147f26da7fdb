"""What customers do with their phones, and what Twilio makes of the webhook's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from playground.base import Base
from playground.twilio_out import CLIENT_ERROR, Receipts, StatusCallbacks, TwilioOut
from playground.world import Media, Number, Phone, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playground.core import Settings
    from playground.world import Attempt

STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"}
START = {"START", "YES", "UNSTOP"}
HELP = {"HELP", "INFO"}
STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
STARTED = (
    "You have successfully been re-subscribed to messages from this number. "
    "Reply HELP for help. Reply STOP to unsubscribe."
)
HELPED = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


class Texting(Base):
    """Phones, our numbers, and the statuses of texts."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.twilio_out = TwilioOut(self.core)
        self.callbacks = StatusCallbacks(self.core, self.twilio_out)

    @property
    def receipts(self) -> Receipts:
        return self.callbacks.receipts

    def add_number(self, number: str, sms_url: str | None = None, *, fallback_url: str = "", name: str = "") -> Number:
        """Add a number of ours. Without `sms_url` its webhook is the connected app's `/twilio/inbound`."""
        one = Number(
            number=number, sid=self.world.new_sid("PN"), sms_url=sms_url, sms_fallback_url=fallback_url, name=name
        )
        self.world.numbers[number] = one
        self.core.changed()
        return one

    def add_service(self, sid: str, numbers: Sequence[str]) -> None:
        """Add a messaging service (MG…) that sends from these numbers."""
        self.world.services[sid] = list(numbers)

    def name_phone(self, number: str, name: str) -> Phone:
        """Put a label on a phone, for the page."""
        phone = self.world.phone(number)
        phone.name = name
        self.core.changed()
        return phone

    def phone(self, number: str) -> list[Text]:
        """List the texts of a phone, both ways, in the order in which they came to be."""
        found = self.world.phones.get(number)
        return found.texts if found else []

    async def text(
        self,
        from_: str,
        to: str,
        body: str,
        *,
        media: Sequence[tuple[str, bytes]] = (),
        **extra_params: str,
    ) -> Text:
        """A customer's SMS, or MMS with `media` (content type, bytes). Returns when Twilio is done with the webhook."""
        if to not in self.world.numbers:
            raise LookupError(f"{to} is not one of our numbers.")
        text = Text(
            sid=self.world.new_sid("MM" if media else "SM"),
            direction="in",
            our=to,
            phone=from_,
            body=body,
            status="received",
            at=self.world.now(),
            media=[Media(sid=self.world.new_sid("ME"), content_type=kind, content=content) for kind, content in media],
            extra=dict(extra_params),
        )
        text.sent_at = text.updated_at = text.at
        self.world.texts[text.sid] = text
        self.world.phone(from_).texts.append(text)
        self.core.changed()
        self._consent(text)
        await self._webhook(text)
        return text

    async def redeliver(self, text: Text) -> Attempt:
        """Post the very same webhook once more."""
        before = text.answer
        if before is None:
            raise LookupError(f"{text.sid} was never posted.")
        attempts = await self.twilio_out.send("sms", text.sid, before.url, before.form)
        text.attempts += attempts
        self._speak(text, attempts[-1])
        return attempts[-1]

    async def receipt(self, text: Text | str, status: str, error_code: int | None = None) -> Attempt | None:
        """Send one status callback by hand, and move the text on to that status."""
        found = self.world.texts[text] if isinstance(text, str) else text
        self.callbacks.move(found, status, error_code)
        return await self.callbacks.tell(found, status, error_code)

    def webhook_url(self, number: Number) -> str:
        """Return where a number's texts are posted to, empty when nowhere."""
        if number.sms_url is not None:
            return number.sms_url
        return f"{self.core.app_url}/twilio/inbound" if self.core.app_url else ""

    async def _webhook(self, text: Text) -> None:
        number = self.world.numbers[text.our]
        form = self._form(text)
        url = self.webhook_url(number)
        if url:
            text.attempts += await self.twilio_out.send("sms", text.sid, url, form)
        if number.sms_fallback_url and _failed(text.answer):
            status = text.answer.status if text.answer else None
            form |= {"ErrorCode": "11200" if status else "11205", "ErrorUrl": url}
            text.attempts += await self.twilio_out.send("sms", text.sid, number.sms_fallback_url, form)
        if text.answer is not None:
            self._speak(text, text.answer)
        self.core.changed()

    def _form(self, text: Text) -> dict[str, str]:
        account = self.core.settings.account_sid
        form = {
            "ToCountry": "US",
            "ToState": "",
            "SmsMessageSid": text.sid,
            "NumMedia": str(len(text.media)),
            "ToCity": "",
            "FromZip": "",
            "SmsSid": text.sid,
            "FromState": "",
            "SmsStatus": "received",
            "FromCity": "",
            "Body": text.body,
            "FromCountry": "US",
            "To": text.our,
            "ToZip": "",
            "NumSegments": str(segments(text.body)),
            "MessageSid": text.sid,
            "AccountSid": account,
            "From": text.phone,
            "ApiVersion": "2010-04-01",
        }
        for index, one in enumerate(text.media):
            form[f"MediaContentType{index}"] = one.content_type
            form[f"MediaUrl{index}"] = (
                f"{self.core.url}/2010-04-01/Accounts/{account}/Messages/{text.sid}/Media/{one.sid}"
            )
        service = next((sid for sid, numbers in self.world.services.items() if text.our in numbers), None)
        if service is not None:
            form["MessagingServiceSid"] = service
        return {**form, **text.extra}

    def _consent(self, text: Text) -> None:
        """Keep the opt-outs, and answer STOP, START and HELP, as Twilio does itself."""
        word, pair = text.body.strip().upper(), (text.our, text.phone)
        if word in STOP:
            first = pair not in self.world.opted_out
            self.world.opted_out.add(pair)
            if first:
                self._answer(text, STOPPED, "twilio")
        elif word in START and pair in self.world.opted_out:
            self.world.opted_out.discard(pair)
            self._answer(text, STARTED, "twilio")
        elif word in HELP:
            self._answer(text, HELPED, "twilio")

    def _speak(self, text: Text, answer: Attempt) -> None:
        """Text to the customer what the webhook's answer says: TwiML messages, and any text or web page."""
        for body in spoken(answer):
            self._answer(text, body, "answer")

    def _answer(self, to: Text, body: str, by: str) -> None:
        reply = Text(
            sid=self.world.new_sid("SM"),
            direction="out",
            our=to.our,
            phone=to.phone,
            body=body,
            status="delivered",
            at=self.world.now(),
            by=by,
        )
        reply.sent_at = reply.updated_at = reply.at
        self.world.texts[reply.sid] = reply
        self.world.phone(to.phone).texts.append(reply)
        self.core.changed()


def _failed(answer: Attempt | None) -> bool:
    return answer is None or answer.status is None or answer.status >= CLIENT_ERROR


def spoken(answer: Attempt) -> list[str]:
    """List what an answer makes Twilio text to the customer. Error pages count: they are how a secret gets out."""
    if answer.status is None or not answer.body.strip():
        return []
    if answer.content_type in {"text/xml", "application/xml"}:
        try:
            root = ET.fromstring(answer.body)  # noqa: S314 - the app's own answer
        except ET.ParseError:
            return []
        found = [" ".join("".join(one.itertext()).split()) for one in root.iter("Message")]
        found += [(one.text or "").strip() for one in root.iter("Sms")]
        return [body for body in found if body]
    return [answer.body] if answer.content_type in {"text/plain", "text/html"} else []


_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = set("^{}\\[~]|€\f")


def segments(body: str) -> int:
    """Count the segments of a text: GSM-7 160 or 153 each, UCS-2 70 or 67."""
    if all(letter in _GSM or letter in _GSM_TWICE for letter in body):
        length = sum(2 if letter in _GSM_TWICE else 1 for letter in body)
        one, more = 160, 153
    else:
        length = len(body.encode("utf-16-le")) // 2
        one, more = 70, 67
    return 1 if length <= one else -(-length // more)
