"""Reads what a seed printed and left."""

import re
from collections.abc import Callable
from pathlib import Path

from e2e.examples import Ran
from headwater import Api
from headwater._recorded import RecordedRun

SEEDS = Path(__file__).parent / "seeds"


# What the pipeline of seed 003 leaves, whatever it trains with.
PIPELINE_LINEAGE = [
    "9 nodes, 9 edges",
    "load-data -> mnist-raw:v0",
    "mnist-raw:v0 -> preprocess-data",
    "preprocess-data -> mnist-preprocess:v0",
    "initialize -> convnet:v0",
    "convnet:v0 -> train",
    "mnist-preprocess:v0 -> train",
    "train -> trained-model:v0",
    "mnist-preprocess:v0 -> report",
    "trained-model:v0 -> report",
]


def runs_of(project: str) -> list[RecordedRun]:
    return list(Api().runs(project, order="created_at"))


def numbered(project: str) -> Callable[[str], str]:
    """Puts numbers in the place of what is drawn by lot: the n-th run is `run n`, and its id is `<n>`."""
    known = {word: new for n, run in enumerate(runs_of(project), 1) for word, new in names_of(run, n).items()}
    pattern = re.compile("|".join(map(re.escape, known)))
    return lambda text: pattern.sub(lambda found: known[found[0]], text)


def names_of(run: RecordedRun, number: int) -> dict[str, str]:
    return {run.name: f"run {number}", run.id: f"<{number}>"}


def printed_lineage(seed: Ran, project: str) -> list[str]:
    """The counts and edges that a seed printed of a project."""
    start = next(n for n, line in enumerate(seed.lines) if line.startswith("lineage of") and f"{project}: " in line)
    lines = [seed.lines[start].rpartition(": ")[2]]
    for line in seed.lines[start + 1 :]:
        if " -> " not in line:
            break
        lines.append(line)
    return list(map(numbered(f"{seed.entity}/{project}"), lines))


def before_the_lineage(seed: Ran) -> list[str]:
    return seed.lines[: next(n for n, line in enumerate(seed.lines) if line.startswith("lineage of"))]


def linked_paths(collection: str) -> dict[str, str]:
    """The versions of a registered model and the versions that they stand for, without their project."""
    versions = Api().artifacts(name=collection, order="index")
    return {version.name: version.source_qualified_name.rpartition("/")[2] for version in versions}


def aliases_of(collection: str) -> dict[str, list[str]]:
    return {version.version: sorted(version.aliases) for version in Api().artifacts(name=collection, order="index")}
