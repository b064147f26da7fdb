"""Pictures are drawn by a process of their own."""

import asyncio
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import drawing
from bot.drawing import NotDrawn, Pictures

CHART: dict[str, Any] = {
    "title": "Last $7$ days שלום 😀",
    "subtitle": "x" * 90,
    "panels": [
        {
            "title": "By day",
            "x": "Day",
            "y": "Texts",
            "labels": [f"Mar {day}" for day in range(1, 31)],
            "series": [
                {"name": "Texts received", "colour": 0, "values": list(range(30))},
                {"name": "Waits answered", "colour": 1, "values": [0] * 30},
            ],
        }
    ],
}


@pytest.fixture
def pictures() -> Iterator[Pictures]:
    pictures = Pictures()
    yield pictures
    pictures.close()


def size(picture: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


async def test_a_chart_becomes_a_picture(pictures: Pictures) -> None:
    """Two at once are drawn one after the other, whatever stands in them."""
    one, other = await asyncio.gather(pictures.draw(CHART), pictures.draw({**CHART, "panels": CHART["panels"] * 3}))
    assert one.startswith(b"\x89PNG")
    assert size(one)[0] == size(other)[0] == 1152
    assert size(one)[1] < size(other)[1]


async def test_what_cannot_be_drawn_is_said(pictures: Pictures) -> None:
    """The child fails, and the bridge does not."""
    with pytest.raises(NotDrawn, match="The numbers are complete without it"):
        await pictures.draw({"title": "x"})


async def test_half_a_picture_is_none(pictures: Pictures, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The child ends while it hands over what it has drawn."""
    dying = tmp_path / "python"
    dying.write_text("#!/bin/sh\nprintf '\\211PNG half'\nkill -9 $$\n")
    dying.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(dying))
    with pytest.raises(NotDrawn):
        await pictures.draw(CHART)


async def test_a_picture_takes_no_longer_than_it_may(pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child is killed, also when nobody waits for it any more."""
    monkeypatch.setattr(drawing, "_SECONDS", 0.01)
    with pytest.raises(NotDrawn):
        await pictures.draw(CHART)
    monkeypatch.setattr(drawing, "_SECONDS", 60.0)
    before = _children()
    waiting = asyncio.create_task(pictures.draw(CHART))
    while not (children := _children() - before):  # noqa: ASYNC110 - the system has no event for it
        await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not children & _children()


def _children() -> set[str]:
    found = set()
    for task in Path("/proc/self/task").iterdir():
        found.update((task / "children").read_text().split())
    return found


async def test_the_child_knows_no_tokens(pictures: Pictures, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What it is told is the chart."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    spy = tmp_path / "python"
    spy.write_text(f"#!/bin/sh\nenv > {tmp_path}/env\n")
    spy.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(spy))
    with pytest.raises(NotDrawn):
        await pictures.draw(CHART)
    known = (tmp_path / "env").read_text()
    assert "MPLCONFIGDIR" in known
    assert "secret" not in known


def test_the_bridge_does_not_load_the_library() -> None:
    """It would keep its memory for good."""
    loaded = "import sys, bot.app; print([name for name in ('matplotlib', 'numpy') if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", loaded], capture_output=True, check=True, env=os.environ)
    assert told.stdout.decode().strip() == "[]"
