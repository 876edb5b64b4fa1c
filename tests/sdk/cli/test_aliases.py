"""`headwater alias` against the service."""

from pathlib import Path

import pytest

from command_lines import Cli


@pytest.fixture
def model(ok: Cli, tmp_path: Path) -> str:
    """The name of an artifact with three versions."""
    for content in "abc":
        (tmp_path / "weights").write_text(content)
        ok("artifact", "put", str(tmp_path / "weights"), "-n", "cnn", "-t", "model")
    return "cnn"


def test_set_points_an_alias_at_a_version_and_prints_where(ok: Cli, project: str, model: str) -> None:
    done = ok("alias", "set", "cnn:v1", "production", "--reason", "best so far")

    assert done.out == f"{project}/cnn:production\tv1\n"
    assert ok("artifact", "show", "cnn:production", "--json").json()["path"] == f"{project}/cnn:v1"


def test_set_refuses_another_place_than_expected(ok: Cli, cli: Cli, project: str, model: str) -> None:
    absent = cli("alias", "set", "cnn:v1", "production", "--expect", "v0")
    ok("alias", "set", "cnn:v1", "production", "--new")

    stale = cli("alias", "set", "cnn:v2", "production", "--expect", "v0")
    there = cli("alias", "set", "cnn:v2", "production", "--new")
    ok("alias", "set", "cnn:v2", "production", "--expect", "v1")

    assert (stale.code, stale.out) == (1, "")
    command = f"headwater alias set {project}/cnn:v2 production"
    told = f"Error: 'production' points at v1, and stays there. To go on: {command} --expect v1\n"
    assert (stale.err, there.err) == (told, told)
    assert absent.err == (
        "Error: There is no alias 'production' now, so nothing was moved. "
        f"To make it: headwater alias set {project}/cnn:v1 production --new\n"
    )
    assert cli("alias", "set", "cnn:v2", "x", "--new", "--expect", "v0").code == 1


def test_aliases_are_listed_with_their_places(ok: Cli, cli: Cli, project: str, entity: str, model: str) -> None:
    ok("alias", "set", "cnn:v1", "production")

    listed = ok("alias", "ls", "cnn")
    (latest, production) = ok("alias", "ls", "cnn", "--json").json()

    assert [(row[0], row[1], row[3]) for row in listed.rows] == [
        ("latest", "v2", entity),
        ("production", "v1", entity),
    ]
    assert (latest["name"], production["version"]["path"]) == ("latest", f"{project}/cnn:v1")
    assert cli("alias", "ls", "absent").code == 3
    assert "leave the ':' out" in cli("alias", "ls", "cnn:v1").err


def test_a_removal_or_rollback_that_expects_another_place_says_how_to_go_on(
    ok: Cli, cli: Cli, project: str, model: str
) -> None:
    ok("alias", "set", "cnn:v0", "production")
    ok("alias", "set", "cnn:v1", "production")

    removal = cli("alias", "rm", "cnn", "production", "--expect", "v0")
    rollback = cli("alias", "rollback", "cnn", "production", "--expect", "v0")

    told = "Error: 'production' points at v1, and stays there. To go on: headwater alias"
    assert removal.err == f"{told} rm {project}/cnn production --expect v1\n"
    assert rollback.err == f"{told} rollback {project}/cnn production --expect v1\n"
    ok("alias", "rm", "cnn", "production")
    gone = cli("alias", "rm", "cnn", "production", "--expect", "v0")
    assert gone.err == "Error: There is no alias 'production' now, so nothing was moved.\n"


def test_history_shows_each_move_newest_first(ok: Cli, cli: Cli, entity: str, model: str) -> None:
    ok("alias", "set", "cnn:v0", "production", "--reason", "first")
    ok("alias", "set", "cnn:v1", "production")
    ok("alias", "rm", "cnn", "production", "--reason", "none is good")

    shown = ok("alias", "history", "cnn", "production")
    moves = ok("alias", "history", "cnn", "production", "--json").json()

    assert [(row[0], row[3], row[4]) for row in shown.rows] == [
        ("(removed)", entity, "none is good"),
        ("v1", entity, ""),
        ("v0", entity, "first"),
    ]
    assert [(move["from"], move["to"], move["until"]) for move in moves] == [
        ("v1", None, None),
        ("v0", "v1", moves[0]["at"]),
        (None, "v0", moves[1]["at"]),
    ]
    (then,) = ok("alias", "history", "cnn", "production", "--at", moves[2]["at"], "--json").json()
    assert then["to"] == "v0"
    assert ok("alias", "history", "cnn", "production", "--at", "2020-01-01T00:00:00Z", "--json").json() == []
    assert [row[0] for row in ok("alias", "history", "cnn", "production", "--limit", "1").rows] == ["(removed)"]
    assert cli("alias", "history", "cnn", "production", "--at", "yesterday").code == 1


def test_a_day_is_its_start_in_utc_and_what_is_no_time_is_told_how_to_write_one(
    ok: Cli, cli: Cli, project: str, model: str
) -> None:
    ok("alias", "set", "cnn:v0", "production")

    (later,) = ok("alias", "history", "cnn", "production", "--at", "9999-12-31", "--json").json()
    unread = cli("alias", "history", "cnn", "production", "--at", "yesterday")

    assert later["to"] == "v0"
    assert ok("alias", "history", "cnn", "production", "--at", "2020-01-01", "--json").json() == []
    assert ok("artifact", "show", "cnn:production@9999-12-31", "--json").json()["path"] == f"{project}/cnn:v0"
    assert cli("artifact", "show", "cnn:production@2020-01-01").code == 3
    assert (unread.code, unread.err) == (
        1,
        "Error: 'yesterday' is no time. Write RFC 3339 with its offset, as 2026-05-01T09:30:00Z, or a day, as "
        "2026-05-01, for its start in UTC.\n",
    )


def test_the_history_of_an_alias_that_never_was_says_so_and_prints_nothing(ok: Cli, project: str, model: str) -> None:
    never = ok("alias", "history", "cnn", "prodution")
    then = ok("alias", "history", "cnn", "latest", "--at", "2020-01-01T00:00:00Z")

    assert (never.out, never.err) == ("", f"'prodution' has never pointed anywhere in {project}/cnn.\n")
    assert (then.out, then.err) == ("", "'latest' pointed nowhere then.\n")


def test_a_version_is_found_by_where_an_alias_pointed_at_a_time(ok: Cli, cli: Cli, project: str, model: str) -> None:
    ok("alias", "set", "cnn:v0", "production")
    at = ok("alias", "set", "cnn:v1", "production", "--json").json()["at"]
    before = ok("alias", "history", "cnn", "production", "--json").json()[1]["at"]

    assert ok("artifact", "show", f"cnn:production@{before}", "--json").json()["path"] == f"{project}/cnn:v0"
    assert ok("artifact", "show", f"cnn:production@{at}", "--json").json()["path"] == f"{project}/cnn:v1"
    assert cli("artifact", "show", "cnn:production@2020-01-01T00:00:00Z").code == 3


def test_rollback_goes_to_the_version_before_and_brings_a_removed_alias_back(ok: Cli, cli: Cli, model: str) -> None:
    ok("alias", "set", "cnn:v0", "production")
    ok("alias", "set", "cnn:v2", "production")

    back = ok("alias", "rollback", "cnn", "production", "--reason", "worse", "--json").json()
    ok("alias", "rm", "cnn", "production")
    again = ok("alias", "rollback", "cnn", "production").rows[0][1]

    assert (back["from"], back["to"], back["reason"]) == ("v2", "v0", "worse")
    assert again == "v0"
    assert cli("alias", "rollback", "cnn", "never").code == 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("set", "cnn:v9", "production"), 3),
        (("set", "nothing", "production"), 3),
        (("set", "cnn:v0", "latest"), 1),
        (("set", "cnn:v0", "v12"), 1),
        (("set", "cnn:v0", "a/b"), 1),
        (("rm", "cnn", "production"), 3),
        (("rm", "nothing", "production"), 3),
        (("rm", "cnn:v0", "production"), 1),
        (("rm", "cnn", "latest"), 1),
    ],
)
def test_what_is_wrong_is_told_in_a_line_and_changes_nothing(
    ok: Cli, cli: Cli, model: str, arguments: tuple[str, ...], code: int
) -> None:
    done = cli("alias", *arguments)

    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert ok("artifact", "show", "cnn:v2", "--json").json()["aliases"] == ["latest"]
    assert ok("artifact", "show", "cnn:v0", "--json").json()["aliases"] == []
