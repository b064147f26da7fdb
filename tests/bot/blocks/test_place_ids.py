"""Block ids and action ids say where a press came from, and only ours are believed."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.blocks import actions
from bot.blocks.place import Place
from bot.blocks.said import attempt_value, parse_attempt
from desk.values import Attempt, Filter, Queue

NUMBERS = st.integers(min_value=0, max_value=10**18 - 1)
PLACES = st.builds(
    Place,
    conversation_id=st.none() | NUMBERS,
    revision=NUMBERS,
    queue=st.none() | st.sampled_from(Queue),
    filter=st.none() | st.sampled_from(Filter),
    inbox_id=st.none() | NUMBERS,
    page=NUMBERS,
    thread=st.none() | st.tuples(st.from_regex(r"[CG][A-Z0-9]{1,19}", fullmatch=True), st.just("1750000000.000100")),
)
KINDS = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)


@given(PLACES, KINDS)
def test_a_place_survives_the_round_trip(place: Place, kind: str) -> None:
    """Whatever kind of block it was drawn for, the same place comes back, within Slack's 255 characters."""
    assert len(place.encode(kind)) <= 255
    assert Place.decode(place.encode(kind)) == place


@given(PLACES, PLACES, KINDS, KINDS)
def test_different_blocks_have_different_ids(one: Place, other: Place, kind: str, other_kind: str) -> None:
    """Two blocks share an id only when they are the same block of the same place."""
    assert (one.encode(kind) == other.encode(other_kind)) == ((one, kind) == (other, other_kind))


@given(st.text())
@example("")
@example("card|c1|r1|q|f|i|p0\n")
@example("card|c\u0661|r1|q|f|i|p0")
@example("card|c01|r1|q|f|i|p0")
@example("card|c1|r1|qtheirs|f|i|p0")
@example("card|c1|r1|q|fsecret|i|p0")
@example("card|c-1|r1|q|f|i|p0")
@example("card|c1|r1|q|f|i|p0|t")
@example("card|c1|r1|q|f|i|p0|tC1/../x")
@example("card|c1|r|q|f|i|p0")
@example(f"card|c{10**18}|r1|q|f|i|p0")
def test_what_we_did_not_write_is_refused(block_id: str) -> None:
    """It comes from outside: a malformed id is an error, never a guess."""
    with pytest.raises(ValueError):
        Place.decode(block_id)


@pytest.mark.parametrize("kind", ["", "a|b", "Card", "x" * 41, "card\n"])
def test_a_blocks_kind_is_short_and_plain(kind: str) -> None:
    """A mistake in a builder is seen at once."""
    with pytest.raises(ValueError):
        Place().encode(kind)


def test_a_place_has_no_negative_numbers() -> None:
    """What could not be read back is not written."""
    with pytest.raises(ValueError):
        Place(page=-1).encode("card")


@pytest.mark.parametrize("which", list(Filter))
def test_a_filters_button_is_read_back(which: Filter) -> None:
    """Each filter's button has its own id, found by one pattern."""
    assert actions.FILTER.match(actions.filter_id(which))
    assert actions.filter_of(actions.filter_id(which)) is which


@given(st.integers(min_value=0, max_value=10**9 - 1))
def test_a_pages_button_is_read_back(number: int) -> None:
    """Each page's button has its own id, found by one pattern."""
    assert actions.page_of(actions.page_id(number)) == number


@pytest.mark.parametrize("action_id", ["filter:mine", "filter:open\n", "page:-1", "page:", "page:01", "x", "page:1 "])
def test_other_buttons_are_neither(action_id: str) -> None:
    """What is no filter and no page is refused."""
    with pytest.raises(ValueError):
        actions.filter_of(action_id)
    with pytest.raises(ValueError):
        actions.page_of(action_id)


@given(st.integers(min_value=0, max_value=10**9 - 1))
def test_an_attempt_survives_the_round_trip(number: int) -> None:
    """A press that sends names exactly one attempt of one message."""
    attempt = Attempt("C0CUSTOMERS", "1763871234.000100", number)
    assert parse_attempt(attempt_value(attempt)) == attempt


@pytest.mark.parametrize(
    "value",
    [
        *("", "5:1", "C1:1.2", "C1:1.2:", ":1.2:1", "C1::1", "C1:12:1", "C1:1.2:1:2", "C1:1.2:-1", "C1:1.2:1\n"),
        *("C1:\u0665.2:1", " C1:1.2:1", "c1:1.2:1", "C1:1.2:01", "C1:1.2:" + "9" * 10),
    ],
)
def test_a_malformed_attempt_is_refused(value: str) -> None:
    """Nothing is sent for a value we did not write."""
    with pytest.raises(ValueError):
        parse_attempt(value)


def test_no_two_actions_share_an_id() -> None:
    """Handlers are found by these."""
    ids = [value for name, value in vars(actions).items() if name.isupper() and isinstance(value, str)]
    ids.remove(actions.NAME_INPUT)  # the modal's block and input share a name
    assert len(ids) == len(set(ids))
