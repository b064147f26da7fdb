"""What must be true of conversations and replies, said in plain Python: the model that the bridge is held against.

A conversation is a list of entries in the order in which they were taken in; `place` counts them. What became of a
reply follows from the calls that were made for it, the receipts that were heard and what reps decided.
"""

from dataclasses import dataclass, field
from datetime import datetime

from bot.board import MARKS
from storage.states import FAILED
from tests.desk.outside import Fault, Look, Send

LOOKS = 3
RANKS = ("held", "uncertain", "queued", "sending", "sent", "delivered", "read")
FAILING = tuple(str(status) for status in FAILED)
NO_ANSWER = (*FAILING, "canceled")


@dataclass(eq=False)
class Text:
    """A text of the contact."""

    body: str
    place: int
    at: datetime


@dataclass(eq=False)
class Reply:
    """What a rep wrote in Slack: `body` is what would go out now, `place` is 0 until it is taken in."""

    conversation: "Conversation"
    author: str
    ts: str
    root_ts: str
    body: str
    is_note: bool
    written_as_note: bool = False
    edits: int = 0
    edited_ts: str = ""
    newest_edit: tuple[str, str] = ("", "")
    is_deleted: bool = False
    place: int = 0
    status: str = ""
    attempt: int = 1
    held_until: datetime | None = None
    arrived: bool = False
    sends: list[Send] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<{self.body}>"

    @property
    def was_taken(self) -> bool:
        return self.place > 0

    @property
    def may_be_taken_back(self) -> bool:
        """No worker has begun to send it, or what was begun certainly did not happen."""
        return self.status == "held" and (not self.sends or self.sends[-1].certainly_not)

    @property
    def was_edited(self) -> bool:
        """Whether an edit is kept that came too late for the try which is under way, or was."""
        return self.newest_edit[0] > self.edited_ts

    @property
    def is_unwanted(self) -> bool:
        """Its author deleted it, or made it a note, too late for the try which is under way, or was."""
        return self.is_deleted or (self.was_edited and self.written_as_note)

    def take_edit(self) -> None:
        if self.was_edited:
            self.edited_ts, self.body = self.newest_edit

    def leave(self, send: Send) -> None:
        """A try that begins when the ones before have failed goes out as it was edited meanwhile."""
        if send.attempt == self.attempt:
            self.take_edit()

    def be_canceled(self, status: str) -> None:
        """Or not at all, when what it was edited to cannot go."""
        if status == "canceled" and not self.is_deleted:
            self.take_edit()

    def what_is_untold(self, posts: list[str], marks: set[str]) -> str | None:
        """What people still have to be told in the end, when all is done that can be; None when they know it all."""
        about = [words for words in posts if self.body.partition("/")[0] in words]
        is_failed, is_asked = self.status in FAILING, self.status == "uncertain"
        missing = {
            "was forgotten": self.status == "held",
            "has no mark that it arrived": self.status in {"delivered", "read"} and MARKS["delivered"] not in marks,
            "has no mark that it failed": is_failed and MARKS["failed"] not in marks,
            "failed, and nobody was told": is_failed and not any("❗" in words for words in about),
            "is uncertain, and nobody was asked": is_asked and not any("Send again" in words for words in about),
        }
        return next((f"{self} {what}" for what, holds in missing.items() if holds), None)

    def allowed(self, looks: list[Look]) -> set[str]:
        """What its status may be at this moment. `looks` are all that were made at Twilio."""
        if self.status in {"canceled", "received", *FAILING}:
            return {self.status}
        before = {"sent"} if self.arrived else self._left(looks)
        if any(status in FAILING for status in self.heard):
            return {"failed"}
        told = max((RANKS.index(status) for status in self.heard), default=0)
        return {RANKS[max(told, RANKS.index(one))] if one in RANKS else one for one in before}

    def _left(self, looks: list[Look]) -> set[str]:
        """What the calls alone allow."""
        if not self.sends or self.sends[-1].certainly_not:
            return {"held", "canceled" if self.was_edited else "failed"} if self.conversation.is_stopped else {"held"}
        send = self.sends[-1]
        if send.fault in {None, Fault.REFUSED}:
            return {"queued" if send.sms else "failed"}
        since = [look for look in looks if look.to == send.to and look.at >= send.at]
        is_asked = len(since) >= LOOKS and all(look.blind or send.sms is None or self._froze for look in since)
        may_be = {"queued": send.sms, "failed": send.answered and not send.sms, "uncertain": is_asked}
        return {"held", *(status for status, holds in may_be.items() if holds)}

    @property
    def _froze(self) -> bool:
        return self.sends[-1].fault is Fault.FROZEN_BEFORE


@dataclass(eq=False)
class Conversation:
    """What must be true of a conversation."""

    phone: str
    texts: list[Text] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    owner: str | None = None
    is_open: bool = True
    is_stopped: bool = False
    read_to: int = 0
    cleared_to: int = 0
    places: int = 0

    def __repr__(self) -> str:
        return f"<{self.phone}>"

    @property
    def answered_to(self) -> int:
        """The place up to which everything is answered or settled by Close."""
        answers = [one.place for one in self.replies if not one.is_note and one.status not in NO_ANSWER]
        return max([self.cleared_to, *answers])

    @property
    def waiting_since(self) -> datetime | None:
        """When the oldest text that nobody has answered came in."""
        return next((text.at for text in self.texts if text.place > self.answered_to), None)

    @property
    def unread(self) -> int:
        """Texts after the owner's read mark; without an owner, those that are unanswered."""
        seen = self.answered_to if self.owner is None else self.read_to
        return sum(text.place > seen for text in self.texts)

    @property
    def face(self) -> tuple[bool, str | None, datetime | None, int, bool]:
        """Whether it is open, its owner, waiting since, unread, whether the contact stopped."""
        return self.is_open, self.owner, self.waiting_since, self.unread, self.is_stopped

    def next_place(self) -> int:
        self.places += 1
        return self.places

    def receive(self, body: str, at: datetime) -> None:
        """A text came in: it opens what was closed, and STOP and START are obeyed."""
        self.texts.append(Text(body, self.next_place(), at))
        self.is_open = True
        if body in {"STOP", "START"}:
            self.is_stopped = body == "STOP"

    def take(self, reply: Reply, *, hold_until: datetime) -> None:
        """What a rep wrote is taken in: as it was edited meanwhile, unless it was deleted or cannot go."""
        if reply.was_taken or reply.is_deleted:
            return
        reply.edited_ts, edited = reply.newest_edit
        reply.body = edited or reply.body
        if not reply.is_note and self.is_stopped:
            return
        reply.place = self.next_place()
        reply.status = "received" if reply.is_note else "held"
        reply.held_until = hold_until
        self.replies.append(reply)
        if not reply.is_note:
            self.claim(reply)
        if self.owner == reply.author:
            self.read_to = self.places

    def claim(self, reply: Reply) -> None:
        """The first reply to what nobody owns makes its author the owner."""
        if self.owner is None:
            self.give(reply.author, by=reply.author)

    def edit(self, reply: Reply, ts: str, body: str, *, hold_until: datetime) -> None:
        """An edit is heard of: the newest counts, until the reply is handed over."""
        if reply.is_deleted:
            return
        reply.newest_edit = max(reply.newest_edit, (ts, body))
        if not reply.was_taken or not reply.was_edited:
            return
        may_change = reply.is_note or reply.status in NO_ANSWER or reply.may_be_taken_back
        if not may_change:
            return
        reply.take_edit()
        if reply.is_note:
            return
        if reply.written_as_note:
            reply.is_note, reply.status = True, "received"
        elif reply.status == "canceled" and not self.is_stopped:
            self.send_anew(reply, hold_until=hold_until)
            reply.place = self.next_place()
            self.claim(reply)
        elif reply.status == "held" and self.is_stopped:
            reply.status = "canceled"

    def delete(self, reply: Reply) -> None:
        """A deletion is heard of: it takes back what was not handed over."""
        reply.is_deleted = True
        if reply.was_taken and (reply.is_note or reply.status in FAILING or reply.may_be_taken_back):
            reply.status = "canceled"

    def send_anew(self, reply: Reply, *, hold_until: datetime) -> None:
        """A new attempt, which knows nothing of the one before."""
        reply.attempt += 1
        reply.status = "held"
        reply.held_until = hold_until
        reply.sends, reply.heard, reply.arrived = [], [], False

    def fail(self, reply: Reply) -> None:
        """A reply certainly did not arrive, so waiting and unread return."""
        reply.status = "failed"
        self.read_to = min(self.read_to, self.answered_to)

    def give(self, owner: str | None, *, by: str) -> None:
        """The owner changes: all that is unanswered is unread for the new one, unless they took it themselves."""
        if owner == self.owner:
            return
        self.owner = owner
        self.read_to = self.places if owner == by else self.answered_to

    def close(self) -> None:
        self.is_open = False
        self.cleared_to = self.read_to = self.places

    def see(self, reader: str) -> None:
        """Whatever the owner does there counts as having read it."""
        if reader == self.owner:
            self.read_to = self.places

    def hear(self, reply: Reply, attempt: int, status: str) -> None:
        """A receipt came; one of an attempt that was given up says nothing."""
        if attempt == reply.attempt and reply.status != "canceled":
            reply.heard.append(status)
            if status in FAILING and reply.status not in FAILING:
                self.fail(reply)

    def why_not_now(self, reply: Reply, send: Send, now: datetime) -> str | None:
        """What is wrong with handing a reply over now; None when nothing is."""
        early = [one for one in self.replies if one.ts < reply.ts and one.status == "held"]
        made = [one for one in reply.sends if not one.certainly_not]
        faults = {
            f"{reply} is not to be sent: {reply.status}": reply.status != "held",
            f"{reply} goes out as {send.body}": reply.body != send.body,
            f"{reply} was called for twice: {[one.fault for one in made]}": bool(made),
            f"{reply} goes out before its hold is over": reply.held_until is not None and now < reply.held_until,
            f"{reply} goes out before {early}": bool(early),
            f"{reply} goes to somebody who stopped": self.is_stopped,
            f"{reply} goes to the wrong phone": send.to != self.phone,
        }
        return next((fault for fault, holds in faults.items() if holds), None)
