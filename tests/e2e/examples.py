"""Runs the examples as their user runs them: one program after another against a real service."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from posting import ask

EXAMPLES = Path(__file__).parents[2] / "examples"

LINEAGE = """
query Lineage($path: String!, $direction: LineageDirection!) {
  artifact(path: $path) {
    lineage(direction: $direction) {
      nodes { id label kind ... on Run { jobType state } }
      edges { source target kind }
      completeness { isComplete }
    }
  }
}
"""


@dataclass(frozen=True)
class Place:
    """A new user's only project, the variables that lead there, and the folder its programs run in."""

    entity: str
    project: str
    variables: Mapping[str, str]
    folder: Path

    @property
    def path(self) -> str:
        return f"{self.entity}/{self.project}"

    def run(
        self, name: str | Path, *arguments: str, options: Sequence[str] = ("-W", "error"), **more: str
    ) -> list[str]:
        """Run an example, or the program at a path, and return the lines it printed. `more` are further variables."""
        done = subprocess.run(
            [sys.executable, *options, str(EXAMPLES / name), *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], **self.variables, **more},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make this process a program of the same user."""
        for name, value in self.variables.items():
            monkeypatch.setenv(name, value)


@dataclass(frozen=True)
class Ran:
    """What an example printed, and where it ran. Several tests read it, and none changes it."""

    place: Place
    lines: list[str]

    @property
    def path(self) -> str:
        return self.place.path

    @property
    def entity(self) -> str:
        return self.place.entity


NewPlace = Callable[..., Place]


def lineage(path: str, direction: str) -> tuple[Counter[str], set[tuple[str, str]]]:
    """How many nodes of each name there are, and the edges by name; a run's name is its job type."""
    graph = ask(LINEAGE, path=path, direction=direction)["artifact"]["lineage"]
    names = {node["id"]: node.get("jobType") or node["label"] for node in graph["nodes"]}
    assert graph["completeness"] == {"isComplete": True}
    return Counter(names.values()), {(names[edge["source"]], names[edge["target"]]) for edge in graph["edges"]}
