"""Modals, as `views.open` takes them."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from bot.blocks import actions, words
from bot.blocks.post import Post

LONGEST_NAME = 75


def modal(
    *,
    title: str,
    blocks: Sequence[Block],
    submit: str | None = None,
    close: str = "Cancel",
    callback_id: str | None = None,
    metadata: str | None = None,
) -> dict[str, Any]:
    """A modal with a title of up to 24 characters and up to 100 blocks (Slack's limits).

    It is submitted under `callback_id`, and gives `metadata` back then. Raises SlackObjectFormationError for what Slack
    would refuse.
    """
    view = View(
        type="modal",
        callback_id=callback_id,
        private_metadata=metadata,
        title=words.plain(title),
        submit=words.plain(submit) if submit else None,
        close=words.plain(close),
        blocks=list(blocks),
    )
    return dict(view.to_dict())


def told(post: Post) -> dict[str, Any]:
    """What somebody is told privately where nothing can be said beside what they used: in a window of its own."""
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Threadline"}, "blocks": list(post.blocks)}
    return {**view, "close": {"type": "plain_text", "text": "OK"}}


def rename(conversation_id: int, name: str = "") -> dict[str, Any]:
    """Name a contact; an empty name goes back to the number. The conversation is in `private_metadata`."""
    known = words.shorten(words.one_line(name), LONGEST_NAME)
    return modal(
        callback_id=actions.RENAME_MODAL,
        metadata=str(conversation_id),
        title="Name this contact",
        submit="Save",
        blocks=[
            InputBlock(
                block_id=actions.NAME_BLOCK,
                label=words.plain("Name"),
                hint=words.plain(
                    "Your team sees it on the card and in the queues; the customer where a saved reply says {name}."
                ),
                optional=True,
                element=PlainTextInputElement(
                    action_id=actions.NAME_INPUT,
                    initial_value=known or None,
                    max_length=LONGEST_NAME,
                    focus_on_load=True,
                ),
            )
        ],
    )


def away() -> dict[str, Any]:
    """Until when somebody is away."""
    return modal(
        callback_id=actions.AWAY_MODAL,
        title="You are away",
        submit="Go away",
        blocks=[
            InputBlock(
                block_id=actions.AWAY_BLOCK,
                label=words.plain("Until"),
                hint=words.plain("14:00, tomorrow, mon 9:00, 2026-12-24, for 2h; empty: until you are back"),
                optional=True,
                element=PlainTextInputElement(action_id=actions.AWAY_BLOCK, max_length=60, focus_on_load=True),
            )
        ],
    )
