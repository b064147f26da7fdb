"""The modal in which managers give out what nobody owns: evenly by load, or each by hand."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ContextBlock,
    ExternalDataMultiSelectElement,
    ExternalDataSelectElement,
    InputBlock,
    NumberInputElement,
    Option,
    RadioButtonsElement,
    SectionBlock,
)

from bot.blocks import actions, words
from bot.blocks.menu import SOMEBODY, person_option
from bot.blocks.modals import modal
from bot.blocks.place import Place
from bot.blocks.said import cut
from desk.distribution import MOST_EVENLY
from desk.team_values import Candidate, Offer, Offers
from desk.values import CHOICES

EVENLY, BY_HAND = "evenly", "by_hand"
WAY = Place().encode("way")
NUMBER, AMONG = "number", "among"
GIVE = "give"

_WAYS = ((EVENLY, "Evenly by load"), (BY_HAND, "By hand"))
_MOST_SHOWN = 40
_NAME = 60
_CONTACT = 100
_LABELS = 150


def distribution(offers: Offers, way: str = EVENLY) -> dict[str, Any]:
    """What there is to give out, to whom, and the one or the other way to do it."""
    blocks: list[Block] = [SectionBlock(text=words.markup(_head(offers))), _ways(way)]
    blocks += _evenly(offers) if way == EVENLY else _by_hand(offers)
    return modal(
        callback_id=actions.DISTRIBUTE_MODAL,
        metadata=f"{way}:{offers.inbox_id}",
        title="Distribute",
        submit="Distribute",
        blocks=blocks,
    )


def way_and_inbox(metadata: str) -> tuple[str, int]:
    """What a modal is about, from its metadata. It comes from outside: anything else raises ValueError."""
    way, _, inbox_id = metadata.partition(":")
    if way not in dict(_WAYS):
        raise ValueError(f"Not a way to distribute: {way[:40]!r}")
    return way, int(inbox_id)


def given(view: dict[str, Any]) -> dict[int, str]:
    """Who was picked for which conversation, in a modal as Slack has it."""
    picked = {}
    for block_id, elements in view["state"]["values"].items():
        chosen = (elements.get(actions.DISTRIBUTE_TO) or {}).get("selected_option")
        if chosen is not None:
            picked[Place.decode(block_id).conversation_id or 0] = str(chosen["value"])
    return picked


def _head(offers: Offers) -> str:
    verb = "waits" if offers.count == 1 else "wait"
    inbox = words.escape(words.shorten(words.one_line(offers.inbox), _NAME))
    return f"*{words.count(offers.count, 'conversation')}* {verb} for an owner in {inbox}."


def _ways(way: str) -> Block:
    options = {value: Option(value=value, text=words.plain(label)) for value, label in _WAYS}
    return ActionsBlock(
        block_id=WAY,
        elements=[
            RadioButtonsElement(
                action_id=actions.DISTRIBUTE_WAY, options=list(options.values()), initial_option=options[way]
            )
        ],
    )


def _evenly(offers: Offers) -> Iterator[Block]:
    most = min(offers.count, MOST_EVENLY)
    yield InputBlock(
        block_id=NUMBER,
        label=words.plain("How many, the longest waiting first"),
        element=NumberInputElement(
            action_id=NUMBER,
            is_decimal_allowed=False,
            min_value="1",
            max_value=str(MOST_EVENLY),
            initial_value=str(most),
        ),
    )
    yield InputBlock(
        block_id=AMONG,
        label=words.plain("Among"),
        hint=words.plain("Empty: everybody who is here. Nobody gets more than they take."),
        optional=True,
        element=ExternalDataMultiSelectElement(
            action_id=actions.DISTRIBUTE_AMONG,
            placeholder=words.plain("Everybody who is here"),
            min_query_length=0,
            max_selected_items=CHOICES,
        ),
    )
    lines = [_load(one) for one in offers.candidates[:_MOST_SHOWN]]
    if lines:
        yield SectionBlock(text=words.markup(cut("\n".join(lines))))
    more = len(offers.candidates) - _MOST_SHOWN
    if more > 0:
        yield ContextBlock(elements=[words.plain(f"And {words.count(more, 'more rep')} with more to do.")])


def _load(candidate: Candidate) -> str:
    """What somebody has to do, in counts; their name pings nobody."""
    name = words.escape(words.shorten(words.one_line(candidate.name), _NAME)) or SOMEBODY
    takes = "" if candidate.capacity is None else f" of {candidate.capacity:,}"
    skills = words.escape(words.shorten(", ".join(candidate.skills), _LABELS))
    rest = [
        *(["takes no more"] if candidate.is_full() else []),
        *(["away"] if candidate.is_away else []),
        *([f"does {skills}"] if skills else []),
    ]
    return ", ".join([f"{name}: {candidate.open:,}{takes} open, {candidate.unread:,} unread", *rest])


def _by_hand(offers: Offers) -> Iterator[Block]:
    for offer in offers.offers:
        yield InputBlock(
            block_id=Place(conversation_id=offer.conversation_id).encode(GIVE),
            label=words.plain(_contact(offer)),
            hint=words.plain(_about(offer, offers.now)),
            optional=True,
            element=ExternalDataSelectElement(
                action_id=actions.DISTRIBUTE_TO,
                placeholder=words.plain("Nobody yet"),
                min_query_length=0,
                initial_option=person_option(offer.to.user_id, offer.to.name) if offer.to else None,
            ),
        )
    more = offers.count - len(offers.offers)
    if more > 0:
        yield ContextBlock(elements=[words.plain(f"And {more:,} more after these.")])


def _contact(offer: Offer) -> str:
    return words.shorten(words.one_line(offer.contact), _CONTACT) or "Unknown number"


def _about(offer: Offer, now: datetime) -> str:
    since = offer.waiting_since
    waits = f"Waiting for {words.span(now - since)}" if since else "Answered"
    about = [words.one_line(text) for text in (*offer.labels, offer.last_text)]
    return words.shorten(" · ".join([waits, *filter(None, about)]), _LABELS)
