"""The modals of saved replies."""

import pytest

from bot.blocks import saved_replies as blocks
from desk.saved_replies import LONGEST_NAME, Offer, Saved
from desk.values import CHOICES
from playground import blocks as kit
from playground import methods_views
from tests.bot.blocks.test_block_limits import BIG, WORST
from tests.golden import golden

SAVED = Saved(id=3, name="Ready", body="Hi {name}, it is ready.", filled="Hi Alice, it is ready.")


def test_none_is_chosen_at_first() -> None:
    """One can be found, and a text can be written and saved."""
    golden("saved_replies", blocks.saved_replies(7, "Alice"))


def test_the_one_that_was_chosen_can_be_changed() -> None:
    """Its text has the contact's name in it; it can be edited and deleted for all."""
    golden("saved_replies_chosen", blocks.saved_replies(7, "Alice", SAVED))


def test_one_is_saved_with_a_name() -> None:
    """Or changed, with the place for the contact's name as it was saved."""
    golden("saved_reply_new", blocks.saving(7, None, body="Hello"))
    golden("saved_reply_edit", blocks.saving(7, 3, SAVED.name, SAVED.body))


def test_what_the_modal_remembers_comes_back() -> None:
    """The conversation, what was chosen, and where its text is."""
    view = blocks.saved_replies(7, "Alice", SAVED)
    conversation_id, reply_id, block_id = blocks.parse(view["private_metadata"])
    assert (conversation_id, reply_id) == (7, 3)
    assert block_id == view["blocks"][1]["block_id"]
    assert blocks.parse_saving(blocks.saving(7, None)["private_metadata"]) == (7, None)


@pytest.mark.parametrize("outside", WORST)
def test_slack_takes_the_worst(outside: str) -> None:
    """Long names and texts, and as many as a menu holds."""
    text = outside * 3
    saved = Saved(id=BIG, name=outside[:LONGEST_NAME], body=text, filled=text)
    for view in (
        blocks.saved_replies(BIG, outside, saved),
        blocks.saved_replies(BIG, outside),
        blocks.saving(BIG, BIG, outside, text),
    ):
        assert not methods_views.check(view, "modal")
    options = blocks.options([Offer(id=BIG + n, name=outside[:LONGEST_NAME], begin=outside) for n in range(CHOICES)])
    assert not list(kit.check_options(options, "/options"))
