"""What a recall does to users of the SDK and the command line: a warning, or an error that can be allowed."""

import pickle
from pathlib import Path

import pytest

import headwater
from command_lines import Cli
from headwater.errors import ConflictError, InvalidInputError, RecalledError


def logged(project: str, name: str, *, uses: str | None = None, type: str = "dataset") -> str:
    """Log a version of one file, by a run that used another version; return its path."""
    with headwater.init(project=project) as run:
        if uses is not None:
            run.use_artifact(uses)
        artifact = headwater.Artifact(name, type=type)
        with artifact.new_file("a.txt") as file:
            file.write(name)
        path: str = run.log_artifact(artifact).wait().qualified_name
        return path


@pytest.fixture
def model(client_environment: dict[str, str]) -> tuple[str, str]:
    """A model and the data that it came from, by their paths."""
    project = client_environment["HEADWATER_PROJECT"]
    data = logged(project, "data")
    return logged(project, "model", uses=data, type="model"), data


def test_use_of_what_came_from_a_recalled_version_warns_with_reason_and_link(
    model: tuple[str, str], ok: Cli, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path, data = model
    ok("recall", data, "--reason", "labels were shuffled")

    with headwater.init() as run:
        capsys.readouterr()
        used = run.use_artifact(path)
        told = capsys.readouterr().err
        used.download(tmp_path / "files")
        again = capsys.readouterr().err

    url = headwater.Api().artifact(data).url
    warning = f"Warning: {path} comes from {data}, which was recalled (warning): labels were shuffled See {url}\n"
    assert told == warning
    assert "Warning" not in again
    assert (tmp_path / "files" / "a.txt").read_text() == "model"


def test_what_a_critical_recall_reaches_is_used_only_when_that_is_allowed(model: tuple[str, str], ok: Cli) -> None:
    path, data = model
    ok("recall", data, "--reason", "personal data", "--severity", "critical")

    with headwater.init() as run:
        with pytest.raises(RecalledError) as refused:
            run.use_artifact(path)
        with pytest.raises(RecalledError):
            run.use_model(path)
        allowed = run.use_artifact(path, allow_recalled=True)
        local = run.use_model(path, allow_recalled=True)

    assert isinstance(refused.value, ConflictError)
    assert [rule.rule for rule in refused.value.unmet_rules] == ["NOT_RECALLED"]
    assert f"It comes from {data}, which was recalled (critical): personal data" in str(refused.value)
    assert "allow_recalled=True" in str(refused.value)
    assert isinstance(pickle.loads(pickle.dumps(refused.value)), RecalledError)
    assert allowed.recalls[0].severity == "CRITICAL"
    assert Path(local).read_text() == "model"


def test_what_is_read_without_a_run_warns_or_raises_when_it_is_downloaded(
    model: tuple[str, str], ok: Cli, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path, data = model
    ok("recall", data, "--reason", "outdated")
    artifact = headwater.Api().artifact(path)
    artifact.download(tmp_path / "warned")
    warned = capsys.readouterr().err
    ok("recall", data, "--reason", "wrong", "--severity", "critical")
    stopped = headwater.Api().artifact(path)

    with pytest.raises(RecalledError):
        stopped.download(tmp_path / "stopped")
    with pytest.raises(RecalledError):
        stopped.get_entry("a.txt").download(tmp_path / "stopped")
    stopped.download(tmp_path / "allowed", allow_recalled=True)

    assert f"Warning: {path} comes from {data}, which was recalled (warning): outdated" in warned
    assert not (tmp_path / "stopped").exists()
    assert (tmp_path / "allowed" / "a.txt").exists()
    assert [(one.severity, one.reason, one.distance) for one in stopped.recalls] == [
        ("CRITICAL", "wrong", 2),
        ("WARNING", "outdated", 2),
    ]


def test_withdrawing_clears_everything(
    model: tuple[str, str], ok: Cli, cli: Cli, capsys: pytest.CaptureFixture[str]
) -> None:
    path, data = model
    ok("recall", data, "--reason", "wrong", "--severity", "critical")
    ok("recall", data, "--reason", "odd")
    done = ok("recall", "withdraw", data)
    again = cli("recall", "withdraw", data)

    with headwater.init() as run:
        capsys.readouterr()
        used = run.use_artifact(path)
        told = capsys.readouterr().err

    assert f"Withdrew 2 recall(s) of {data}." in done.err
    assert again.code == 3
    assert used.recalls == ()
    assert "Warning" not in told


def test_recalls_are_listed_and_one_of_several_is_withdrawn(model: tuple[str, str], ok: Cli) -> None:
    path, data = model
    container = data.rpartition("/")[0]
    first = ok("recall", data, "--reason", "one").out.strip()
    second = ok("recall", "version", path, "--reason", "two", "--severity", "critical").out.strip()
    ok("recall", "withdraw", data, "--id", first)

    held = ok("recall", "ls", container).rows
    every = ok("recall", "ls", container, "--all", "--json").json()

    assert [row[:4] for row in held] == [[second, "critical", path, "two"]]
    assert [(one["id"], one["withdrawnAt"] is None) for one in every] == [(second, True), (first, False)]


def test_recalling_a_link_says_how_to_recall_its_source(model: tuple[str, str], ok: Cli) -> None:
    path, _ = model
    link = headwater.Api().artifact(path).link("Shown")

    done = ok("recall", link.qualified_name, "--reason", "not for production")

    assert f"To recall that: headwater recall {path}" in done.err
    assert headwater.Api().artifact(path).recalls == ()


def test_a_recall_of_nothing_is_not_found_and_one_without_reason_is_refused(model: tuple[str, str], cli: Cli) -> None:
    path, _ = model

    assert cli("recall", "nothing-of-this-name", "--reason", "x").code == 3
    assert cli("recall", path).code == 2
    assert cli("recall", path, "--reason", " ").code == 1
    assert headwater.Api().artifact(path).recalls == ()


def test_an_artifact_is_recalled_and_cleared_by_the_sdk(model: tuple[str, str]) -> None:
    path, data = model
    source = headwater.Api().artifact(data)

    made = source.recall("wrong unit", "critical")
    reached = headwater.Api().artifact(path).recalls
    withdrawn = source.withdraw_recalls()

    assert (made.severity, made.reason, made.path, made.distance) == ("CRITICAL", "wrong unit", data, 0)
    assert [(one.id, one.distance) for one in reached] == [(made.id, 2)]
    assert withdrawn == 1
    assert headwater.Api().artifact(path).recalls == ()
    assert headwater.Api().artifact(path).withdraw_recalls() == 0


@pytest.mark.parametrize(("reason", "severity"), [("", "warning"), ("bad", "fatal")])
def test_a_recall_needs_a_reason_and_a_severity_that_there_is(
    model: tuple[str, str], reason: str, severity: str
) -> None:
    _, data = model

    with pytest.raises(InvalidInputError):
        headwater.Api().artifact(data).recall(reason, severity)

    assert headwater.Api().artifact(data).recalls == ()
