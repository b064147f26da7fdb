"""Modals, as `views.open` takes them."""

from typing import Any

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from bot.blocks import actions, words
from bot.blocks.post import Post

LONGEST_NAME = 75


def told(post: Post) -> dict[str, Any]:
    """What somebody is told privately where nothing can be said beside what they used: in a window of its own."""
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Threadline"}, "blocks": list(post.blocks)}
    return {**view, "close": {"type": "plain_text", "text": "OK"}}


def rename(conversation_id: int, name: str = "") -> dict[str, Any]:
    """Name a contact; an empty name goes back to the number. The conversation is in `private_metadata`."""
    known = words.shorten(words.one_line(name), LONGEST_NAME)
    view = View(
        type="modal",
        callback_id=actions.RENAME_MODAL,
        private_metadata=str(conversation_id),
        title=words.plain("Name this contact"),
        submit=words.plain("Save"),
        close=words.plain("Cancel"),
        blocks=[
            InputBlock(
                block_id=actions.NAME_BLOCK,
                label=words.plain("Name"),
                hint=words.plain("Your team sees it on the card and in the queues. The customer never does."),
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
    return dict(view.to_dict())
