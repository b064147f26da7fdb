"""Opting out and in, as the rules say it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import consent
from desk.consent import Keyword


@pytest.mark.parametrize(
    "body",
    ["STOP", "StopAll", " unsubscribe\n", "cancel", "End", "QUIT", "OptOut", "revoke"],
)
def test_stop_and_its_synonyms_stop(body: str) -> None:
    """A text that is only such a word opts the contact out, whether or not they had before."""
    assert consent.word(body) is Keyword.STOP
    assert consent.after(False, body)
    assert consent.after(True, body)


@pytest.mark.parametrize("body", ["START", "yes", "\tUnstop "])
def test_start_lifts_a_stop(body: str) -> None:
    """A contact who stopped hears from us again; to one who did not, a YES changes nothing."""
    assert consent.word(body) is Keyword.START
    assert not consent.after(True, body)
    assert not consent.after(False, body)


@pytest.mark.parametrize("body", ["HELP", "info"])
def test_help_changes_nothing(body: str) -> None:
    """Twilio answers it; consent stays as it was."""
    assert consent.word(body) is Keyword.HELP
    assert consent.after(True, body)
    assert not consent.after(False, body)


@pytest.mark.parametrize("body", ["", "please stop", "stop it", "STOP.", "s t o p", "yes please", "the end", "opt out"])
def test_a_word_within_a_text_is_only_a_text(body: str) -> None:
    """Only the whole message counts, as it does for Twilio."""
    assert consent.word(body) is None
    assert consent.after(True, body)
    assert not consent.after(False, body)


def test_the_providers_reading_counts_first() -> None:
    """With its advanced opt-out Twilio knows words of its own; without it we go by the text."""
    assert consent.after(False, "ARRET", "STOP")
    assert not consent.after(True, "Je reviens", "START")
    assert consent.after(True, "yes", "HELP")
    assert consent.after(False, "stop", "")
    assert consent.after(False, "stop", "SOMETHING-NEW")


@given(st.text(), st.booleans())
def test_no_text_raises(body: str, stopped: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    """Any text leaves the contact stopped or not."""
    assert consent.after(stopped, body) in (True, False)
