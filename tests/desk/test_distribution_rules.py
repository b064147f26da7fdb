"""Who is given what when it is distributed evenly."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from desk.distribution import Unowned, plan
from desk.team_values import Candidate

_SKILLS = st.lists(st.sampled_from(["billing", "Billing", "returns", "greek"]), max_size=2)
_CANDIDATES = st.lists(
    st.builds(
        Candidate,
        user_id=st.sampled_from([f"U{number}" for number in range(9)]),
        name=st.just("x"),
        load=st.integers(0, 12),
        capacity=st.none() | st.integers(0, 12),
        skills=_SKILLS.map(tuple),
    ),
    max_size=9,
    unique_by=lambda one: one.user_id,
)
_UNOWNED = st.lists(_SKILLS, max_size=30).map(
    lambda all_: [Unowned(conversation_id=number, labels=tuple(labels)) for number, labels in enumerate(all_)]
)


@given(_UNOWNED, _CANDIDATES)
def test_nobody_gets_more_than_they_take(unowned: list[Unowned], candidates: list[Candidate]) -> None:
    """And something is left only when nobody takes any more."""
    given_ = plan(unowned, candidates)
    got = Counter(given_.values())
    for one in candidates:
        assert one.capacity is None or got[one.user_id] == 0 or one.load + got[one.user_id] <= one.capacity
    if len(given_) < len(unowned):
        assert all(one.capacity is not None and one.load + got[one.user_id] >= one.capacity for one in candidates)


@given(st.integers(0, 40), _CANDIDATES)
def test_without_labels_the_load_is_evened_out(number: int, candidates: list[Candidate]) -> None:
    """Nobody who was given something has two more than somebody who would have taken it."""
    given_ = plan([Unowned(conversation_id=n) for n in range(number)], candidates)
    got = Counter(given_.values())
    load = {one.user_id: one.load + got[one.user_id] for one in candidates}
    free = [one for one in candidates if one.capacity is None or load[one.user_id] < one.capacity]
    for user_id in got:
        assert all(load[user_id] <= load[one.user_id] + 1 for one in free)


@given(_UNOWNED, _CANDIDATES)
def test_who_does_it_is_given_it(unowned: list[Unowned], candidates: list[Candidate]) -> None:
    """In whatever case it is written; somebody else only when nobody who does it takes any more."""
    given_ = plan(unowned, candidates)
    by_id = {one.user_id: one for one in candidates}
    load = {one.user_id: one.load for one in candidates}
    for one in unowned:
        if one.conversation_id not in given_:
            continue
        wanted = {label.casefold() for label in one.labels}
        chosen = by_id[given_[one.conversation_id]]
        if not wanted & {skill.casefold() for skill in chosen.skills}:
            for other in candidates:
                does = wanted & {skill.casefold() for skill in other.skills}
                assert not does or (other.capacity is not None and load[other.user_id] >= other.capacity)
        load[chosen.user_id] += 1


def test_the_oldest_goes_to_who_has_least() -> None:
    """Of two with the same load, to the first."""
    candidates = [Candidate(user_id="U1", name="Ana", load=2), Candidate(user_id="U2", name="Ben", load=1)]
    three = [Unowned(conversation_id=number) for number in (7, 8, 9)]
    assert plan(three, candidates) == {7: "U2", 8: "U1", 9: "U2"}
