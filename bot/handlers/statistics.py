"""`/sms stats`: the numbers of a period, privately, and a picture of them in one's direct messages."""

from io import BytesIO

from bot import files
from bot.blocks import statistics as blocks
from bot.blocks import whispers
from bot.blocks.post import Post
from bot.files import File
from bot.handlers.asked import Asked
from desk import statistics
from desk.figures import Figures, Period

_PERIODS = {"": Period.WEEK, **{period.value: period for period in Period}}


async def stats(asked: Asked) -> None:
    """`/sms stats [today|7d|30d]`: how it goes."""
    period = _PERIODS.get(asked.word)
    if period is None:
        await asked.answer(whispers.usage(blocks.USAGE, f"“{asked.text}” is not a period that we count."))
        return
    await asked.desk.later.answer(asked.answer, asked.tell, _count(asked, period))


async def _count(asked: Asked, period: Period) -> Post:
    async with asked.desk.later.turn, asked.desk.database.read() as session:
        figures = await statistics.read(session, asked.actor, period, channel_id=asked.channel_id, now=asked.now)
    if figures.texts:
        asked.desk.later.start(asked.tell, _send_picture(asked, figures))
    return blocks.statistics(figures)


async def _send_picture(asked: Asked, figures: Figures) -> None:
    picture = await asked.desk.pictures.draw(blocks.chart(figures))
    file = File(
        name=f"texts-{figures.last_day}.png",
        what="the picture",
        says=blocks.caption(figures),
        size=len(picture),
        content=BytesIO(picture),
    )
    await files.send(asked.client, asked.actor.user_id, file)
