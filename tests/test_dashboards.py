"""The queries of docs/dashboards.md, posted as a JSON or GraphQL data source of a dashboard does."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import urllib3

import headwater
from conftest import Person
from doc_blocks import ROOT, blocks_of
from headwater.cli.main import main
from servers import Service

PAGE = ROOT / "docs" / "dashboards.md"
Row = dict[str, Any]


@dataclass(frozen=True)
class Panel:
    """A section of the page: a query, the root of its rows and the path of each column."""

    query: str
    root: str
    columns: dict[str, str]


@dataclass(frozen=True)
class Source:
    """A data source with the settings of the page: an address and a key that only reads."""

    url: str
    key: str
    entity: str

    def rows(self, panel: Panel) -> list[Row]:
        """Post the query, take the list at the root, and the value of each column from each row."""
        found = at(self.post(panel.query), panel.root)
        return [{name: at(row, path) for name, path in panel.columns.items()} for row in found]

    def post(self, query: str) -> Row:
        response = urllib3.request(
            "POST",
            f"{self.url}/graphql",
            json={"query": re.sub(r"\bana\b", self.entity, query), "variables": {}},
            headers={"Authorization": f"Bearer {self.key}"},
        )
        answer: Row = response.json()
        assert response.status == 200 and "errors" not in answer, answer
        return answer


def at(value: Any, path: str) -> Any:
    """What a dotted path leads to; null on the way is null."""
    for name in path.split("."):
        value = None if value is None else value[int(name) if isinstance(value, list) else name]
    return value


def panel(title: str) -> Panel:
    text = PAGE.read_text("utf-8").split(f"## {title}\n")[1].split("\n## ")[0]
    (block,) = (block for block in blocks_of(PAGE) if block.section == title and block.language == "graphql")
    root = re.search(r"[Rr]oot\s+`([\w.]+)`", text)
    assert root is not None
    return Panel(block.text, root[1], dict(re.findall(r"^\| (\w[\w ]*) \| `([\w.]+)` \|$", text, flags=re.MULTILINE)))


@pytest.fixture
def source(
    client_environment: dict[str, str], service: Service, user: Person, capsys: pytest.CaptureFixture[str]
) -> Source:
    """What the page's queries ask about: two runs in `digits` that failed, a model in production, data nobody uses."""
    with headwater.init(project="digits", job_type="train") as run:
        used = headwater.Artifact("used", type="dataset")
        with used.new_file("a.txt") as file:
            file.write("four")
        run.use_artifact(used)
        model = headwater.Artifact("digits-model", type="model")
        with model.new_file("w.txt") as file:
            file.write("weights")
        run.log_artifact(model).wait()
        run.link_artifact(model, f"{user.name}/model-registry/Handwritten digits", aliases=["production", "staging"])
        run.link_artifact(used, f"{user.name}/model-registry/Not in production")
    for _ in range(2):
        with pytest.raises(RuntimeError), headwater.init(project="digits", job_type="train"):
            raise RuntimeError("it diverged")
    capsys.readouterr()
    assert main(["key", "create", "dashboards", "--read-only", "--entity", user.name]) == 0
    return Source(service.url, capsys.readouterr().out.strip(), user.name)


def test_in_production_and_since_when(source: Source) -> None:
    (row,) = source.rows(panel("In production, and since when"))

    since = datetime.fromisoformat(row.pop("since"))
    assert abs((datetime.now(UTC) - since).total_seconds()) < 600
    assert row == {
        "model": "Handwritten digits",
        "version": f"{source.entity}/model-registry/Handwritten digits:v0",
        "by": source.entity,
        "from": f"{source.entity}/digits/digits-model:v0",
    }


def test_failed_runs_a_day(source: Source) -> None:
    rows = source.rows(panel("Failed runs a day"))

    assert [(row["state"], row["failed"]) for row in rows] == [("FAILED", 2)]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", rows[0]["day"])


def test_newest_versions_that_nobody_uses(source: Source) -> None:
    (row,) = source.rows(panel("Newest versions that nobody uses"))

    assert (row["version"], row["type"], row["bytes"]) == (f"{source.entity}/digits/digits-model:v0", "model", 7)


def test_bytes_by_project(source: Source) -> None:
    rows = {row["project"]: (row["versions"], row["bytes"]) for row in source.rows(panel("Bytes by project"))}

    assert rows[f"{source.entity}/digits"] == (2, 11)


def test_a_panel_of_nodes_and_edges_gets_the_fields_it_knows(source: Source) -> None:
    found = source.post(panel("A lineage graph").query)

    nodes, edges = at(found, "data.artifact.lineage.nodes"), at(found, "data.artifact.lineage.edges")
    titles = {node["id"]: node["title"] for node in nodes}
    assert {node["subTitle"] for node in nodes} == {"RUN", "ARTIFACT_VERSION", "REGISTRY_VERSION"}
    assert all(set(edge) == {"id", "source", "target", "mainStat"} for edge in edges)
    assert ("digits-model:v0", "Handwritten digits:v0", "LINKED_TO") in {
        (titles[edge["source"]], titles[edge["target"]], edge["mainStat"]) for edge in edges
    }


@pytest.mark.parametrize(
    "title",
    ["In production, and since when", "Failed runs a day", "Newest versions that nobody uses", "Bytes by project"],
)
def test_every_column_is_flat(source: Source, title: str) -> None:
    for row in source.rows(panel(title)):
        assert all(isinstance(value, str | int | None) for value in row.values()), row


def test_the_same_query_may_be_a_get(source: Source) -> None:
    response = urllib3.request(
        "GET",
        f"{source.url}/graphql",
        fields={"query": panel("Bytes by project").query},
        headers={"Authorization": f"Bearer {source.key}"},
    )

    assert response.status == 200
    assert "errors" not in response.json()


def test_the_key_changes_nothing(source: Source, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HEADWATER_API_KEY", source.key)
    (tmp_path / "a.txt").write_text("a")

    assert main(["artifact", "put", str(tmp_path / "a.txt"), "-n", "x", "-t", "y"]) == 4
