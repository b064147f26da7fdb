"""A modal that somebody has submitted: what they filled in, and what is wrong with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot import markup
from bot.handlers.context import Body, Context
from desk.access import Actor
from desk.errors import DeskError, MeantAsNote, Unfit


@contextmanager
def shown_at(block: str, *refusals: type[DeskError]) -> Iterator[None]:
    """Have these refusals shown at the block that they are about; the others are at the first one."""
    try:
        yield
    except refusals as refusal:
        raise Unfit({block: str(refusal)}) from None


def filled(view: Body, block: str) -> list[str]:
    """All values that were typed or chosen in a block with one element, in a modal or on Home as Slack has it."""
    element: dict[str, Any] = next(iter((view["state"]["values"].get(block) or {}).values()), {})
    for name, value in element.items():
        if name.startswith("selected_") and value is not None:
            chosen = value if isinstance(value, list) else [value]
            return [str(one["value"] if isinstance(one, dict) else one) for one in chosen]
    return [str(element["value"])] if element.get("value") else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What somebody filled in; Bolt hands it over as `form`. `view` is the modal as Slack has it."""

    desk: Context
    actor: Actor
    view: Body
    ack: AsyncAck
    client: AsyncWebClient

    @property
    def now(self) -> datetime:
        """When it is."""
        return self.desk.clock.now()

    @property
    def metadata(self) -> str:
        """What we gave the modal to remember."""
        return str(self.view.get("private_metadata") or "")

    def text(self, block: str) -> str:
        """What was typed, or the value that was chosen, in a block with one element; nothing when it was left empty."""
        return str(self.choices(block)[0]) if self.choices(block) else ""

    def choices(self, block: str) -> list[str]:
        """All values that were typed or chosen in a block with one element."""
        return filled(self.view, block)

    def to_contact(self, block: str) -> str:
        """What was typed in a block to be texted. Raises MeantAsNote for what would stay inside in a thread."""
        typed = self.text(block)
        if markup.note_prefix(typed):
            raise MeantAsNote
        return markup.typed(typed)

    async def clear(self) -> None:
        """Close it, and those below."""
        await self.ack(response_action="clear")

    async def show(self, view: dict[str, Any]) -> None:
        """Go on with another modal in place of this one."""
        await self.ack(response_action="update", view=view)

    async def show_below(self, view: dict[str, Any]) -> None:
        """Show another modal in place of the one on which this one was opened; nothing when there was none."""
        below = self.view.get("previous_view_id")
        if below is not None:
            await self.client.views_update(view_id=below, view=view)


def form(desk: Context, actor: Actor, body: Body, context: AsyncBoltContext) -> Form:
    """The form that a `view_submission` payload tells of."""
    return Form(
        desk=desk,
        actor=actor,
        view=body["view"],
        ack=context.ack,
        client=context.client,
    )
