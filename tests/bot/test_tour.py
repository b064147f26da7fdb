"""The tour tells the truth about what did not happen."""

import pytest

from bot import tour
from playground import Playground


async def test_what_does_not_happen_is_said_and_counted(play: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    """With nobody behind the number every step is marked, the walk goes on to its end, and it is not a success."""
    monkeypatch.setattr(tour, "_PATIENCE_SECONDS", 0.05)
    transcript: list[str] = []
    walk = tour.Tour(play, play.url, transcript.append)
    assert not await walk.walk()
    assert "✗ did not happen   #customers: a card with the number as people write it" in "\n".join(transcript)
    assert any("6  Too much waits" in line for line in transcript)
    assert len(walk.failures) >= 6
