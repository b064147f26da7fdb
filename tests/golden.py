"""What views look like, kept as JSON: a change of one shows in the change itself, and what Slack would refuse fails."""

import json
import os
from pathlib import Path
from typing import Any

from bot.blocks.post import Post
from playground import blocks, methods_views

_FOLDER = Path(__file__).parent / "golden"


def golden(name: str, drawn: Post | dict[str, Any]) -> None:
    """Compare a post or a view with `golden/{name}.json`, and with what Slack takes. `GOLDEN=write` writes the file."""
    shown: Any = {"text": drawn.text, "blocks": list(drawn.blocks)} if isinstance(drawn, Post) else drawn
    if isinstance(drawn, Post):
        assert not blocks.check(shown["blocks"])
    else:
        assert not methods_views.check(shown, shown["type"])
    written = json.dumps(shown, indent=2, ensure_ascii=False) + "\n"
    file = _FOLDER / f"{name}.json"
    if os.environ.get("GOLDEN") == "write":
        _FOLDER.mkdir(exist_ok=True)
        file.write_text(written)
    assert written == file.read_text(), (
        f"{name} is drawn differently; if that is meant, run this test with GOLDEN=write"
    )
