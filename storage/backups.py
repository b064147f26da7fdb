"""A copy of a SQLite file that is whole, also while a bridge works in it and the newest rows are in the `-wal`."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import make_url

NOT_COPIED = (OSError, sqlite3.Error)


class NotAFile(Exception):
    """The database is a PostgreSQL server, which has a way of its own."""


def file_of(url: str) -> Path:
    """Where the SQLite database lies. Raises NotAFile, and several kinds for a bad address."""
    address = make_url(url)
    if address.get_backend_name() in {"postgres", "postgresql"}:
        raise NotAFile
    if address.get_backend_name() != "sqlite" or not address.database:
        raise ValueError("DATABASE_URL must begin with sqlite:/// or postgresql://")
    return Path(address.database).resolve()


def back_up(database: Path, copy: Path) -> None:
    """Write what is committed at this moment to a new file, on disk when this returns; nobody who works waits for it.

    Until it is whole it bears another name. Raises FileExistsError when there is a file of that name, and one of
    NOT_COPIED when one cannot be read or the other not be written.
    """
    with TemporaryDirectory(prefix=f"{copy.name}-", dir=copy.parent) as folder:
        part = Path(folder) / copy.name
        address = f"{database.as_uri()}?mode=rw"  # never made anew
        with closing(sqlite3.connect(address, uri=True)) as old, closing(sqlite3.connect(part)) as new:
            old.backup(new)
        shutil.copymode(database, part)  # texts are in it
        _flush(part)
        copy.touch(exist_ok=False)  # from here on nobody else's
        part.replace(copy)
    _flush(copy.parent)


def _flush(path: Path) -> None:
    """Have a file, or the names in a folder, on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
