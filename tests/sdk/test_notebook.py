"""In IPython: links that can be clicked, and the run of a cell under it, static and without a frame."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import headwater
from headwater._lineage_svg import Graph, Node, draw, graph_of
from headwater._notebook import card

SVG = "{http://www.w3.org/2000/svg}"

# A shell with a kernel, as a notebook has it; what it displays is printed.
NOTEBOOK = """
from IPython.core.interactiveshell import InteractiveShell
from IPython.core import display_functions, displaypub

class Publisher(displaypub.DisplayPublisher):
    def publish(self, data, *args, **kwargs):
        print("SHOWN", data.get("text/html", data).replace("\\n", " "))

shell = InteractiveShell.instance()
shell.kernel = object()
shell.display_pub = Publisher(shell=shell)
for cell in CELLS:
    result = shell.run_cell(cell)
    result.raise_error()
"""


@pytest.fixture
def run(client_environment: dict[str, str]) -> Iterator[headwater.Run]:
    started = headwater.init()
    yield started
    headwater.finish()


def compact(nodes: list[tuple[str, str, str, int]], edges: list[tuple[int, int]], complete: bool = True) -> Any:
    """A lineage as the service gives it in columns."""
    names = ("id", "kind", "label", "distance")
    return {
        "nodes": {name: [node[index] for node in nodes] for index, name in enumerate(names)},
        "edges": {"source": [edge[0] for edge in edges], "target": [edge[1] for edge in edges]},
        "completeness": {"isComplete": complete},
    }


def shown(folder: Path, *cells: str) -> list[str]:
    """What a notebook with these cells displays."""
    script = f"CELLS = {list(cells)!r}\n{NOTEBOOK}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return [line.removeprefix("SHOWN ") for line in done.stdout.splitlines() if line.startswith("SHOWN ")]


def test_two_walks_are_one_picture() -> None:
    up = compact([("r", "RUN", "train", 0), ("d", "ARTIFACT_VERSION", "data:v0", 1)], [(1, 0)])
    down = compact([("r", "RUN", "train", 0), ("m", "ARTIFACT_VERSION", "model:v0", 1)], [(0, 1)], complete=False)

    graph = graph_of(up, down)

    assert {node.id: node.column for node in graph.nodes} == {"r": 0, "d": -1, "m": 1}
    assert graph.edges == (("d", "r"), ("r", "m"))
    assert graph.is_cut


def test_the_picture_is_xml_with_a_box_a_node_and_a_line_an_edge() -> None:
    nodes = (Node("a", "ARTIFACT_VERSION", "<script>&'\"", -1), Node("r", "RUN", "x" * 40, 0))

    root = ElementTree.fromstring(draw(Graph(nodes, (("a", "r"),), False)))

    assert [title.text for title in root.iter(f"{SVG}title")] == ["<script>&'\"", "x" * 40]
    assert [text.text for text in root.iter(f"{SVG}text")] == ["<script>&'\"", "x" * 25 + "…"]
    assert len(list(root.iter(f"{SVG}rect"))) == 2 and len(list(root.iter(f"{SVG}path"))) == 1


def test_a_card_shows_link_summary_and_lineage(run: headwater.Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    run.log({"<loss>": 0.123456789, "n": 3})
    run.log_artifact(str(tmp_path / "a.txt"), name="notes", type="text")

    html = card(run, 600)

    assert html.startswith('<div style="max-height:600px')
    assert f'href="{run.url}"' in html and "RUNNING" in html
    assert "<td>&lt;loss&gt;</td><td>0.123457</td>" in html and "<td>n</td><td>3</td>" in html
    assert "notes:v0" in html and html.count("<rect") == 2
    assert not any(word in html for word in ("<iframe", "<script", "<img"))


def test_a_disabled_run_has_a_card_too() -> None:
    run = headwater.init(mode="disabled", name="off")
    run.log({"a": 1})
    run.finish()

    html = card(run)

    assert "off</b> FINISHED" in html and "<td>a</td><td>1</td>" in html and "<svg" not in html


def test_a_cell_shows_its_run_under_it(client_environment: dict[str, str], tmp_path: Path) -> None:
    cell = "%%wandb -h 600\nwith wandb.init(name='first') as run:\n    wandb.log({'loss': 0.5})"

    started, ended, under = shown(tmp_path, "import headwater as wandb", cell)

    assert started == ended and ">first</a>" in started and "View run <a href=" in started
    assert "max-height:600px" in under and "FINISHED" in under and "<td>loss</td><td>0.5</td>" in under
    assert "<svg" in under


def test_a_cell_without_a_run_says_so(client_environment: dict[str, str], tmp_path: Path) -> None:
    (told,) = shown(tmp_path, "%load_ext headwater", "%%headwater\n1 + 1")

    assert "No run is open" in told


def test_importing_never_loads_ipython_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import headwater, sys; sys.exit('IPython' in sys.modules)"], check=False
    )

    assert done.returncode == 0
