"""History as a CSV file, as spreadsheets open it."""

import asyncio
import csv
import io
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from time import perf_counter
from typing import Any

import pytest

from bot import sheets
from desk.exports import Entry
from storage.histories import Line

AT = datetime(2026, 3, 13, 9, 5, 30, 250, tzinfo=UTC)


def entry(contact: str | None = "Maria", **changes: Any) -> Entry:
    about: dict[str, Any] = {
        "id": 1,
        "at": AT,
        "inbox": "(555) 010-0000",
        "contact": contact,
        "number": "(415) 555-0123",
        "what": "reopened_by_text",
        "actor_id": "U1",
        "before": None,
        "after": "U2",
        "status": "open",
        "source": "card",
    }
    return Entry(Line(**about | changes), "Ana Lopes", None, "Ben")


async def written(*entries: Entry) -> list[dict[str, str]]:
    async def pieces() -> AsyncIterator[list[Entry]]:
        for one in entries:
            yield [one]

    with await sheets.write(pieces()) as file:
        file.seek(0)
        content = file.read()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


async def test_a_row_says_who_did_what_when_and_from_where() -> None:
    """With ids beside names, and times in UTC whatever zone they came in."""
    later = AT.astimezone(timezone(timedelta(hours=5, minutes=45)))
    [row] = await written(entry(at=later))
    assert row == {
        "inbox": "(555) 010-0000",
        "contact": "Maria",
        "number": "(415) 555-0123",
        "when": "2026-03-13T09:05:30Z",
        "who": "Ana Lopes",
        "who id": "U1",
        "what": "reopened by text",
        "before": "",
        "before id": "",
        "after": "Ben",
        "after id": "U2",
        "status": "open",
        "from": "card",
    }
    [row] = await written(Entry(entry(actor_id=None).line, None, None, None))
    assert (row["who"], row["who id"]) == ("Threadline", "")


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n@x", "\uff1d1", '=HYPERLINK("http://x","y")']
)
async def test_no_name_is_a_formula(name: str) -> None:
    """Whatever a customer calls themselves, a spreadsheet shows it as text."""
    [row] = await written(entry(contact=name))
    assert row["contact"].lstrip().startswith("'")
    assert row["contact"].replace("'", "") == name


@pytest.mark.parametrize("name", ["x;=1+1", "x; @SUM(A1)", 'x";=1+1', "x\t=1", "x\n=1", "x\r\n-1", ";\uff1d1"])
async def test_no_part_of_a_name_is_a_formula_where_semicolons_part_cells(name: str) -> None:
    """As in much of Europe: there a file with commas is opened as well, and each semicolon begins a cell."""

    async def piece() -> AsyncIterator[list[Entry]]:
        yield [entry(contact=name)]

    with await sheets.write(piece()) as file:
        file.seek(0)
        text = file.read().decode("utf-8-sig")
    for delimiter in ",;\t":
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        assert not [cell for row in rows for cell in row if cell.strip()[:1] in set("=+-@\uff1d")]


@pytest.mark.parametrize("name", ["Maria", "a=1", 'says "hi", and; more', "two\nlines", "שלום 😀", "O'Neil", ""])
async def test_other_names_stay_as_they_are(name: str) -> None:
    """With commas, quotes, lines and any script."""
    assert (await written(entry(contact=name), entry()))[0]["contact"] == name


async def test_a_long_history_needs_neither_the_loop_nor_memory() -> None:
    """A hundred thousand rows go to the disk piece by piece, and others have their turn in between."""
    piece = [entry()] * 1_000
    turns = 0

    async def pieces() -> AsyncIterator[list[Entry]]:
        nonlocal turns
        for _ in range(100):
            await asyncio.sleep(0)
            turns += 1
            yield piece

    tracemalloc.start()
    began = perf_counter()
    with await sheets.write(pieces()) as file:
        most = tracemalloc.get_traced_memory()[1]
        assert file.seek(0, io.SEEK_END) > 10_000_000
    tracemalloc.stop()
    assert turns == 100
    assert most < 5_000_000
    assert perf_counter() - began < 60
