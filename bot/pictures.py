"""Draws one chart: JSON on standard input, a PNG on standard output. `bot.drawing` starts it; nothing else loads it.

A chart has a `title`, a `subtitle` and `panels`, one below the other. A panel has a `title`, `x` and `y` (what the axes
show), `labels` along the x-axis, and `series` of a `name`, a `colour` (by its number here) and `values`, which stand
beside each other as bars.
"""

import json
import os
import resource
import sys
from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

_SECONDS = 60  # of the processor, should nobody wait for it any more
_NICE = 10
_WIDTH, _PANEL, _TOP, _DPI = 7.2, 2.55, 0.85, 160  # inches, so that it is sharp where Slack shows it half as large
_COLOURS = ("#0072B2", "#E69F00")  # told apart by everybody, and in print
_INK, _FAINT = "#1d1c1d", "#dddddd"
_TOGETHER = 0.8  # of the room for a label is filled with bars
_MOST_LABELS = 12
_NUMBERED = 14  # up to so many bars carry their numbers
_STYLE: Any = {
    "font.size": 10.5,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": "#999999",
    "axes.labelcolor": _INK,
    "text.color": _INK,
    "text.parse_math": False,
    "xtick.color": _INK,
    "ytick.color": _INK,
}


def draw(chart: dict[str, Any]) -> bytes:
    """The chart as a PNG."""
    with mpl.rc_context(_STYLE):
        panels = chart["panels"]
        height = _TOP + _PANEL * len(panels)
        figure = Figure(figsize=(_WIDTH, height), dpi=_DPI, layout="constrained")
        figure.get_layout_engine().set(rect=(0.01, 0.01, 0.98, 1 - _TOP / height))  # type: ignore[union-attr, call-arg]
        figure.text(0.02, 1 - 0.3 / height, chart["title"], size=15, weight="bold", va="center")
        figure.text(0.02, 1 - 0.6 / height, chart["subtitle"], size=10.5, color="#555555", va="center")
        for axes, panel in zip(figure.subplots(len(panels), squeeze=False)[:, 0], panels, strict=True):
            _draw(axes, panel)
        picture = BytesIO()
        figure.savefig(picture, format="png")
        return picture.getvalue()


def _draw(axes: Axes, panel: dict[str, Any]) -> None:
    labels, series = panel["labels"], panel["series"]
    width = _TOGETHER / len(series)
    for place, one in enumerate(series):
        left = [x - _TOGETHER / 2 + width * (place + 0.5) for x in range(len(labels))]
        bars = axes.bar(left, one["values"], width, color=_COLOURS[one["colour"]], label=one["name"], zorder=2)
        if len(labels) * len(series) <= _NUMBERED:
            axes.bar_label(bars, labels=[f"{value:,}" if value else "" for value in one["values"]], padding=2, size=9)
    axes.set_title(panel["title"])
    axes.set_xlabel(panel["x"])
    axes.set_ylabel(panel["y"])
    every = -(-len(labels) // _MOST_LABELS)
    shown = range(0, len(labels), every)
    axes.set_xticks(list(shown), [labels[place] for place in shown])
    axes.set_xlim(-0.6, len(labels) - 0.4)
    axes.set_ylim(0, max(1, *(value for one in series for value in one["values"])) * 1.18)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.grid(axis="y", color=_FAINT, zorder=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=0)
    if len(series) > 1:
        axes.legend(frameon=False, ncols=len(series), loc="lower right", bbox_to_anchor=(1, 0.98), borderaxespad=0.1)


def main() -> None:
    """Draw what is asked for on standard input."""
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    os.nice(_NICE)
    mpl.use("Agg")
    sys.stdout.buffer.write(draw(json.load(sys.stdin)))


if __name__ == "__main__":
    main()
