"""`headwater rm|restore|ttl` and `headwater trash ls` against the service."""

from pathlib import Path

import pytest

from command_lines import Cli


@pytest.fixture
def put(ok: Cli, tmp_path: Path) -> Cli:
    """Log a file as the next version of a name."""

    def run(name: str, content: str) -> None:
        (tmp_path / "file").write_text(content)
        ok("artifact", "put", str(tmp_path / "file"), "--name", name, "--type", "model")

    return run  # type: ignore[return-value]  # called like a command line


def test_a_plan_tells_and_deletes_nothing(ok: Cli, put: Cli, project: str) -> None:
    put("net", "12345")
    put("net", "12")

    plan = ok("rm", "net:v0", "--plan")
    facts = ok("rm", "net", "--plan", "--json").json()

    assert plan.facts["versions"] == "1"
    assert plan.facts["bytesFreed"] == "5"
    assert (facts["versions"], facts["collections"], facts["bytesFreed"], facts["refusals"]) == (2, 1, 7, [])
    assert len(ok("artifact", "ls", "--name", "net").rows) == 2


def test_what_was_removed_is_in_the_trash_and_comes_back(ok: Cli, put: Cli, project: str) -> None:
    put("net", "1")
    put("net", "2")

    deletion = ok("rm", "net:v1", "--yes").out.strip()

    assert [row[0] for row in ok("artifact", "ls", "--name", "net").rows] == [f"{project}/net:v0"]
    (row,) = ok("trash", "ls").rows
    assert (row[0], row[1], row[2], row[-1]) == (f"{project}/net:v1", "artifact version", "deleted", deletion)
    assert ok("trash", "ls", project, "--json").json()[0]["deletion"] == deletion
    assert "Restored 1 versions." in ok("restore", deletion).err
    assert len(ok("artifact", "ls", "--name", "net").rows) == 2
    ok("rm", "net:v0", "net:v1", "--yes")
    ok("restore", f"{project}/net:v0")
    assert [row[0] for row in ok("artifact", "ls", "--name", "net").rows] == [f"{project}/net:v0"]


def test_what_is_restored_is_named_as_it_was_when_it_was_removed(cli: Cli, ok: Cli, put: Cli, project: str) -> None:
    put("net", "1")
    put("net", "2")
    ok("rm", "net:v1", "--yes")
    ok("restore", "net:v1")

    ok("rm", "net", "--yes")
    ok("restore", "net")
    absent = cli("restore", "other")

    live = sorted(row[0] for row in ok("artifact", "ls", "--name", "net").rows)
    assert live == [f"{project}/net:v0", f"{project}/net:v1"]
    assert (absent.code, "headwater trash ls" in absent.err) == (3, True)


def test_a_plan_tells_a_line_for_each_thing_that_stands_against_it(ok: Cli, cli: Cli, put: Cli, project: str) -> None:
    for name in ("net", "tree"):
        put(name, name)
        ok("alias", "set", f"{name}:v0", "best")

    plan = ok("rm", "net:v0", "tree:v0", "--plan")
    allowed = ok("rm", "net:v0", "tree:v0", "--plan", "--delete-aliases")
    refused = cli("rm", "net:v0")

    assert [row[1].split()[0] for row in plan.rows if row[0] == "refused"] == [
        f"{project}/net:v0",
        f"{project}/tree:v0",
    ]
    assert [row for row in allowed.rows if row[0] == "refused"] == []
    assert ("refused" in refused.out, "Nothing was deleted." in refused.err) == (False, True)


def test_nobody_to_ask_deletes_nothing(cli: Cli, ok: Cli, put: Cli) -> None:
    put("net", "1")

    done = cli("rm", "net:v0")

    assert (done.code, "say --yes" in done.err) == (1, True)
    assert len(ok("artifact", "ls", "--name", "net").rows) == 1


def test_aliases_refuse_and_may_go_too(cli: Cli, ok: Cli, put: Cli) -> None:
    put("net", "1")
    ok("alias", "set", "net:v0", "best")

    refused = cli("rm", "net:v0", "--yes")
    ok("rm", "net:v0", "--yes", "--delete-aliases")

    assert (refused.code, "'best'" in refused.err) == (1, True)
    assert ok("artifact", "ls", "--name", "net").rows == []


def test_projects_and_runs_are_named_as_such(cli: Cli, ok: Cli, put: Cli, project: str) -> None:
    put("net", "1")

    unknown = cli("rm", "nothing", "--yes")
    run = cli("rm", f"{project}/-/runs/nothing", "--yes")
    facts = ok("rm", f"{project}/", "--yes", "--json").json()

    assert (unknown.code, "-/runs/" in unknown.err, run.code) == (3, True, 3)
    assert (facts["projects"], facts["collections"], facts["versions"]) == (1, 1, 1)
    assert [row[1] for row in ok("trash", "ls").rows] == ["container"]
    ok("restore", project)
    assert len(ok("artifact", "ls", "--name", "net").rows) == 1


def test_times_to_live_are_shown_and_set(cli: Cli, ok: Cli, put: Cli) -> None:
    put("net", "1")

    assert ok("ttl", "net:v0").facts["ttl"] == "never"
    assert ok("ttl", "net:v0", "30d").facts["ttl"] == "30 days, 0:00:00"
    assert ok("ttl", "net", "1d 6h").facts["ttl"] == "1 day, 6:00:00"
    assert ok("ttl", "net:v0", "inherit", "--json").json()["inherited"] is True
    assert ok("ttl", "net:v0").facts["ttl"] == "1 day, 6:00:00"
    assert ok("ttl", "net:v0", "never").facts["ttl"] == "never"
    assert cli("ttl", "net:v0", "soon").code == 1
    assert cli("ttl", "net", "inherit").code == 1
    assert cli("ttl", "none").code == 3
