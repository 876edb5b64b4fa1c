"""Every snippet of the documentation runs, every answer it shows is the answer, and what is generated is up to date."""

import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
import urllib3

import headwater
from conftest import Person
from doc_blocks import PAGES, ROOT, Block, blocks_of
from servers import Service

EXAMPLE = ROOT / "examples" / "digits_pipeline.py"
BIN = Path(sys.executable).parent
# All others are run by the slow tests.
READ_FIRST = {"README.md", "README.ja.md", "concepts.md"}
RUN_KEY = re.compile(r"(?<=/)[a-z0-9]{8}(?![a-z0-9-])")
RUN_NAME = re.compile(r"\b[a-z]+-[a-z]+-\d+\b")


@dataclass(frozen=True)
class World:
    """What the documentation calls `ana`: a user for whom the pipeline of the example has run in `ana/digits`."""

    url: str
    person: Person

    def environment(self, folder: Path) -> dict[str, str]:
        """The variables of a program that `ana` runs, none of them with a project."""
        return {
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "HEADWATER_BASE_URL": self.url,
            "HEADWATER_API_KEY": self.person.key,
            "HEADWATER_HOME": str(folder),
            "HEADWATER_DIR": str(folder),
            "HEADWATER_ARTIFACT_DIR": str(folder / "artifacts"),
        }

    def here(self, text: str) -> str:
        """A snippet with the real name in the place of `ana`."""
        return re.sub(r"\bana\b", self.person.name, text)

    def there(self, text: str) -> str:
        """What was printed, as the documentation shows it: with `ana`, and without what is new each time."""
        text = text.replace(self.person.name, "ana")
        return RUN_NAME.sub("<run>", RUN_KEY.sub("<key>", text))


@pytest.fixture(scope="session")
def world(service: Service, make_user: Callable[..., Person], tmp_path_factory: pytest.TempPathFactory) -> World:
    made = World(service.url, make_user())
    folder = tmp_path_factory.mktemp("pipeline")
    subprocess.run([sys.executable, str(EXAMPLE)], env=made.environment(folder), cwd=folder, check=True)
    return made


@pytest.fixture
def in_world(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """This process is a program of `ana`."""
    for name, value in world.environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return world


def post(world: World, body: dict[str, Any], key: str | None = None) -> dict[str, Any]:
    response = urllib3.request(
        "POST", f"{world.url}/graphql", json=body, headers={"Authorization": f"Bearer {key or world.person.key}"}
    )
    answer: dict[str, Any] = response.json()
    return answer


def run_python(block: Block, world: World, names: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        if block.needs:
            # Such libraries warn of each other.
            warnings.simplefilter("ignore")
        # The line numbers of the page, so that a failure points into it.
        exec(compile("\n" * block.line + world.here(block.text), "<docs>", "exec"), names)


def run_shell(block: Block, world: World) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", world.here(block.text)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    if "text" in block.answers:
        assert world.there(done.stdout) == world.there(block.answers["text"])


def run_graphql(block: Block, world: World) -> None:
    variables = orjson.loads(world.here(block.answers.get("json variables", "{}")))

    answer = post(world, {"query": world.here(block.text), "variables": variables})

    assert "errors" not in answer
    if "json" in block.answers:
        shown = orjson.dumps(answer["data"]).decode()
        assert ordered(orjson.loads(world.there(shown))) == ordered(orjson.loads(block.answers["json"])["data"])


def ordered(value: Any) -> Any:
    """An answer with the nodes of a graph, whose order at one distance is open, in one order."""
    if isinstance(value, dict):
        found = {name: ordered(inner) for name, inner in value.items()}
        return {**found, "nodes": sorted(found["nodes"], key=orjson.dumps)} if "nodes" in found else found
    return [ordered(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=() if page.name in READ_FIRST else pytest.mark.slow, id=page.name) for page in PAGES],
)
def test_every_snippet_of_a_page_runs(page: Path, in_world: World) -> None:
    names: dict[str, Any] = {}

    for block in blocks_of(page):
        if not block.is_run:
            continue
        if block.language == "python":
            run_python(block, in_world, names)
        elif block.language == "graphql":
            run_graphql(block, in_world)
        else:
            run_shell(block, in_world)

    assert headwater.run is None, f"{page.name} leaves a run open"


def test_the_pages_have_snippets_of_every_language() -> None:
    languages = {block.language for page in PAGES for block in blocks_of(page) if block.is_run}

    assert languages >= {"python", "bash", "graphql"}


def test_only_shell_is_left_out_and_signatures() -> None:
    """What builds or starts servers, or needs a person, is shell; every program and every query runs."""
    left_out = [
        f"{page.name}:{block.line}"
        for page in PAGES
        for block in blocks_of(page)
        if not block.is_run and not block.needs and block.language not in ("bash", "sh") and page.name != "sdk.md"
    ]

    assert left_out == []


def test_nothing_is_installed_as_if_it_were_published() -> None:
    published = re.compile(r"pip3? install (-\S+ )*['\"]?headwater\b(?!\S*\.whl)")

    assert [page.name for page in PAGES if published.search(page.read_text("utf-8"))] == []


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        (page.name, target)
        for page in PAGES
        for target in re.findall(r"\]\(([^)#\s]+?)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if not target.startswith(("http://", "https://", "mailto:")) and not (page.parent / target).exists()
    ]

    assert broken == []


def test_generated_pages_are_up_to_date() -> None:
    script = ROOT / "scripts" / "generate_docs.py"

    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_changelog_begins_with_what_is_unreleased() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), flags=re.MULTILINE)

    assert headings[0] == "[Unreleased]"


@pytest.mark.parametrize("page_name", ["compatibility.md", "counter-proofs.md"])
def test_a_page_names_tests_that_exist(page_name: str) -> None:
    page = (ROOT / "docs" / page_name).read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page)

    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).exists()
        or not re.search(rf"^\s*(async )?def {name}\b", (ROOT / path).read_text("utf-8"), flags=re.MULTILINE)
    ]

    assert missing == []
    assert len(named) >= 60


def test_every_row_of_compatibility_has_a_test_or_a_reason() -> None:
    page = (ROOT / "docs" / "compatibility.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if re.match(r"\| [A-H]\d", line)]

    bare = [row for row in rows if not ("`tests/" in row or re.search(r"\*\*(differs|later|not here)\*\*: \w", row))]

    assert bare == []
    assert len(rows) >= 70
