"""Has pictures drawn by a process of their own: the library is large, slow to load, and stops whoever draws."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass, field
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import structlog

from desk.errors import DeskError

log = structlog.get_logger(__name__)

_SECONDS = 45.0  # the first one takes longest, as the library looks for the machine's fonts
_PNG = b"\x89PNG"
_PASSED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "TMPDIR")  # and none of our tokens


class NotDrawn(DeskError):
    """The picture could not be drawn this time. The numbers are complete without it."""


@dataclass(eq=False)
class Pictures:
    """Draws one picture at a time. What the library remembers of fonts is kept until `close()`."""

    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _folder: str | None = None

    async def draw(self, chart: dict[str, Any]) -> bytes:
        """A PNG of a chart as `bot.pictures` takes it. Raises NotDrawn."""
        async with self._turn:
            if self._folder is None:
                self._folder = mkdtemp(prefix="threadline-pictures-")
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot.pictures"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={
                    **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"),
                    "MPLCONFIGDIR": self._folder,
                },
            )
            try:
                async with asyncio.timeout(_SECONDS):
                    drawn, _ = await child.communicate(json.dumps(chart).encode())
            except TimeoutError:
                drawn = b""
            finally:
                if child.returncode is None:
                    child.kill()
                    await child.wait()
        if child.returncode != 0 or not drawn.startswith(_PNG):
            log.error("picture not drawn", status=child.returncode)
            raise NotDrawn
        return drawn

    def close(self) -> None:
        """Leave nothing behind."""
        if self._folder is not None:
            rmtree(self._folder, ignore_errors=True)
            self._folder = None
