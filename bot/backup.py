"""`threadline backup`: a copy of the SQLite file, or one sentence that says why there is none."""

from pathlib import Path

from bot.settings import Settings, StartError
from bot.start import BAD_ADDRESS
from storage.backups import NOT_COPIED, NotAFile, back_up, file_of

_SERVER = (
    "threadline backup copies a SQLite file, and DATABASE_URL is a PostgreSQL server: use its pg_dump, with the same "
    "address: pg_dump --format=custom --file=backup.dump postgresql://…"
)


def backup(settings: Settings, copy: Path) -> str:
    """Copy the database to a new file, also beside a bridge that runs; a sentence for whoever typed it.

    Raises StartError with a sentence when it cannot be.
    """
    try:
        database = file_of(settings.database_url)
    except NotAFile:
        raise StartError(_SERVER) from None
    except Exception:  # noqa: BLE001 - SQLAlchemy raises several kinds for a bad address
        raise StartError(BAD_ADDRESS) from None
    if not database.is_file():
        raise StartError(f"There is no {database}, so there is nothing to copy: check DATABASE_URL and the folder.")
    exists = StartError(f"{copy} exists already and stays as it is: give the copy another name.")
    if copy.exists():
        raise exists
    try:
        back_up(database, copy)
    except FileExistsError:
        raise exists from None
    except NOT_COPIED as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise StartError(
            f"{database} could not be copied to {copy} ({reason}): check that the one is the bridge's database, and "
            "that the other's folder exists, may be written to and has room."
        ) from None
    return f"{copy} is a whole copy of {database}."
