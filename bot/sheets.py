"""History as a CSV file, as spreadsheets open it: written piece by piece, so that it may be longer than memory."""

import csv
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import BinaryIO

from desk.exports import Entry

HEADINGS = (
    *("inbox", "contact", "number", "when", "who", "who id", "what", "before", "before id", "after", "after id"),
    *("status", "from"),
)

# What begins so is a formula to a spreadsheet; the last four are the same signs in full width. Where the comma is for
# decimals, spreadsheets begin a cell after a semicolon, and take no quotation marks in the middle for the end of one.
_FORMULA = re.compile(r"(^|[;\t\r\n])([^\S\t\r\n]*[=+\-@\uff1d\uff0b\uff0d\uff20])")


async def write(pieces: AsyncIterator[Sequence[Entry]]) -> BinaryIO:
    """A temporary file of all that comes, to be read from its beginning; whoever closes it has it deleted."""
    file = TemporaryFile()  # noqa: SIM115 - it is handed over
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)  # Excel knows UTF-8 by its mark
    rows = csv.writer(text)
    rows.writerow(HEADINGS)
    async for entries in pieces:
        rows.writerows([_harmless(cell) for cell in _row(entry)] for entry in entries)
    text.detach()
    return file


def _row(entry: Entry) -> tuple[str, ...]:
    line = entry.line
    return (
        line.inbox,
        line.contact or "",
        line.number,
        _iso(line.at),
        (entry.actor or "") if line.actor_id else "Threadline",
        line.actor_id or "",
        line.what.replace("_", " "),
        entry.before or "",
        line.before or "",
        entry.after or "",
        line.after or "",
        line.status,
        line.source,
    )


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, whatever somebody calls themselves: with a quotation mark."""
    return _FORMULA.sub(r"\1'\2", cell)
