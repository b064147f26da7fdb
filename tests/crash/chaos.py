"""Rounds at random: people go about their work while the bridge's processes are killed, frozen and thawed."""

import asyncio
import signal
import time
from random import Random

from tests.crash.people import Contact, People
from tests.crash.stage import Stage
from tests.crash.tally import Tally, count
from tests.journeys.screen import ANA, BEN, CHLOE

REPS = (ANA, BEN, CHLOE)

_REPLIES_A_MINUTE = 8


async def work(people: People, contacts: list[Contact], seed: str, stop: asyncio.Event) -> None:
    """All conversations go on at once until `stop`; what was begun is finished."""
    await asyncio.gather(*(_converse(people, contact, Random(f"{seed}/{contact.index}"), stop) for contact in contacts))


async def _converse(people: People, contact: Contact, random: Random, stop: asyncio.Event) -> None:
    while not stop.is_set():
        await _act(people, contact, random)
        await asyncio.sleep(random.uniform(0, 0.4))
    if contact.texts:
        await people.find_card(contact)


async def _act(people: People, contact: Contact, random: Random) -> None:
    """One thing that one person does."""
    rep = random.choice(REPS)
    changeable = [reply for reply in contact.replies[-2:] if not reply.is_deleted]
    what = random.choices(("text", "burst", "reply", "edit", "delete", "claim", "close"), (40, 10, 30, 6, 6, 4, 4))[0]
    match what:
        case "reply" if contact.texts and _may_reply(contact):
            await people.reply(contact, rep)
        case "edit" if changeable:
            await people.edit(changeable[-1])
        case "delete" if changeable:
            await people.delete(changeable[-1])
        case "claim" if contact.texts:
            await people.claim(contact, rep)
        case "close" if contact.texts:
            await people.close(contact, rep)
        case "burst":
            for _ in range(random.randint(2, 5)):
                await people.text(contact)
        case _:
            await people.text(contact)


def _may_reply(contact: Contact) -> bool:
    """More replies in a minute than a person writes are not sent by themselves, which would count as lost here."""
    return sum(float(reply.post.ts) > time.time() - 60 for reply in contact.replies) < _REPLIES_A_MINUTE


async def kill(stage: Stage, random: Random, tally: Tally, *, pause: tuple[float, float], freeze: float) -> None:
    """Kill one process after the other, until cancelled; with replicas, every fourth is frozen for so many seconds."""
    while True:
        await asyncio.sleep(random.uniform(*pause))
        replica = random.choice(stage.replicas)
        if not replica.ready.is_set() and random.random() < 0.7:
            continue  # some die while they start
        if freeze and len(stage.replicas) > 1 and random.random() < 0.25:
            replica.send(signal.SIGSTOP)
            tally.freezes += 1
            await asyncio.sleep(freeze * random.uniform(0.9, 1.5))
            replica.send(signal.SIGCONT)
        else:
            replica.kill()
            tally.kills += 1


async def play_round(
    stage: Stage,
    seed: str,
    tally: Tally,
    *,
    seconds: float,
    contacts: int = 6,
    pause: tuple[float, float] = (0.1, 1.5),
    freeze: float = 0.0,
) -> None:
    """Let people work for so many seconds, settle, and count. Raises TimeoutError when it never settles."""
    people = People(stage)
    there = [Contact(index) for index in range(1, contacts + 1)]
    stop = asyncio.Event()
    await stage.ready()
    killing = asyncio.create_task(kill(stage, Random(f"{seed}/kills"), tally, pause=pause, freeze=freeze))
    working = asyncio.create_task(work(people, there, seed, stop))
    await asyncio.sleep(seconds)
    killing.cancel()
    stop.set()
    for replica in stage.replicas:
        replica.send(signal.SIGCONT)
    await working
    await stage.settled()
    tally.add(count(stage.play, there))
