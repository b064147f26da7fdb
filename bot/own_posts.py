"""What our own posts tell when Slack is read: which stands there twice, and which card shows what our rows do not."""

from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from bot import metadata
from bot.blocks.place import Place
from bot.handlers.context import Body, Context
from desk import cards, outbox
from storage import deliveries, reading_back

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class OwnPosts:
    """Our own posts as one reading comes upon them; `doubles` is how many stood there twice."""

    desk: Context
    doubles: int = 0
    _posted: dict[UUID, str] = field(default_factory=dict)

    def shown(self, message: Body) -> list[UUID]:
        """The deliveries that a post of ours shows; none for anybody else's."""
        return metadata.deliveries(message, self.desk.workspace.bot_user_id)

    async def see(self, channel_id: str, message: Body) -> None:
        """Have a post deleted that stands there twice: the newer one, unless that is the one we know."""
        for delivery_id in self.shown(message):
            other = self._posted.setdefault(delivery_id, str(message["ts"]))
            if other == message["ts"]:
                continue
            async with self.desk.database.write() as session:
                delivery = await deliveries.find(session, delivery_id)
                if delivery is None or delivery.result_id not in {other, message["ts"]}:
                    continue
                extra = other if delivery.result_id == message["ts"] else str(message["ts"])
                await outbox.delete_post(session, delivery, extra, now=self.desk.clock.now())
            self._posted[delivery_id] = delivery.result_id or other
            self.doubles += 1
            log.warning("posted twice", channel=channel_id, delivery=str(delivery_id))

    async def see_card(self, place: reading_back.Place, message: Body) -> None:
        """Have a card drawn again on which a database that was lost has drawn what ours does not know."""
        card = _card(message) if message.get("user") == self.desk.workspace.bot_user_id else None
        if card is None or card.conversation_id is None or not place.is_current:
            return
        if card.conversation_id == place.conversation_id and card.revision <= place.revision:
            return
        async with self.desk.database.write() as session:
            await cards.draw_over(
                session,
                self.desk.workspace.id,
                place.channel_id,
                place.root_ts,
                shown_id=card.conversation_id,
                revision=card.revision,
                now=self.desk.clock.now(),
            )


def _card(message: Body) -> Place | None:
    """What a card was drawn from, as the id of its block with the menu says."""
    for block in message.get("blocks") or []:
        with suppress(ValueError):
            return Place.decode(str(block.get("block_id")))
    return None
