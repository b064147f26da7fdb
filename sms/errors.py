"""Twilio's errors: its codes in words, what happened to a reply and what to do about it, and HTTP's status."""

from dataclasses import dataclass

from twilio.base.exceptions import TwilioException

from desk.delivery import Refused


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a text did not arrive, for the rep who wrote it.

    `retry`: the same text may well go through later, by itself or when an admin has put something right.
    `opted_out`: the contact has stopped texts from this number, whatever our own rows say.
    """

    sentence: str
    retry: bool
    opted_out: bool = False


def explain(code: int | None) -> Failure:
    """Put the code of a refused or failed text into words; never the text or the number."""
    known = _FAILURES.get(code) if code is not None else None
    if known is not None:
        return known
    named = "and gave no reason" if code is None else f"(error {code})"
    return Failure(
        f"The text was not delivered: Twilio reported a failure {named}. Retry, or reach the contact another way.",
        retry=True,
    )


def http_status(error: TwilioException) -> int:
    """The HTTP status of a refusal; a list raises the bare exception, with the response beside its sentence."""
    response = error.args[1] if len(error.args) > 1 else None
    return int(getattr(error, "status", 0) or getattr(response, "status_code", 0))


def refusal(code: int | None) -> Refused:
    """What a failed or refused text means for its delivery."""
    failure = explain(code)
    return Refused(reason=failure.sentence, code=code, can_retry=failure.retry, opted_out=failure.opted_out)


def _wait(sentence: str) -> Failure:
    """Something that passes, or that an admin can put right: Retry makes sense."""
    return Failure(sentence, retry=True)


def _final(sentence: str) -> Failure:
    """Something that the same text to the same contact would meet again."""
    return Failure(sentence, retry=False)


OPTED_OUT = 21610
_OPTED_OUT = Failure(
    "This contact texted STOP, so this text was not delivered. They can text START to hear from you again.",
    retry=False,
    opted_out=True,
)
_NO_SUCH_NUMBER = _final(
    "This is not a valid phone number, so nothing was sent. Check it, and reach the contact another way."
)
_NO_MOBILE = _final(
    "This is not a mobile number, so it cannot receive texts. Call the contact, or ask them for a mobile number."
)
_UNREACHABLE = _final("Texts from our number cannot reach this contact's network. Call them or write another way.")
_COUNTRY = _wait(
    "Texts to this country are switched off in our Twilio account. Ask an admin to allow it under geographic "
    "permissions, then retry."
)
_OUR_NUMBER = _wait(
    "Twilio does not let us send texts from this inbox's number. Ask an admin to check the number in the Twilio "
    "console, then retry."
)
_CREDENTIALS = _wait(
    "Twilio did not accept this bridge's credentials, so nothing was sent. Ask an admin to check the account SID and "
    "auth token, then retry."
)
_ACCOUNT = _wait(
    "Our Twilio account is suspended or out of funds, so nothing was sent. Ask an admin to look at the Twilio "
    "console, then retry."
)
_BUSY = _wait("Too many texts were going out at once, and this one was not sent. Retry in a few minutes.")
_DAILY = _wait(
    "Our limit of texts for one day is used up, so this one was not sent. Retry tomorrow, or ask an admin to have the "
    "limit raised at Twilio."
)
_OUTAGE = _wait("Twilio had trouble and could not deliver the text. Retry in a few minutes.")
_CARRIER_TROUBLE = _wait("The contact's carrier had trouble and did not deliver the text. Retry in a few minutes.")
_UNREGISTERED = _final(
    "Carriers refuse texts from this inbox's number because it is not registered with them yet. Ask an admin to finish "
    "the registration at Twilio; until then call the contact or write another way."
)
_SUSPENDED_REGISTRATION = _final(
    "Carriers refuse texts from this inbox's number because its registration is suspended. Ask an admin to contact "
    "Twilio; until then call the contact or write another way."
)
_TOO_LONG = _final("The text is longer than 1,600 characters, so it was not sent. Send it in shorter parts.")
_EMPTY = _final("There was nothing to send: the message had no text. Write it again with some words.")
_NOT_ACCEPTED = _final("Twilio could not send this text as it was written. Write it differently and send it again.")
_PICTURE = _final("The picture could not be sent to this contact. Send a text or a link instead.")
_SUSPECTED_FRAUD = _final(
    "Twilio held the text back because it suspects fraud at this number. If you know the contact, ask an admin to "
    "contact Twilio; meanwhile call them."
)
_FILTERED = _final(
    "The carrier filtered the text as unwanted. Write it differently, without links or words that look like "
    "advertising, or call the contact."
)
_CHANNEL_SENDER = _wait(
    "This inbox is not connected to the channel that the contact writes on. Ask an admin to check the sender in the "
    "Twilio console, then retry."
)
_CHANNEL_RECIPIENT = _final(
    "The contact cannot be reached on the channel that they wrote on. Call them or text their phone number."
)
_CHANNEL_CONTENT = _final("The channel did not accept this message. Write it differently, or call the contact.")

_FAILURES = {
    # The account, and how we call Twilio.
    10001: _ACCOUNT,
    20003: _CREDENTIALS,
    20005: _ACCOUNT,
    20403: _CREDENTIALS,
    20404: _wait(
        "Twilio does not know the account or number that we send from. Ask an admin to check the settings, then retry."
    ),
    20429: _BUSY,
    20500: _OUTAGE,
    20503: _OUTAGE,
    20504: _OUTAGE,
    14107: _wait("Very many texts went to this contact within half a minute, so Twilio paused. Retry in a minute."),
    # Refused at once: the contact's number.
    21211: _NO_SUCH_NUMBER,
    21214: _final("This number cannot be reached. Check it, and reach the contact another way."),
    21217: _NO_SUCH_NUMBER,
    21264: _NO_SUCH_NUMBER,
    21265: _final("Texts cannot be sent to a short code, so nothing went out. Reach the sender another way."),
    21266: _final("This conversation is with our own number, and a number cannot text itself."),
    21268: _final("This is a premium-rate number, and Twilio does not text those. Reach the contact another way."),
    21408: _COUNTRY,
    21604: _NO_SUCH_NUMBER,
    21608: _wait(
        "Our Twilio account is a trial, which only texts numbers verified with Twilio. Ask an admin to upgrade it or "
        "to verify this number, then retry."
    ),
    OPTED_OUT: _OPTED_OUT,
    21612: _final(
        "Twilio has no route from this inbox's number to this contact. Ask an admin for a number that reaches their "
        "country or network, or call them."
    ),
    21614: _NO_MOBILE,
    21615: _COUNTRY,
    21635: _NO_MOBILE,
    # Refused at once: our number.
    21212: _OUR_NUMBER,
    21267: _wait(
        "Our Twilio account is a trial, which does not send from a name. Ask an admin to upgrade it, then retry."
    ),
    21401: _OUR_NUMBER,
    21407: _OUR_NUMBER,
    21601: _OUR_NUMBER,
    21603: _OUR_NUMBER,
    21606: _OUR_NUMBER,
    21611: _wait(
        "So many texts are waiting to leave this inbox's number that Twilio takes no more. Retry in an hour or two."
    ),
    21659: _OUR_NUMBER,
    21660: _wait(
        "This inbox's number belongs to another Twilio account. Ask an admin to check the number and the settings, "
        "then retry."
    ),
    21661: _OUR_NUMBER,
    21703: _OUR_NUMBER,
    21704: _OUR_NUMBER,
    21705: _OUR_NUMBER,
    21730: _wait("Twilio is under maintenance and did not take the text. Retry in a while."),
    # Refused at once: the text.
    21602: _EMPTY,
    21605: _TOO_LONG,
    21617: _TOO_LONG,
    21618: _NOT_ACCEPTED,
    21619: _EMPTY,
    21620: _PICTURE,
    21621: _PICTURE,
    21622: _PICTURE,
    21623: _PICTURE,
    21658: _TOO_LONG,
    # Taken by Twilio, but not delivered.
    30001: _BUSY,
    30002: _ACCOUNT,
    30003: _wait(
        "The contact's phone could not be reached: it may be off or without signal. Retry later, or call them."
    ),
    30004: _final(
        "The text was blocked: the contact or their carrier does not take texts from this inbox's number. Call them "
        "or write another way."
    ),
    30005: _final(
        "The contact's carrier does not know this number; it may be out of service. Check it, or reach the contact "
        "another way."
    ),
    30006: _final(
        "This number cannot receive texts: it is a landline, or its carrier cannot be reached. Call the contact, or "
        "ask them for a mobile number."
    ),
    30007: _FILTERED,
    30008: _wait("The carrier did not deliver the text and gave no reason. Retry once; if it fails again, call them."),
    30010: _wait(
        "The text costs more than the highest price that our Twilio account allows. Ask an admin to raise it, then "
        "retry."
    ),
    30011: _PICTURE,
    30017: _wait("The contact's network is congested and did not deliver the text. Retry in a few minutes."),
    30018: _UNREGISTERED,
    30019: _final("The message is larger than the contact's carrier allows. Send less at a time."),
    30022: _wait(
        "Carriers refused the text because many were sent from our numbers within a short time. Retry in a few minutes."
    ),
    30023: _DAILY,
    30024: _UNREGISTERED,
    30027: _DAILY,
    30032: _UNREGISTERED,
    30033: _SUSPENDED_REGISTRATION,
    30034: _UNREGISTERED,
    30035: _wait(
        "This inbox's number is still being set up with the carriers. Retry in a few hours, or ask an admin to look at "
        "its registration at Twilio."
    ),
    30036: _wait("The text waited too long in Twilio's queue and was not sent. Retry if it is still wanted."),
    30400: _CARRIER_TROUBLE,
    30410: _wait(
        "The contact's carrier did not answer in time, so Twilio gave the text up. Retry in a few minutes; in rare "
        "cases it then arrives twice."
    ),
    30450: _SUSPECTED_FRAUD,
    30453: _SUSPECTED_FRAUD,
    30500: _OUTAGE,
    # WhatsApp and RCS.
    63001: _CHANNEL_SENDER,
    63003: _CHANNEL_RECIPIENT,
    63005: _CHANNEL_CONTENT,
    63007: _CHANNEL_SENDER,
    63012: _wait("The channel had trouble and did not deliver the message. Retry in a few minutes."),
    63013: _CHANNEL_CONTENT,
    63014: _final("The contact has blocked messages from us on this channel. Call them if it is urgent."),
    63015: _final("The contact has not joined our WhatsApp sandbox. Ask them to join it and to write again."),
    63016: _final(
        "WhatsApp allows free replies only within 24 hours of the contact's last message, and those have passed. Wait "
        "until they write again, or call them."
    ),
    63017: _BUSY,
    63018: _BUSY,
    63021: _CHANNEL_CONTENT,
    63024: _CHANNEL_RECIPIENT,
    63031: _final("This conversation is with our own number, and a number cannot write to itself."),
    63032: _CHANNEL_RECIPIENT,
    63038: _DAILY,
}
