"""A local Slack and a local Twilio over real HTTP: the demo, the journeys and the benchmarks run on it."""

from playground.playground import Playground
from playground.seed import seed

__all__ = ["Playground", "seed"]
