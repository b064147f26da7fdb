"""A small support team to play with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playground.playground import Playground

CHANNEL = "C0CUSTOMERS"
NUMBER = "+15550100000"
REPS = ("U0ANA", "U0BEN", "U0CHLOE")
MANAGER = "U0MARA"
GUEST = "U0GUS"


def seed(play: Playground) -> None:
    """Add three reps, a manager, a guest, the channel #customers with the bot in it, and one number of ours."""
    play.add_person("U0ANA", "Ana Lopes")
    play.add_person("U0BEN", "Ben Okafor")
    play.add_person("U0CHLOE", "Chloé Martin")
    play.add_person(MANAGER, "Mara Novak")
    play.add_person(GUEST, "Gus Lindqvist", guest=True)
    play.add_channel(CHANNEL, "customers", members=[*REPS, MANAGER, GUEST])
    play.add_number(NUMBER)
