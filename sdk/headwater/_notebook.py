"""In a notebook: links that can be clicked, and `%%headwater`, which shows a run under its cell."""

from __future__ import annotations

import sys
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import _init
from . import _run_operations as operations
from ._errors import HeadwaterError, InvalidInputError
from ._lineage_svg import draw, graph_of

if TYPE_CHECKING:
    from ._run import Run

HEIGHT = 420  # pixels
DEPTH = 4
MOST_NODES = 60
MOST_VALUES = 50
NAMES = ("headwater", "wandb")


def shell() -> Any:
    """The IPython shell that runs this, None elsewhere. It is asked for where it is loaded already, and only there."""
    loaded = sys.modules.get("IPython")
    return None if loaded is None else loaded.get_ipython()


def is_notebook() -> bool:
    """Whether what is shown appears in a browser."""
    return getattr(shell(), "kernel", None) is not None


def register(ipython: Any = None) -> None:
    """Make the cell magics `%%headwater` and `%%wandb` known to IPython, if it runs this."""
    ipython = shell() if ipython is None else ipython
    if ipython is not None:
        for name in NAMES:
            ipython.register_magic_function(cell_magic, "cell", name)


def show_address(name: str, url: str) -> None:
    """Show where a run can be seen."""
    _show(f"View run {_link(name, url)}")


def cell_magic(line: str, cell: str) -> None:
    """Run a cell, then show the run of it: `%%headwater [-h PX]`."""
    height = _height(line)
    ipython = shell()
    before = _init.latest()
    ipython.run_cell(cell)
    run = _init.find_current() or _init.latest()
    if run is None or (run is before and run.state != "RUNNING"):
        _show("No run is open, and this cell started none: <code>headwater.init()</code> does.")
        return
    _show(card(run, height))


def card(run: Run, height: int = HEIGHT) -> str:
    """A run as HTML: its link, its summary and its lineage as they are now. Nothing in it changes or loads anything."""
    values = [(key, value) for key, value in sorted(run.summary.as_dict().items()) if not key.startswith("_")]
    rows = "".join(
        f"<tr><td>{escape(key)}</td><td>{escape(_short(value))}</td></tr>" for key, value in values[:MOST_VALUES]
    )
    more = f"<p>… and {len(values) - MOST_VALUES:,} more</p>" if len(values) > MOST_VALUES else ""
    name = escape(run.name) if run.url is None else _link(run.name, run.url)
    return (
        f'<div style="max-height:{height}px;overflow:auto"><p><b>{name}</b> {escape(run.state)}</p>'
        f"<table>{rows}</table>{more}{_lineage(run)}</div>"
    )


def _lineage(run: Run) -> str:
    if run.url is None or run._online is None:
        return ""
    # What was logged in the cell shall be in the picture; why something failed is told elsewhere.
    run._online.outputs.wait()
    given = {"path": run.path, "depth": DEPTH, "limit": MOST_NODES}
    try:
        walks = [
            run._online.client.execute(operations.RUN_LINEAGE, {**given, "direction": direction})["run"]
            for direction in ("UPSTREAM", "DOWNSTREAM")
        ]
    except HeadwaterError as error:
        return f"<p>The lineage cannot be shown: {escape(str(error))}</p>"
    graph = graph_of(*(walk["lineage"]["compact"] for walk in walks))
    more = f"<p>There is more: {_link('the whole lineage', run.url)}</p>" if graph.is_cut else ""
    return draw(graph) + more


def _height(line: str) -> int:
    words = line.split()
    if not words:
        return HEIGHT
    if len(words) == 2 and words[0] in ("-h", "--height") and words[1].isdecimal():
        return int(words[1])
    raise InvalidInputError(f"%%headwater takes -h and a number of pixels, not {line.strip()!r}.")


def _short(value: Any) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 200 else text[:199] + "…"


def _link(text: str, url: str) -> str:
    return f'<a href="{escape(url)}" target="_blank" rel="noopener">{escape(text)}</a>'


def _show(html: str) -> None:
    display: Any = import_module("IPython.display")
    display.display(display.HTML(html))
