"""A small story, told again and again: each time the process dies one step later, until it lives to the end."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from playground.seed import CHANNEL
from playground.world import BOT_USER
from tests.crash.people import Contact, People
from tests.crash.stage import Point, Stage, go_on
from tests.crash.tally import ASKED, Tally, count
from tests.journeys.scene import DELIVERED
from tests.journeys.screen import ANA, BEN

Step = tuple[str, int]  # a point, and the how many-eth of its kind in the story


@dataclass(eq=False)
class Plan:
    """Kills whoever comes to a step (None: nobody), and keeps the steps on the way there."""

    stage: Stage
    step: Step | None
    passed: Counter[str] = field(default_factory=Counter)
    steps: list[Step] = field(default_factory=list)
    is_done: bool = False

    async def __call__(self, point: Point) -> bool:
        if self.is_done or point.what.startswith("writing "):  # which is between the same two as its claim
            return True
        self.passed[point.what] += 1
        step = (point.what, self.passed[point.what])
        self.steps.append(step)
        if step != self.step:
            return True
        self.is_done = True
        self.stage.named(point.replica).kill()
        return False


@dataclass(eq=False)
class Dying:
    """Every process dies one point later than in its life before."""

    stage: Stage
    kills: int = 0
    _lives: Counter[str] = field(default_factory=Counter)
    _passed: Counter[str] = field(default_factory=Counter)

    async def __call__(self, point: Point) -> bool:
        name = point.replica
        self._passed[name] += 1
        if self._passed[name] <= self._lives[name]:
            return True
        self.kills += 1
        self._lives[name] += 1
        self._passed[name] = 0
        self.stage.named(name).kill()
        return False


@dataclass(eq=False)
class Course:
    """The story, once for each of the steps that it took in peace, and those of a kind that only a death brings about.

    Several stages take the steps from one list, since most of the time is spent waiting for a dead process's lease.
    """

    tally: Tally = field(default_factory=Tally)
    died_at: list[Step] = field(default_factory=list)
    _known: dict[Step, None] = field(default_factory=dict)
    _left: list[Step] = field(default_factory=list)
    _told: int = 0

    async def run(self, stages: Sequence[Stage]) -> None:
        """Tell it once in peace, and then until no step is left."""
        await self.probe(stages[0], None)
        await asyncio.gather(*(self._work(stage) for stage in stages))

    async def _work(self, stage: Stage) -> None:
        while self._left:
            await self.probe(stage, self._left.pop(0))

    async def probe(self, stage: Stage, step: Step | None) -> None:
        """Tell the story to a contact of its own, and count."""
        self._told += 1
        people, contact = People(stage), Contact(self._told)
        await stage.ready()
        plan = stage.at = Plan(stage, step)
        await tell(people, contact)
        await stage.settled()
        stage.at = go_on
        whats = {what for what, _ in self._known}
        new = [one for one in plan.steps if one[0] not in whats]  # of a kind that was not there in peace
        self._known |= dict.fromkeys(new)
        self._left += new
        self.tally.add(count(stage.play, [contact]))
        self.tally.lost += missing(people, contact)
        if plan.is_done and step is not None:
            self.tally.kills += 1
            self.died_at.append(step)


async def tell(people: People, contact: Contact) -> None:
    """Two texts, claimed, a reply and its receipts, and closed; a text opens it again."""
    await people.text(contact)
    await people.text(contact)
    await people.claim(contact, BEN)
    await people.reply(contact, ANA)
    await people.until(lambda: _is_out(people, contact))
    await people.close(contact, ANA)
    await people.text(contact)


def _is_out(people: People, contact: Contact) -> bool:
    if any(text.by == "app" for text in people.play.phone(contact.phone)):
        return True
    thread = people.play.thread(CHANNEL, contact.root.ts if contact.root else "")
    return any(ASKED in post.text for post in thread)


def missing(people: People, contact: Contact) -> list[str]:
    """What else has to be seen after the story: each line once, and the mark when Twilio's receipt was taken."""
    assert contact.root is not None
    play = people.play
    said = [post.text for post in play.thread(CHANNEL, contact.root.ts) if post.user == BOT_USER]
    wrong = []
    for words in ("claimed this conversation", "closed this conversation", "the customer wrote again"):
        times = sum(words in one for one in said)
        if times != 1:
            wrong.append(f"“{words}” {times} times for {contact.phone}")
    told = [sent for sent in play.sent if sent.kind == "status" and sent.body["To"] == contact.phone]
    taken = any(one.status == 204 and one.body["MessageStatus"] == "delivered" for one in told)
    if taken and BOT_USER not in contact.replies[0].post.reactions.get(DELIVERED, []):
        wrong.append(f"the delivered mark of {contact.replies[0].bodies[0]}")
    return wrong
