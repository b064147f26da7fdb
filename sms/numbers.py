"""Whom a text came from: the kinds of address Twilio gives us, and how people write them.

`phonenumbers` silently drops a prefix such as `whatsapp:` and takes a withheld sender for a number in Lesotho, so an
address is classified before anything is parsed.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult


class Kind(StrEnum):
    """What kind of sender an address is."""

    PHONE = "phone"
    SHORT_CODE = "short_code"
    ALPHANUMERIC = "alphanumeric"
    WHATSAPP = "whatsapp"
    RCS = "rcs"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Address:
    """A sender or receiver: `value` is what is stored, compared and given to Twilio."""

    kind: Kind
    value: str

    @property
    def inner(self) -> "Address":
        """The address within a channel, the `+1…` of `whatsapp:+1…`; of all others the address itself."""
        return _classify(self.value.partition(":")[2]) if self.kind in _CHANNEL_NAMES else self


_CHANNELS = {"whatsapp": Kind.WHATSAPP, "rcs": Kind.RCS}
_CHANNEL_NAMES = {Kind.WHATSAPP: "WhatsApp", Kind.RCS: "RCS"}
_NOBODY = frozenset({"", "anonymous", "blocked", "private", "restricted", "unavailable", "unknown", "withheld"})
# These words on a telephone's keys, which is how Twilio writes them where it needs a number.
_NOBODY_IN_DIGITS = frozenset({"266696687", "2562533", "7378742833", "17378742833", "86282452253", "8656696", "464"})
_PUNCTUATION = re.compile(r"[\s().\-\u2010-\u2015/]")
_DIALLED = re.compile(r"(\+?)([0-9]{1,15})")
_TYPED = re.compile(r"\+?[0-9]+")
_LONGEST_SHORT_CODE = {"+": 6, "": 8}
_SHORTEST_WITH_COUNTRY = 11
_SHOWN, _SHOWN_OF_SHORT = 4, 2
_REMEMBERED = 5_000  # who has just texted will text again, and to parse a number takes as long as to store it


@lru_cache(maxsize=_REMEMBERED)
def classify(address: str) -> Address:
    """Tell what an address is, and write it in its one normal form."""
    channel, colon, rest = address.strip().partition(":")
    kind = _CHANNELS.get(channel.lower())
    if colon and kind is not None:
        return Address(kind, f"{kind}:{_classify(rest).value}")
    return _classify(address)


def normalize(address: str) -> str:
    """Return the form in which an address is stored and compared: E.164 for a phone."""
    return classify(address).value


@lru_cache(maxsize=_REMEMBERED)
def label(address: str, home: str | None = None) -> str:
    """Return an address the way people write it, without the country code when it is that of `home`, our number."""
    known = classify(address)
    channel = f"{_CHANNEL_NAMES[known.kind]} " if known.kind in _CHANNEL_NAMES else ""
    match known.inner.kind:
        case Kind.ANONYMOUS:
            return f"{channel}Anonymous"
        case Kind.PHONE:
            return channel + _written(known.inner.value, home)
        case _:
            return channel + known.inner.value


@lru_cache(maxsize=_REMEMBERED)
def masked(address: str) -> str:
    """Return enough of an address to tell it from others in a log, and never all of it."""
    known = classify(address)
    channel = f"{known.kind}:" if known.kind in _CHANNEL_NAMES else ""
    value = known.inner.value
    if known.inner.kind is Kind.ANONYMOUS:
        return channel + value
    if known.inner.kind is Kind.PHONE and len(value) > _SHOWN + _SHOWN_OF_SHORT + len("+000"):
        number = _parsed(value)
        return f"{channel}+{number.country_code if number else ''}…{value[-_SHOWN:]}"
    return f"{channel}…{value[max(1, len(value) - _SHOWN_OF_SHORT) :]}"


def can_reply(address: str) -> bool:
    """Tell whether there is anybody to answer: not a sender that is only a name, nor a withheld one."""
    return classify(address).inner.kind not in (Kind.ALPHANUMERIC, Kind.ANONYMOUS)


def e164(text: str, region: str | None = None) -> str:
    """Return the number that someone typed as E.164, or raise ValueError with a sentence for them.

    `region` is the country, such as `US`, of numbers written without a country code.
    """
    readable = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    compact = _PUNCTUATION.sub("", readable)
    if not compact:
        raise ValueError("Please give a phone number, for example +14155550123.")
    if not _TYPED.fullmatch(compact):
        raise ValueError("A phone number has only digits and a leading +, for example +14155550123.")
    compact = re.sub("^00", "+", compact)
    if region is None and not compact.startswith("+"):
        raise ValueError("Please begin the number with + and its country code, for example +14155550123.")
    number = _parsed(compact, region)
    if number is None:
        raise ValueError("This is no phone number that we know. Please write it in full, for example +14155550123.")
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.IS_POSSIBLE:
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
        case ValidationResult.TOO_LONG:
            raise ValueError("This number has too many digits for its country. Please check it.")
        case ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            raise ValueError("This number has no area code. Please write it in full, for example +14155550123.")
        case _:
            raise ValueError("This number has too few digits for its country. Please check it.")


def dialled(text: str, home: str) -> tuple[str, str]:
    """Return the number that someone typed to text somebody, as it is stored, and as people write it.

    Without a country code it is in the country of `home`, our number. Raises ValueError with a sentence for them.
    """
    number = e164(text, _region(home))
    return number, label(number, home)


def _region(number: str) -> str | None:
    """The country of a number, also of one that is given to nobody."""
    parsed = _parsed(number)
    if parsed is None or parsed.country_code is None:
        return None
    return phonenumbers.region_code_for_number(parsed) or phonenumbers.region_code_for_country_code(parsed.country_code)


def _classify(address: str) -> Address:
    """Classify what belongs to no channel."""
    address = address.strip()
    compact = _PUNCTUATION.sub("", address)
    if address.lower() in _NOBODY or compact.removeprefix("+") in _NOBODY_IN_DIGITS:
        return Address(Kind.ANONYMOUS, "anonymous")
    dialled = _DIALLED.fullmatch(compact)
    if dialled is None:
        return Address(Kind.ALPHANUMERIC, address)
    plus, digits = dialled.groups()
    if len(digits) <= _LONGEST_SHORT_CODE[plus]:
        return Address(Kind.SHORT_CODE, digits)
    number = _parsed(f"+{digits}") if len(digits) >= _SHORTEST_WITH_COUNTRY else None
    if number is not None and phonenumbers.is_possible_number(number):
        plus = "+"
    return Address(Kind.PHONE, plus + digits)


def _parsed(number: str, region: str | None = None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(number, region)
    except NumberParseException:
        return None


def _written(number: str, home: str | None) -> str:
    parsed = _parsed(number)
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        return number
    ours = _parsed(classify(home).inner.value) if home else None
    same = ours is not None and ours.country_code == parsed.country_code
    style = PhoneNumberFormat.NATIONAL if same else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)
