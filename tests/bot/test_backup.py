"""`threadline backup`: a copy of the SQLite file that can be put back."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from playground.playground import Playground
from playground.seed import NUMBER
from tests.bot.process import environment, launch, refusal
from tests.conftest import Eventually, Start
from tests.journeys.scene import opened, quoted, received, reply
from tests.journeys.screen import ALICE

Backup = Callable[[str], Awaitable[str]]


def names(folder: Path) -> list[str]:
    """What is in it."""
    return sorted(one.name for one in folder.iterdir())


@pytest.fixture
def backup(play: Playground, tmp_path: Path) -> Backup:
    """Run the command, which works; what it prints."""

    async def run(copy: str) -> str:
        process = await launch(tmp_path, environment(play), "backup", copy)
        printed, told = await process.communicate()
        assert (process.returncode, told) == (0, b"")
        return printed.decode().strip()

    return run


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_copy_made_beside_a_running_bridge_can_be_put_back(
    start: Start, play: Playground, backup: Backup, tmp_path: Path, eventually: Eventually
) -> None:
    """It has all that was stored when it was made, and the bridge goes on from there; nothing is doubled."""
    async with start() as world:
        card = await opened(world)
        await reply(world, card, "Yes")
        await eventually(lambda: received(world) == ["Yes"])
        await play.quiet(0.3)
        database = tmp_path / "threadline.db"
        assert await backup("copy.db") == f"copy.db is a whole copy of {database}."
        assert [name for name in names(tmp_path) if "copy" in name] == ["copy.db"]
        await play.text(ALICE, NUMBER, "One more thing")
        await eventually(
            lambda: [quoted(post) for post in world.thread(card.ts) if quoted(post)] == [["One more thing"]]
        )
    for suffix in ("-wal", "-shm"):
        (tmp_path / f"threadline.db{suffix}").unlink(missing_ok=True)
    (tmp_path / "copy.db").replace(database)
    async with start() as world:
        await eventually(lambda: not world.bridge.threads._is_behind)
        await reply(world, card, "Go on")
        await eventually(lambda: received(world) == ["Yes", "Go on"])
        assert [quoted(post) for post in world.thread(card.ts) if quoted(post)] == [["One more thing"]]
        assert [quoted(root) for root in world.roots()] == [["Hi, is my order ready?"]]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_file_that_is_there_stays_as_it_is(
    start: Start, play: Playground, backup: Backup, tmp_path: Path
) -> None:
    """Whatever it is, the database itself too."""
    async with start() as world:
        await opened(world)
    await backup("copy.db")
    before = (tmp_path / "copy.db").read_bytes()
    (tmp_path / "folder").mkdir()
    for name in ("copy.db", "folder", "threadline.db"):
        said = await refusal(tmp_path, environment(play), "backup", name)
        assert said == f"{name} exists already and stays as it is: give the copy another name."
    assert (tmp_path / "copy.db").read_bytes() == before
    with closing(sqlite3.connect(tmp_path / "threadline.db")) as rows:
        assert rows.execute("SELECT body FROM message").fetchall() == [("Hi, is my order ready?",)]


@pytest.mark.parametrize(
    ("address", "copy", "sentence"),
    [
        (
            "sqlite:///nothere.db",
            "copy.db",
            "There is no {}/nothere.db, so there is nothing to copy: check DATABASE_URL",
        ),
        ("sqlite:///letter.txt", "copy.db", "{}/letter.txt could not be copied to copy.db (file is not a database): "),
        (
            "sqlite:///good.db",
            "no/copy.db",
            "{}/good.db could not be copied to no/copy.db (No such file or directory): ",
        ),
        ("postgresql://texts:secret@127.0.0.1:9/texts", "copy.db", "threadline backup copies a SQLite file, and "),
        ("mysql://texts:secret@127.0.0.1/texts", "copy.db", "DATABASE_URL is not right: it must begin with sqlite:///"),
        ("no address", "copy.db", "DATABASE_URL is not right: it must begin with sqlite:///"),
    ],
)
async def test_what_cannot_be_copied_is_told_in_a_sentence(
    play: Playground, tmp_path: Path, address: str, copy: str, sentence: str
) -> None:
    """With what to do, and nothing is left behind."""
    (tmp_path / "letter.txt").write_text("Dear Alice, this is no database. " * 40)
    with closing(sqlite3.connect(tmp_path / "good.db")) as rows:
        rows.execute("CREATE TABLE message (id INTEGER)")
    said = await refusal(tmp_path, environment(play, DATABASE_URL=address), "backup", copy)
    assert said.startswith(sentence.format(tmp_path))
    assert "secret" not in said
    assert names(tmp_path) == ["good.db", "letter.txt"]
