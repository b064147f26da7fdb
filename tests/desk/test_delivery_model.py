"""Any interleaving of what people do, what fails outside and how time passes, held against a model of the rules.

The bridge is real from the use cases of its webhooks to the SDKs of Slack and Twilio; only the network is ours, and so
are the steps of its couriers and its clocks. With THREADLINE_MODEL_EXAMPLES=2000 it tries that many interleavings.
"""

import asyncio
import os
import sys
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.handlers import replies as slack
from desk import assignment, decisions, lifecycle
from desk.intake import Receipt
from desk.values import Attempt
from sms import webhooks
from tests.desk.model import FAILING, Conversation, Reply
from tests.desk.outside import Call, Fault, Outside, Send
from tests.desk.stage import CHANNEL, NUMBER, REPS, TEAM, Row, Stage, face_of, make_template

T = TypeVar("T")

START = 1_800_000_000.0
PHONES = ("+14155550101", "+14155550102")
STATUSES = ("queued", "sending", "sent", "delivered", "read", *FAILING)
EXAMPLES = int(os.environ.get("THREADLINE_MODEL_EXAMPLES", "0"))

phones = st.sampled_from([PHONES[0], *PHONES])
reps = st.sampled_from(REPS)
faults = st.sampled_from(Fault)
heard = st.sampled_from(["now", "now", "now", "later"])


class Bridge(RuleBasedStateMachine):
    """A rule for all that can happen, and what must be true after each and in the end."""

    replies: Bundle[Reply] = Bundle("replies")
    template: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = TemporaryDirectory(prefix="threadline-model-")
        self.outside = Outside(START)
        self.outside.on_send = self.hand_over
        self.conversations = {phone: Conversation(phone) for phone in PHONES}
        self.by_name: dict[str, Reply] = {}
        self.by_id: dict[int, Reply] = {}
        self.unheard: list[tuple[str, Reply, str]] = []
        self.kept: dict[str, Reply] = {}

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    def name(self, what: str) -> str:
        count = len(self.by_name) + sum(len(one.texts) for one in self.conversations.values())
        return f"{what} {count + 1}."

    @initialize(target=replies, hold=st.sampled_from([0, 10]), confirmed=st.booleans())
    def opening(self, hold: int, confirmed: bool) -> Reply:  # noqa: FBT001
        """Replies are held for so long; a first text is answered, whose card may not be confirmed yet."""
        self.hold = timedelta(seconds=hold)
        self.stage = self.run(Stage.open(self.outside, self.template, Path(self.folder.name), hold=self.hold))
        if not confirmed:
            self.outside.faults[Call.POST].append(Fault.CRASH_AFTER)
        self.text(PHONES[0])
        self.run(self.go_on())
        return self._write("reply", PHONES[0], REPS[0], "now")

    # What contacts do

    @rule(phone=phones)
    def text(self, phone: str) -> None:
        self._receive(phone, self.name("text"))

    @rule(phone=phones, fault=faults)
    def unlucky_text(self, phone: str, fault: Fault) -> None:
        """One whose post will fail."""
        self.outside.faults[Call.POST].append(fault)
        self.text(phone)
        self.run(self.go_on())

    @rule(word=st.sampled_from(["STOP", "START"]))
    def stop_or_start(self, word: str) -> None:
        self._receive(PHONES[0], word)
        (self.outside.stopped.add if word == "STOP" else self.outside.stopped.discard)(PHONES[0])

    def _receive(self, phone: str, body: str) -> None:
        sid = f"SMin{phone}{len(self.conversations[phone].texts)}"
        form = {"MessageSid": sid, "AccountSid": "AC1", "From": phone, "To": NUMBER, "Body": body}
        for _ in range(2):  # a repeat says nothing new
            came = self.stage.take(webhooks.INBOUND, f"AC1:{sid}", form, stream=f"{NUMBER}:{phone}")
            assert self.run(came) is Receipt.PROCESSED
        self.conversations[phone].receive(body, self.stage.now())

    # What reps write; Slack tells of it now or later, in any order

    @rule(target=replies, phone=phones, author=reps, heard=heard)
    def reply(self, phone: str, author: str, heard: str) -> Reply:
        return self._write("reply", phone, author, heard)

    @rule(target=replies, phone=phones, author=reps, fault=faults)
    def unlucky_reply(self, phone: str, author: str, fault: Fault) -> Reply:
        """One that will fail as soon as its hold is over."""
        self.outside.faults[Call.SEND].append(fault)
        reply = self._write("reply", phone, author, "now")
        self.stage.move(self.hold.total_seconds())
        self.run(self.go_on())
        return reply

    @rule(target=replies, phone=phones, author=reps, heard=heard)
    def note(self, phone: str, author: str, heard: str) -> Reply:
        return self._write("note", phone, author, heard)

    def _write(self, kind: str, phone: str, author: str, heard: str) -> Reply:
        """Write in the contact's thread, or in any while that one's card is still on its way."""
        cards = {self._phone_of(post.words): post.ts for post in self.outside.posts if post.thread_ts is None}
        phone = phone if phone in cards else next(iter(cards), phone)
        reply = Reply(
            conversation=self.conversations[phone],
            author=author,
            ts=self.outside.next_ts(),
            root_ts=cards.get(phone, ""),
            body=self.name(kind),
            is_note=kind == "note",
            written_as_note=kind == "note",
        )
        self.by_name[reply.body] = reply
        if reply.root_ts:
            self._tell("message", reply, reply.ts, heard)
        return reply

    @staticmethod
    def _phone_of(words: str) -> str:
        return next(phone for phone in PHONES if phone[-4:] in words)

    @rule(reply=replies, what=st.sampled_from(["edit", "deletion"]), heard=heard)
    def change(self, reply: Reply, what: str, heard: str) -> None:
        if reply.root_ts:
            self._tell(what, reply, self.outside.next_ts(), heard)

    @precondition(lambda self: self.unheard)
    @rule(which=st.integers(0, 3))
    def hear(self, which: int) -> None:
        self.run(self._hear(*self.unheard.pop(which % len(self.unheard))))

    def _tell(self, what: str, reply: Reply, ts: str, heard: str) -> None:
        if heard == "now":
            self.run(self._hear(what, reply, ts))
        else:
            self.unheard.append((what, reply, ts))

    async def _hear(self, what: str, reply: Reply, ts: str) -> None:
        """Slack's event of a message, of an edit at `ts`, or of the deletion."""
        body = reply.body.partition("/")[0] + (f"/{ts}" if what == "edit" else "")
        text = f"// {body}" if reply.written_as_note else body
        said: dict[str, Any] = {"user": reply.author, "ts": reply.ts, "thread_ts": reply.root_ts, "text": text}
        hold_until = self.stage.now() + self.hold
        if what == "message":
            key = f"{TEAM}:{CHANNEL}:{reply.ts}"
            reply.held_until, self.kept[key] = hold_until, reply
            await self.stage.hear(slack.MESSAGE, key, **said)
            await self._see_what_was_taken()
        elif what == "edit":
            await self.stage.hear(slack.EDIT, f"Ev{self.outside.next_ts()}", message={**said, "edited": {"ts": ts}})
            reply.conversation.edit(reply, ts, body, hold_until=hold_until)
        else:
            event = f"Ev{self.outside.next_ts()}"
            await self.stage.hear(slack.DELETION, event, deleted_ts=reply.ts, previous_message=said)
            reply.conversation.delete(reply)

    async def _see_what_was_taken(self) -> None:
        """What is written below a card that is not confirmed yet is kept, and taken in later."""
        for key in await self.stage.processed(list(self.kept)):
            reply = self.kept.pop(key)
            assert reply.held_until is not None
            reply.conversation.take(reply, hold_until=reply.held_until)

    # What reps press

    def _press(self, phone: str, rep: str, use_case: Any, *about: Any, allowed: bool, **how: Any) -> bool:
        """It works exactly when it is allowed."""
        done = self.run(self.stage.press(phone, rep, use_case, *about, **how))
        assert done == allowed, f"{use_case.__name__} {'works' if done else 'is refused'}"
        return done

    @rule(phone=phones, rep=reps, what=st.sampled_from(["claim", "assign", "release", "close", "reopen", "see"]))
    def press(self, phone: str, rep: str, what: str) -> None:
        """What is pressed on a card; Close is confirmed, and whoever presses Assign picks Ben."""
        one, ben = self.conversations[phone], REPS[1]
        if not one.texts:
            return
        if what == "claim" and self._press(phone, rep, assignment.claim, allowed=one.owner is None):
            one.give(rep, by=rep)
        if what == "assign" and self._press(phone, rep, assignment.assign, allowed=True, owner=ben):
            one.give(ben, by=rep)
        if what == "release" and self._press(phone, rep, assignment.release, allowed=one.owner is not None):
            one.give(None, by=rep)
        if what == "close" and self._press(phone, rep, lifecycle.close, allowed=one.is_open, anyway=True):
            one.close()
        if what == "reopen" and self._press(phone, rep, lifecycle.reopen, allowed=not one.is_open):
            one.is_open = True
        if what == "see" and self._press(phone, rep, lifecycle.see, allowed=True):
            one.see(rep)

    @rule(reply=replies, rep=reps, what=st.sampled_from(["send again", "it arrived", "send note"]))
    def decide(self, reply: Reply, rep: str, what: str) -> None:
        """What is pressed on a line about a reply, or on the offer to send a note."""
        one = reply.conversation
        is_failed, is_asked, can_go = reply.status in FAILING, reply.status == "uncertain", not one.is_stopped
        is_kept = reply.is_note and reply.status == "received" and rep == reply.author
        if not reply.was_taken:
            return
        attempt = Attempt(CHANNEL, reply.ts, reply.attempt)
        if what == "send again":
            allowed = (is_failed or is_asked) and can_go and not reply.is_unwanted
            if self._press(one.phone, rep, decisions.send_again, attempt, allowed=allowed, choice="Send again"):
                one.send_anew(reply, hold_until=self.stage.now())
        elif what == "it arrived":
            if self._press(one.phone, rep, decisions.it_arrived, attempt, allowed=is_asked):
                reply.arrived, reply.status = True, "sent"
        elif self._press(one.phone, rep, decisions.send_note, attempt, allowed=is_kept and can_go):
            reply.is_note = False
            one.send_anew(reply, hold_until=self.stage.now())
            reply.place = one.next_place()
            one.claim(reply)

    # What happens outside

    @rule(call=st.sampled_from(Call), fault=faults)
    def trouble(self, call: Call, fault: Fault) -> None:
        self.outside.faults[call].append(fault)

    @precondition(lambda self: self.outside.sms)
    @rule(which=st.integers(0, 2), status=st.sampled_from(STATUSES))
    def receipt(self, which: int, status: str) -> None:
        """What Twilio tells of a text contradicts itself in nothing but order."""
        sms = self.outside.sms[-1 - which % len(self.outside.sms)]
        fate = "failed" if status in FAILING else "arrived" if status in {"delivered", "read"} else sms.fate
        if sms.fate is None or fate == sms.fate:
            sms.fate = fate
            form = {"MessageSid": sms.sid, "MessageStatus": status, "about": sms.about}
            self.run(self.stage.take(webhooks.STATUS, f"{sms.sid}:{status}", form))
            reply = self.by_id[int(sms.about["message"])]
            reply.conversation.hear(reply, int(sms.about["attempt"]), status)

    @precondition(lambda self: self.outside.frozen)
    @rule()
    def thaw(self) -> None:
        self.run(self.stage.thaw())

    # Time

    @rule(seconds=st.sampled_from([0, 1, 6, 30]))
    def time_passes(self, seconds: int) -> None:
        self.stage.move(seconds)
        if self.run(self.go_on()):
            self.run(self.go_on())

    @rule()
    def a_minute_passes(self) -> None:
        for _ in range(3):
            self.time_passes(20)

    @rule()
    def texts_flow(self) -> None:
        """Whatever becomes of replies, what customers wrote is in Slack once Slack takes it; no hold is over then."""
        self.run(self._texts_flow())

    async def _texts_flow(self) -> None:
        await self._thaw_all()
        for call in (Call.POST, Call.DRAW, Call.LOOK_IN_SLACK):
            self.outside.faults[call].clear()
        for _ in range(100):
            if not await self.stage.unfinished("thread/"):
                break
            await self.go_on()
            self.stage.move(1.0, product=False)
        await self.check_slack()

    async def go_on(self) -> bool:
        """What was kept is tried again, and a courier takes what it finds; whether there was anything."""
        if self.kept:
            await self.stage.retry()
            await self._see_what_was_taken()
        has_work = await self.stage.step()
        if has_work:
            await self.check()
        return has_work

    async def _thaw_all(self) -> None:
        while self.outside.frozen:
            await self.stage.thaw()
            await self.check()

    # What must be true

    def hand_over(self, send: Send) -> None:
        """A call to Twilio is being made: the moment at which it must be right."""
        reply = self.by_name[send.body.partition("/")[0]]
        reply.leave(send)
        wrong = reply.conversation.why_not_now(reply, send, self.stage.now())
        if wrong:
            self.outside.broken.append(wrong)
        if send.attempt == reply.attempt:
            reply.sends.append(send)

    @invariant()
    def all_is_well(self) -> None:
        self.run(self.check())

    async def check(self) -> None:
        assert not self.outside.broken, self.outside.broken[0]
        rows = await self.stage.read()
        streams = [stream for stream, _ in rows.in_flight]
        assert len(streams) == len(set(streams)), f"two workers in one stream: {rows.in_flight}"
        by_ts = {reply.ts: reply for reply in self.by_name.values()}
        for message in rows.written:
            self.by_id[message.id] = by_ts[str(message.ts)]
            self.observe(by_ts[str(message.ts)], message)
        for phone, row in rows.conversations.items():
            assert self.conversations[phone].face == face_of(row), phone

    def observe(self, reply: Reply, row: Row) -> None:
        """What became of a reply is one of the things that may have; then it is known."""
        allowed = reply.allowed(self.outside.looks)
        assert row.status in allowed, f"{reply} is {row.status} and not one of {allowed}"
        reply.be_canceled(row.status)
        assert (row.body, row.attempt) == (reply.body, reply.attempt)
        if row.status in FAILING and reply.status not in FAILING:
            reply.conversation.fail(reply)
        reply.status = row.status

    async def check_slack(self) -> None:
        """Each conversation has one card, and each text of a customer stands in Slack once, in order."""
        roots = await self.stage.roots()
        assert sorted(post.ts for post in self.outside.posts if post.thread_ts is None) == sorted(
            map(str, roots.values())
        )
        for phone, root in roots.items():
            posts = sorted(self.outside.below(str(root)), key=lambda post: post.ts)
            quotes = [quote for post in posts for quote in post.quotes]
            shown = [quote for quote in quotes if quote.startswith(("text", "ST"))]  # and no quote of a reply
            assert shown == [text.body for text in self.conversations[phone].texts]

    def check_replies(self) -> None:
        """What became of each reply is known, or asked in its thread; marks and lines say it."""
        for reply in self.by_id.values():
            posts = [post.words for post in self.outside.below(reply.root_ts)]
            wrong = reply.what_is_untold(posts, self.outside.reactions.get(reply.ts, set()))
            assert wrong is None, wrong

    async def settle(self) -> None:
        """All faults are over, all events heard, and time passes until nothing is left to be done."""
        for faults in self.outside.faults.values():
            faults.clear()
        for one in self.unheard:
            await self._hear(*one)
        await self._thaw_all()
        wait = 1.0
        for _ in range(400):
            if not await self.stage.unfinished():
                break
            wait = 1.0 if await self.go_on() else min(wait * 2, 16.0)
            self.stage.move(wait)
        left = [(one.kind, one.state, one.reason) for one in await self.stage.unfinished()]
        assert (left, self.kept) == ([], {})
        await self.check_slack()
        self.check_replies()

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:
                self.run(self.settle())
        finally:
            self.run(self.stage.close())
            self.runner.close()
            self.folder.cleanup()


@pytest.fixture(scope="module", autouse=True)
def _template(tmp_path_factory: pytest.TempPathFactory) -> None:
    Bridge.template = tmp_path_factory.mktemp("model") / "template.db"
    asyncio.run(make_template(Bridge.template))


TestBridge = Bridge.TestCase
STEPS = 40 if EXAMPLES else 30
TestBridge.settings = settings(
    max_examples=EXAMPLES or 60, stateful_step_count=STEPS, derandomize=not EXAMPLES, deadline=None, database=None
)
