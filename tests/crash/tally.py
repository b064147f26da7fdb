"""What came of it, counted from the outside: in the channel's threads and on the phones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields

from playground.playground import Playground
from playground.seed import CHANNEL
from playground.world import BOT_USER, Post
from tests.crash.people import Contact, Reply
from tests.journeys.scene import quoted

ASKED = "could not find out"
TWICE = "may have gone out twice"
LATE = "had already left"


@dataclass(kw_only=True)
class Tally:
    """What was done, and what went wrong by name. `asked` and `told_twice` are honest; the others must be empty."""

    kills: int = 0
    freezes: int = 0
    texts: int = 0
    replies: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)  # taken back or changed in vain, and nobody said so
    asked: list[str] = field(default_factory=list)
    told_twice: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """What must not be."""
        return [
            f"{name}: {one}"
            for name in ("lost", "doubled", "disordered", "untold")
            for one in sorted(set(getattr(self, name)))
        ]

    def add(self, other: "Tally") -> None:
        """Count another round too."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


def count(play: Playground, contacts: Iterable[Contact]) -> Tally:
    """Look at every thread and every phone."""
    tally = Tally()
    for contact in contacts:
        thread = play.thread(CHANNEL, contact.root.ts) if contact.root else []
        ours = [post for post in thread if post.user == BOT_USER]
        _count_texts(tally, contact, ours)
        _count_cards(tally, play, contact)
        _count_replies(tally, play, contact, ours)
    return tally


def _count_texts(tally: Tally, contact: Contact, ours: Sequence[Post]) -> None:
    shown = [body for post in ours for body in quoted(post) if body.startswith("t-")]
    tally.texts += len(contact.texts)
    tally.lost += [body for body in contact.texts if body not in shown]
    tally.doubled += [body for body in contact.texts if shown.count(body) > 1]
    if list(dict.fromkeys(shown)) != [body for body in contact.texts if body in shown]:
        tally.disordered.append(" ".join(shown))


def _count_cards(tally: Tally, play: Playground, contact: Contact) -> None:
    cards = [
        post
        for post in play.world.channels[CHANNEL].posts
        if post.bot_id and not post.is_reply and quoted(post)[:1] == contact.texts[:1]
    ]
    tally.doubled += [f"card of {contact.texts[0]}" for _ in cards[1:]]


def _count_replies(tally: Tally, play: Playground, contact: Contact, ours: Sequence[Post]) -> None:
    sent = [text.body for text in play.phone(contact.phone) if text.by == "app"]
    tally.replies += len(contact.replies)
    order = []
    for reply in contact.replies:
        gone = [body for body in sent if body in reply.bodies]
        is_asked, is_twice = _says(ours, reply, ASKED), _says(ours, reply, TWICE)
        told_late = any(
            one.user == reply.author and LATE in one.text and one.thread_ts == reply.post.thread_ts
            for one in play.world.ephemerals
        ) or _says(ours, reply, LATE)
        name = reply.bodies[0]
        tally.asked += [name] if is_asked else []
        tally.told_twice += [name] if is_twice else []
        if not gone and not is_asked and not reply.is_deleted:
            tally.lost.append(name)
        if len(gone) > 1 and not is_twice:
            tally.doubled.append(name)
        late = gone and (reply.is_deleted or gone[0] != reply.bodies[-1])
        if late and not told_late:
            tally.untold.append(name)
        if len(gone) == 1 and not is_asked:
            order.append(gone[0])
    if order != [body for body in sent if body in order]:
        tally.disordered.append(" ".join(sent))


def _says(ours: Sequence[Post], reply: Reply, words: str) -> bool:
    """Whether a line about this reply says so."""
    return any(words in post.text and any(body in reply.bodies for body in quoted(post)) for post in ours)
