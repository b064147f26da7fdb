"""What customers and reps do while the bridge dies: each waits for its 2xx, and Twilio and Slack send again until it.

Every text and reply has a body of its own (`t-17-3`, `r-17-3`), so that posts that share texts can be read apart.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playground.core import Failed
from playground.seed import CHANNEL, NUMBER
from playground.world import Post
from tests.crash.stage import Stage
from tests.journeys.scene import quoted
from tests.journeys.screen import buttons, words

_WAIT_SECONDS = 150.0  # Slack's event goes to a frozen process now and then, and comes again much later


@dataclass(eq=False)
class Reply:
    """A reply as it was written last; `bodies` are its wordings, of which the customer may have any one."""

    post: Post
    bodies: list[str]
    author: str
    is_deleted: bool = False


@dataclass(eq=False)
class Contact:
    """A customer, and all that was said between them and us."""

    index: int
    texts: list[str] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    root: Post | None = None

    @property
    def phone(self) -> str:
        return f"+1415555{self.index:04}"


class People:
    """They act one after the other within a conversation, as people do, and all conversations at once."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.play = stage.play
        self._read = 0
        self._heard: set[tuple[str, ...]] = set()

    async def text(self, contact: Contact) -> None:
        """A customer writes; Twilio posts it again until it is taken."""
        body = f"t-{contact.index}-{len(contact.texts) + 1}"
        contact.texts.append(body)
        text = await self.play.text(contact.phone, NUMBER, body)
        while text.answer is None or text.answer.status != 200:
            await asyncio.sleep(0.1)
            await self.play.redeliver(text)

    async def find_card(self, contact: Contact) -> Post:
        """The card of a contact's thread, once it stands there."""
        if contact.root is None:
            contact.root = await self.until(lambda: self._card(contact))
        assert contact.root is not None
        return contact.root

    def _card(self, contact: Contact) -> Post | None:
        for post in reversed(self.play.world.channels[CHANNEL].posts):
            if post.bot_id and not post.is_reply and quoted(post)[:1] == contact.texts[:1]:
                return post
        return None

    async def reply(self, contact: Contact, author: str) -> Reply:
        """A rep writes in the thread."""
        root = await self.find_card(contact)
        body = f"r-{contact.index}-{len(contact.replies) + 1}"
        post = await self.play.post(author, CHANNEL, body, thread_ts=root.ts)
        reply = Reply(post, [body], author)
        contact.replies.append(reply)
        await self._is_heard("written", post.ts)
        return reply

    async def edit(self, reply: Reply) -> None:
        """Its author changes the wording."""
        body = f"{reply.bodies[0]}-e{len(reply.bodies)}"
        reply.bodies.append(body)
        await self.play.edit(reply.author, CHANNEL, reply.post.ts, body)
        await self._is_heard("edited", reply.post.ts, (reply.post.edited or {})["ts"])

    async def delete(self, reply: Reply) -> None:
        """Its author takes it back."""
        reply.is_deleted = True
        await self.play.delete(reply.author, CHANNEL, reply.post.ts)
        await self._is_heard("deleted", reply.post.ts)

    async def claim(self, contact: Contact, user: str) -> None:
        """Make it mine, unless it is somebody's already, and see that it is."""
        root = await self.find_card(contact)
        while "Claim" in buttons(root):
            await self.press(user, root.ts, "claim")
            await asyncio.sleep(0.1)

    async def close(self, contact: Contact, user: str) -> None:
        """Close it, although the customer may wait, and see that it is."""
        root = await self.find_card(contact)
        while "Reopen" not in buttons(root):
            await self.press(user, root.ts, "close")
            for asked in self.play.ephemerals(user)[::-1]:
                if "close_anyway" in str(asked.blocks) and f"555-{contact.index:04}" in words(asked.blocks):
                    await self.press(user, asked.ts, "close_anyway")
                    break
            await asyncio.sleep(0.1)

    async def press(self, user: str, ts: str, action_id: str) -> None:
        """Press until it is answered, or gone."""
        while True:
            try:
                await self.play.press(user, CHANNEL, ts, action_id)
            except Failed:
                await asyncio.sleep(0.1)
            except LookupError:
                return
            else:
                return

    async def until(self, condition: Callable[[], Any]) -> Any:
        """Wait for what people see."""
        return await self.play.until(condition, timeout=_WAIT_SECONDS)

    async def _is_heard(self, *what: str) -> None:
        await self.until(lambda: what in self._listen())

    def _listen(self) -> set[tuple[str, ...]]:
        """The events of people that were answered with 2xx."""
        for sent in self.play.sent[self._read :]:
            if sent.kind == "event" and sent.status == 200:
                self._heard.add(_what(sent.body["event"]))
        self._read = len(self.play.sent)
        return self._heard


def _what(event: Any) -> tuple[str, ...]:
    match event.get("subtype"):
        case "message_changed":
            message = event["message"]
            return ("edited", message["ts"], str((message.get("edited") or {}).get("ts")))
        case "message_deleted":
            return ("deleted", event["deleted_ts"])
        case _:
            return ("written", event.get("ts", ""))
