"""The tour: the main job from one end to the other, done as its people would do it and checked at what they see.

Everything goes over HTTP between the playground and the bridge. A step that does not happen is said and counted.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession

from bot.blocks import actions
from playground import Playground
from playground.core import Failed
from playground.seed import CHANNEL, MANAGER, NUMBER, REPS

DANA, ELIO, FARAH = "+14155550101", "+442079460018", "+14155550177"
CROWD = ("+14155550131", "+14155550132", "+14155550133", "+14155550134")
ANA, BEN, CHLOE = REPS

_PATIENCE_SECONDS = 12.0
_FORBIDDEN = 403


@dataclass
class Tour:
    """Walks through the product and prints a transcript; `failures` are the things that did not happen."""

    play: Playground
    app_url: str
    say: Callable[[str], None] = print
    failures: list[str] = field(default_factory=list)

    async def walk(self) -> bool:
        """Take every step; True when all of it happened."""
        for number, (title, step) in enumerate(
            (
                ("A text becomes a thread", self._inbound),
                ("Somebody takes it", self._owner),
                ("The reply goes out as a text message", self._reply),
                ("Closed, and open again when the customer writes", self._lifecycle),
                ("The queues tell the truth", self._queues),
                ("Too much waits: the manager hears of it once", self._backlog),
                ("The manager gives it out, evenly", self._distribution),
                ("Chloé goes home: what is hers becomes Ben's", self._handoff),
            ),
            start=1,
        ):
            self.say(f"\n{number}  {title}")
            try:
                await step()
            except (Failed, LookupError, AssertionError) as error:
                self._fail(f"{title}: {str(error).splitlines()[0]}")
        return not self.failures

    async def _inbound(self) -> None:
        forged = {"MessageSid": "SM0", "From": DANA, "To": NUMBER, "Body": "I am not Twilio"}
        async with ClientSession() as stranger, stranger.post(f"{self.app_url}/twilio/inbound", data=forged) as answer:
            self._check(
                answer.status == _FORBIDDEN and not self._posts(),
                "what Twilio has not signed is refused: 403, and no card",
            )
        text = await self._text(DANA, "Hi! Is my order ready?")
        self._check(
            text.answer is not None and text.answer.body.endswith("<Response/>"),
            "Twilio is answered with an empty TwiML, so the customer hears nothing from a machine",
        )
        await self._see("#customers", "a card with the number as people write it", lambda: self._card("(415) 555-0101"))
        await self._text(DANA, "I could be there in 10 minutes <!channel> 🙂")
        await self._see(
            "thread",
            "the next text, to the letter, and nobody is pinged",
            lambda: self._in_thread("(415) 555-0101", "10 minutes <!channel> 🙂"),
        )
        await self._text(FARAH, "", media=[("image/png", b"\x89PNG\r\n\x1a\n")])
        await self._see(
            "#customers", "a picture without words says that it came", lambda: "picture" in self._card("(415) 555-0177")
        )

    async def _owner(self) -> None:
        card = self._root("(415) 555-0101")
        before = len(self.play.phone(DANA))
        offered = await self.play.options(ANA, CHANNEL, card.ts, actions.ASSIGN, "")
        names = [option["text"]["text"] for option in offered]
        self._check(names[0].startswith("Ana"), f"the assignee menu, for Ana: {', '.join(names)}")
        await asyncio.gather(*(self.play.press(who, CHANNEL, card.ts, actions.CLAIM) for who in (ANA, BEN)))
        self.say("   Ana and Ben      both press Claim at the same moment")
        told = [who for who in (ANA, BEN) if any("has it already" in _words(one) for one in self._private(who))]
        self._check(len(told) == 1, "exactly one of them wins; the other is told who has it")
        await self.play.choose(MANAGER, CHANNEL, card.ts, actions.ASSIGN, CHLOE)
        self.say("   Mara             picks Chloé in the menu")
        await self._see(
            "#customers", "the card shows the new owner", lambda: "Owner: Chloé" in self._card("(415) 555-0101")
        )
        await self._see(
            "thread", "a line mentions Chloé", lambda: self._in_thread("(415) 555-0101", f"<@{CHLOE}>", "assigned")
        )
        self._check(len(self.play.phone(DANA)) == before, "the customer is told nothing of all this")

    async def _reply(self) -> None:
        card = self._root("(415) 555-0101")
        post = await self._write(CHLOE, card.ts, "*Yes* &amp; it is packed :package:")
        await self._see("phone", "the reply, as plain text", lambda: self._received(DANA, "Yes & it is packed 📦") == 1)
        await self._see("thread", "✅ on Chloé's message: delivered", lambda: "white_check_mark" in post.reactions)
        await self._write(BEN, card.ts, "// be nice, she waited an hour last time")
        taken = await self._write(CHLOE, card.ts, "See you tomorow")
        await self.play.delete(CHLOE, CHANNEL, taken.ts)
        self.say("   Chloé            deletes it before it has left")
        edited = await self._write(CHLOE, card.ts, "See you in 10 minuts")
        await self.play.edit(CHLOE, CHANNEL, edited.ts, "See you in 10 minutes")
        self.say("   Chloé            corrects it before it has left")
        await self._see("phone", "what Chloé meant", lambda: self._received(DANA, "See you in 10 minutes") == 1)
        others = [one for one in ("tomorow", "minuts", "be nice") if self._received(DANA, one)]
        self._check(not others, "neither the note, nor what was taken back, nor the typing mistake")

    async def _lifecycle(self) -> None:
        card = self._root("(415) 555-0101")
        await self.play.press(CHLOE, CHANNEL, card.ts, actions.CLOSE)
        self.say("   Chloé            presses Close")
        await self._see("#customers", "the card is closed", lambda: "Closed" in self._card("(415) 555-0101"))
        await self._text(DANA, "One more thing: can I pay by card?")
        await self._see(
            "#customers", "open again, still Chloé's", lambda: self._card("(415) 555-0101", "Open", "Chloé")
        )
        await self._see(
            "#customers",
            "the text shows in the channel too",
            lambda: any(post.broadcast and "pay by card" in _words(post) for post in self._posts()),
        )

    async def _queues(self) -> None:
        mine = await self._command(CHLOE, "/mine")
        self._check("(415) 555-0101" in mine and "1 unread" in mine, "Chloé's own queue: one conversation, unread")
        others = await self._command(BEN, "/mine")
        self._check("pay by card" not in others, "Ben's own queue does not show it")
        unassigned = await self._command(BEN, "/unassigned")
        self._check("(415) 555-0177" in unassigned, "nobody owns Farah's picture yet")

    async def _backlog(self) -> None:
        await self._text(ELIO, "Do you ship to Wales?")
        await asyncio.gather(*(self.play.text(who, NUMBER, "Are you open today?") for who in CROWD))
        self.say(f'   {len(CROWD)} more phones    "Are you open today?"')
        await self._see("#customers", "an alert mentions Mara", self._alerts)
        alert = self._alerts()[0]
        await self.play.press(MANAGER, CHANNEL, alert.ts, actions.OPEN_QUEUE)
        await self._see(
            "private",
            "Mara presses Open queue",
            lambda: any("Unassigned" in _words(one) for one in self._private(MANAGER)),
        )
        self._check(len(self._alerts()) == 1, "it is said once")

    async def _distribution(self) -> None:
        alert = self._alerts()[0]
        await self.play.press(MANAGER, CHANNEL, alert.ts, actions.DISTRIBUTE)
        self.say("   Mara             presses Distribute on the alert, and again in the window")
        await self._submit(MANAGER)
        await self._see(
            "#customers", "every card has an owner", lambda: not any("No owner" in _words(one) for one in self._posts())
        )
        await self._see("#customers", "the same alert: back to normal", lambda: "Back to normal" in _words(alert))

    async def _handoff(self) -> None:
        before = len(self.play.phone(DANA))
        await self._command(CHLOE, "/sms handoff")
        self.say("   Chloé            picks Ben in the window and adds a note")
        await self._submit(CHLOE, handoff_to=BEN, handoff_note="She pays by card, and is nice")
        await self._see(
            "thread", "who has it now, and the note", lambda: self._in_thread("(415) 555-0101", f"<@{BEN}>", "is nice")
        )
        mine = await self._command(BEN, "/mine")
        self._check("(415) 555-0101" in mine and "pay by card" in mine, "it is in Ben's own queue")
        self._check("(415) 555-0101" not in await self._command(CHLOE, "/mine"), "and no longer in Chloé's")
        self._check(len(self.play.phone(DANA)) == before, "the customer is told nothing of all this")

    async def _submit(self, who: str, **values: str) -> None:
        """Send the window that somebody has before them, and close what it has become."""
        modals = self.play.world.modals
        errors = await self.play.submit(who, modals(who)[-1].id, values)
        self._check(not errors, f"the window takes it{''.join(f': {error}' for error in errors.values())}")
        for view in modals(who):
            await self.play.close(who, view.id)

    async def _text(self, phone: str, body: str, *, media: list[tuple[str, bytes]] | None = None) -> Any:
        said = f'"{body}"' if body else "(a picture)"
        self.say(f"   {self.play.world.phone(phone).name:<16} texts {said}")
        return await self.play.text(phone, NUMBER, body, media=media or [])

    async def _write(self, who: str, thread_ts: str, text: str) -> Any:
        self.say(f"   {self.play.world.people[who].name.split()[0]:<16} writes in the thread: {text}")
        return await self.play.post(who, CHANNEL, text, thread_ts=thread_ts)

    async def _command(self, who: str, command: str) -> str:
        self.say(f"   {self.play.world.people[who].name.split()[0]:<16} types {command}")
        name, _, text = command.partition(" ")
        return _words(await self.play.command(who, CHANNEL, name, text))

    async def _see(self, where: str, what: str, condition: Callable[[], Any]) -> None:
        try:
            await self.play.until(condition, timeout=_PATIENCE_SECONDS)
        except AssertionError:
            self._fail(f"{where}: {what}")
        else:
            self.say(f" ✓ {where:<16} {what}")

    def _check(self, happened: bool, what: str) -> None:  # noqa: FBT001 - it reads as a sentence
        if happened:
            self.say(f" ✓ {'':<16} {what}")
        else:
            self._fail(what)

    def _fail(self, what: str) -> None:
        self.failures.append(what)
        self.say(f" ✗ did not happen   {what}")

    def _posts(self) -> list[Any]:
        return self.play.world.channels[CHANNEL].posts

    def _root(self, contact: str) -> Any:
        found = [post for post in self._posts() if post.bot_id and not post.is_reply and contact in _words(post)]
        if not found:
            raise LookupError(f"there is no card of {contact}")
        return found[0]

    def _card(self, contact: str, *parts: str) -> str:
        """The words on a contact's card; nothing while it is not there or lacks one of the parts."""
        found = [_words(post) for post in self._posts() if post.bot_id and not post.is_reply]
        return next((words for words in found if contact in words and all(part in words for part in parts)), "")

    def _in_thread(self, contact: str, *parts: str) -> bool:
        replies = self.play.thread(CHANNEL, self._root(contact).ts)[1:]
        return any(all(part in _words(post) for part in parts) for post in replies)

    def _received(self, phone: str, part: str) -> int:
        return sum(text.direction == "out" and part in text.body for text in self.play.phone(phone))

    def _private(self, who: str) -> list[Any]:
        return self.play.ephemerals(who)

    def _alerts(self) -> list[Any]:
        return [post for post in self._posts() if f"<@{MANAGER}>" in post.text and not post.is_reply]


def _words(shown: Any) -> str:
    """Everything that can be read in a message, a private answer or a part of either."""
    if shown is None:
        return ""
    parts: list[str] = []

    def read(value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "text" and isinstance(inner, str):
                    parts.append(inner)
                elif key == "user_id":
                    parts.append(f"<@{inner}>")
                else:
                    read(inner)
        elif isinstance(value, list):
            for inner in value:
                read(inner)

    read(shown.blocks)
    return " ".join(parts) or shown.text
