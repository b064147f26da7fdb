"""The modal that texts a number, and what it says once that is under way."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    InputBlock,
    LinkButtonElement,
    Option,
    OptionGroup,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
)

from bot.blocks import actions, words
from bot.blocks.modals import LONGEST_NAME, modal
from bot.blocks.place import Place
from desk.values import CHOICES

LONGEST_TYPED = 3000  # more than a message holds, so that whoever writes too much is told by how much

_LONGEST_NUMBER = 60
_OPTION = 75
_CONTACT = 150


def new(inboxes: Sequence[tuple[int, str]], chosen: int | None, number: str = "") -> dict[str, Any]:
    """Ask whom to text, from which of these inboxes (ids and names), and what."""
    options = [_option(*inbox) for inbox in inboxes]
    initial = next((_option(id_, name) for id_, name in inboxes if id_ == chosen), None)
    return modal(
        callback_id=actions.NEW_MODAL,
        title="New text",
        submit="Send",
        blocks=[
            InputBlock(
                block_id=actions.NEW_NUMBER,
                label=words.plain("Number"),
                hint=words.plain("With its country code, or as it is dialled in the country of the inbox's number."),
                element=PlainTextInputElement(
                    action_id=actions.NEW_NUMBER,
                    initial_value=words.shorten(words.one_line(number), _LONGEST_NUMBER) or None,
                    max_length=_LONGEST_NUMBER,
                    focus_on_load=not number,
                ),
            ),
            InputBlock(
                block_id=actions.NEW_INBOX,
                label=words.plain("From"),
                element=StaticSelectElement(
                    action_id=actions.NEW_INBOX,
                    placeholder=words.plain("Choose an inbox"),
                    initial_option=initial,
                    **_offered(options),
                ),
            ),
            InputBlock(
                block_id=actions.NEW_TEXT,
                label=words.plain("Text"),
                element=PlainTextInputElement(
                    action_id=actions.NEW_TEXT,
                    multiline=True,
                    max_length=LONGEST_TYPED,
                    focus_on_load=bool(number),
                ),
            ),
            InputBlock(
                block_id=actions.NEW_NAME,
                label=words.plain("Name"),
                hint=words.plain(
                    "What your team calls them, unless they have a name. They see it where a saved reply says {name}."
                ),
                optional=True,
                element=PlainTextInputElement(action_id=actions.NEW_NAME, max_length=LONGEST_NAME),
            ),
        ],
    )


def _option(inbox_id: int, name: str) -> Option:
    text = words.shorten(words.one_line(name), _OPTION) or "An inbox"
    return Option(text=words.plain(text), value=str(inbox_id))


def _offered(options: list[Option]) -> dict[str, Any]:
    """More than a menu holds are grouped."""
    if len(options) <= CHOICES:
        return {"options": options}
    starts = range(0, len(options), CHOICES)
    groups = [options[start : start + CHOICES] for start in starts]
    labels = [f"{start + 1} to {start + len(group)}" for start, group in zip(starts, groups, strict=True)]
    return {
        "option_groups": [
            OptionGroup(label=words.plain(label), options=group)
            for label, group in zip(labels, groups[:CHOICES], strict=False)
        ]
    }


def begun(
    conversation_id: int, contact: str, channel_id: str, thread: tuple[str, tuple[str, str]] | None, unowned: str | None
) -> dict[str, Any]:
    """What came of it. `thread` is its address, with its channel and root; None while it is still being posted."""
    who = words.escape(words.shorten(words.one_line(contact) or "this contact", _CONTACT))
    told = f"Your text to {who} "
    told += (
        "is in its thread, and on its way."
        if thread
        else f"is on its way. Its thread is being posted in <#{channel_id}>."
    )
    blocks: list[Block] = [SectionBlock(text=words.markup(told))]
    if unowned is not None:
        blocks.append(SectionBlock(text=words.plain(f"Nobody owns this conversation yet. {unowned}")))
    if thread is not None:
        url, (channel, root_ts) = thread
        place = Place(conversation_id=conversation_id, thread=(channel, root_ts))
        link = LinkButtonElement(text=words.plain("Open thread"), url=url, action_id=actions.OPEN_THREAD)
        blocks.append(ActionsBlock(block_id=place.encode("begun"), elements=[link]))
    return modal(title="New text", close="Done", blocks=blocks)
