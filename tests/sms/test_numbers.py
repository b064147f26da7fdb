"""Who a text came from: what is stored, what is shown, what is logged, and whether anybody can be answered."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms import numbers
from sms.numbers import Kind

OURS = "+15550100000"


@pytest.mark.parametrize(
    ("address", "kind", "value", "label", "at_home"),
    [
        ("+14155550123", Kind.PHONE, "+14155550123", "+1 415-555-0123", "(415) 555-0123"),
        (" +1 (415) 555-0123 ", Kind.PHONE, "+14155550123", "+1 415-555-0123", "(415) 555-0123"),
        ("14155550123", Kind.PHONE, "+14155550123", "+1 415-555-0123", "(415) 555-0123"),
        ("+15550100000", Kind.PHONE, "+15550100000", "+1 555-010-0000", "(555) 010-0000"),
        ("+14165550123", Kind.PHONE, "+14165550123", "+1 416-555-0123", "(416) 555-0123"),
        ("+447400123456", Kind.PHONE, "+447400123456", "+44 7400 123456", "+44 7400 123456"),
        ("+999123456789", Kind.PHONE, "+999123456789", "+999123456789", "+999123456789"),
        ("+1234567", Kind.PHONE, "+1234567", "+1234567", "+1234567"),
        ("4155550123", Kind.PHONE, "4155550123", "4155550123", "4155550123"),
        ("12345", Kind.SHORT_CODE, "12345", "12345", "12345"),
        ("+72255", Kind.SHORT_CODE, "72255", "72255", "72255"),
        ("MyBrand", Kind.ALPHANUMERIC, "MyBrand", "MyBrand", "MyBrand"),
        ("1800 Taxi", Kind.ALPHANUMERIC, "1800 Taxi", "1800 Taxi", "1800 Taxi"),
        ("ann@example.com", Kind.ALPHANUMERIC, "ann@example.com", "ann@example.com", "ann@example.com"),
        ("messenger:1234", Kind.ALPHANUMERIC, "messenger:1234", "messenger:1234", "messenger:1234"),
        ("1234567890123456", Kind.ALPHANUMERIC, "1234567890123456", "1234567890123456", "1234567890123456"),
        (
            "whatsapp:+14155550123",
            Kind.WHATSAPP,
            "whatsapp:+14155550123",
            "WhatsApp +1 415-555-0123",
            "WhatsApp (415) 555-0123",
        ),
        (
            "WhatsApp: +447400123456",
            Kind.WHATSAPP,
            "whatsapp:+447400123456",
            "WhatsApp +44 7400 123456",
            "WhatsApp +44 7400 123456",
        ),
        ("rcs:+447400123456", Kind.RCS, "rcs:+447400123456", "RCS +44 7400 123456", "RCS +44 7400 123456"),
        ("rcs:acme_agent", Kind.RCS, "rcs:acme_agent", "RCS acme_agent", "RCS acme_agent"),
        ("whatsapp:", Kind.WHATSAPP, "whatsapp:anonymous", "WhatsApp Anonymous", "WhatsApp Anonymous"),
        ("", Kind.ANONYMOUS, "anonymous", "Anonymous", "Anonymous"),
        ("Restricted", Kind.ANONYMOUS, "anonymous", "Anonymous", "Anonymous"),
        ("+266696687", Kind.ANONYMOUS, "anonymous", "Anonymous", "Anonymous"),
        ("+86282452253", Kind.ANONYMOUS, "anonymous", "Anonymous", "Anonymous"),
        ("+7378742833", Kind.ANONYMOUS, "anonymous", "Anonymous", "Anonymous"),
        ("+464", Kind.ANONYMOUS, "anonymous", "Anonymous", "Anonymous"),
    ],
)
def test_every_kind_of_sender(address: str, kind: Kind, value: str, label: str, at_home: str) -> None:
    """Each kind is told apart, stored in one form, and shown the way people write it."""
    assert numbers.classify(address) == numbers.Address(kind, value)
    assert numbers.normalize(address) == value
    assert numbers.label(address) == label
    assert numbers.label(address, OURS) == at_home
    assert numbers.label(address, f"whatsapp:{OURS}") == at_home
    assert numbers.label(address, "12345") == label


def test_a_neighbours_number_is_written_as_at_home() -> None:
    """Our own country's numbers need no country code, whichever country it is."""
    assert numbers.label("+447400123456", "+441632960000") == "07400 123456"


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("+14155550123", "+1…0123"),
        ("+447400123456", "+44…3456"),
        ("whatsapp:+14155550123", "whatsapp:+1…0123"),
        ("+1234567", "…67"),
        ("+999123456789", "+…6789"),
        ("12345", "…45"),
        ("ab", "…b"),
        ("MyBrand", "…nd"),
        ("rcs:acme_agent", "rcs:…nt"),
        ("+266696687", "anonymous"),
    ],
)
def test_logs_never_hold_a_whole_number(address: str, masked: str) -> None:
    """A log line shows a country and a few digits."""
    assert numbers.masked(address) == masked


@pytest.mark.parametrize("address", ["+14155550123", "whatsapp:+14155550123", "rcs:+14155550123", "12345"])
def test_who_can_be_answered(address: str) -> None:
    """Whoever has a number can be answered."""
    assert numbers.can_reply(address)


@pytest.mark.parametrize("address", ["MyBrand", "", "+266696687", "anonymous", "rcs:acme", "whatsapp:"])
def test_who_cannot_be_answered(address: str) -> None:
    """A name and a withheld number lead nowhere."""
    assert not numbers.can_reply(address)


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [
        ("+1 (415) 555-0123", None, "+14155550123"),
        ("(415) 555-0123", "US", "+14155550123"),
        ("415.555.0123", "US", "+14155550123"),
        ("0044 7400 123456", None, "+447400123456"),
        ("+44 (0)20 7946 0018", None, "+442079460018"),
        ("07400 123456", "GB", "+447400123456"),
        ("\u202d+1\u00a0415\u2011555\u20110123\u202c", None, "+14155550123"),
        ("\uff0b14155550123", None, "+14155550123"),
        ("+15550100000", None, "+15550100000"),
    ],
)
def test_an_admin_may_type_a_number_in_many_ways(text: str, region: str | None, number: str) -> None:
    """Spaces, brackets, dashes, 00 and what copying leaves behind are all understood."""
    assert numbers.e164(text, region) == number


@pytest.mark.parametrize(
    ("text", "region", "sentence"),
    [
        ("", None, "Please give a phone number"),
        (" - ", None, "Please give a phone number"),
        ("4155550123", None, "begin the number with +"),
        ("whatsapp:+14155550123", None, "only digits"),
        ("+14155550123 ext 5", None, "only digits"),
        ("call +14155550123", None, "only digits"),
        ("1-800-FLOWERS", "US", "only digits"),
        ("555-0123", "US", "no area code"),
        ("+1415", None, "too few digits"),
        ("+1415555012345", None, "too many digits"),
        ("+999123456", None, "no phone number that we know"),
        ("+" + "9" * 300, None, "no phone number that we know"),
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(text: str, region: str | None, sentence: str) -> None:
    """Nothing is dropped silently: the admin reads what to change."""
    with pytest.raises(ValueError, match=re.escape(sentence)):
        numbers.e164(text, region)


@pytest.mark.parametrize(
    ("text", "home", "number", "label"),
    [
        ("(415) 555-0123", "+15550100000", "+14155550123", "(415) 555-0123"),
        ("07400 123456", "+442079460018", "+447400123456", "07400 123456"),
        ("011 44 7400 123456", "+15550100000", "+447400123456", "+44 7400 123456"),
        ("0044 7400 123456", "+493012345678", "+447400123456", "+44 7400 123456"),
        ("030 123456", "+493012345678", "+4930123456", "030 123456"),
    ],
)
def test_a_rep_dials_as_in_the_country_of_the_inbox(text: str, home: str, number: str, label: str) -> None:
    """With the country's own prefixes, and with any country code; shown as people write it there."""
    assert numbers.dialled(text, home) == (number, label)


ADDRESSES = st.one_of(
    st.text(max_size=30),
    st.from_regex(r"(whatsapp:|rcs:|RCS: )?\+?[0-9 ()-]{0,20}", fullmatch=True),
    st.sampled_from(["whatsapp:" * 3000, "rcs:whatsapp:+14155550123", "+" * 50]),
)


@given(ADDRESSES)
def test_no_address_raises(address: str) -> None:
    """Whatever stands in From is stored once and for all, shown, and never logged in full."""
    known = numbers.classify(address)
    assert numbers.classify(known.value) == known
    assert numbers.label(address, address)
    numbers.can_reply(address)
    if known.inner.kind is not Kind.ANONYMOUS:
        assert known.inner.value not in numbers.masked(address)


@given(st.text(max_size=30), st.sampled_from([None, "US", "GB", "XX"]))
def test_typed_text_is_a_number_or_a_sentence(text: str, region: str | None) -> None:
    """Any text gives a number that can be typed again, or a sentence."""
    try:
        number = numbers.e164(text, region)
    except ValueError as refused:
        number, sentence = "+15550100000", str(refused)
    else:
        sentence = "."
    assert sentence.endswith(".")
    assert numbers.e164(number) == number
