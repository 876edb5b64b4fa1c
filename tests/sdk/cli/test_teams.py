"""`headwater user|entity|member|key` against the service."""

import secrets
from collections.abc import Callable

import pytest

from command_lines import Cli
from conftest import Person
from headwater_service.config import Settings
from servers import Service, environment_of


@pytest.fixture
def admin(admin_key: str, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands of this test are an administrator's."""
    monkeypatch.setenv("HEADWATER_API_KEY", admin_key)
    monkeypatch.delenv("HEADWATER_ENTITY")


def test_a_user_is_added_and_the_key_works(ok: Cli, admin: None, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"user-{secrets.token_hex(4)}"

    key = ok("user", "add", name).out.strip()

    assert len(key) == 40
    monkeypatch.setenv("HEADWATER_API_KEY", key)
    assert ok("whoami").facts["user"] == name


def test_only_an_administrator_adds_users(cli: Cli) -> None:
    done = cli("user", "add", f"user-{secrets.token_hex(4)}")

    assert (done.code, done.out) == (4, "")


def test_a_team_gets_members_with_roles(ok: Cli, user: Person, make_user: Callable[..., Person]) -> None:
    team, other = f"team-{secrets.token_hex(4)}", make_user()
    ok("entity", "create", team)

    ok("member", "add", team, other.name, "--role", "viewer")

    assert sorted(ok("user", "list", team).rows) == sorted([[user.name, "admin"], [other.name, "viewer"]])
    ok("member", "add", team, other.name, "--role", "member")
    assert [other.name, "member"] in ok("user", "list", team).rows
    ok("member", "remove", team, other.name)
    assert ok("user", "list", team).rows == [[user.name, "admin"]]


def test_users_see_those_with_whom_they_share_an_entity(
    ok: Cli, user: Person, make_user: Callable[..., Person]
) -> None:
    team, other, stranger = f"team-{secrets.token_hex(4)}", make_user(), make_user()
    ok("entity", "create", team)
    ok("member", "add", team, other.name)

    listed = ok("user", "list")

    assert [row[0] for row in listed.rows] == sorted([user.name, other.name])
    assert [found["user"] for found in ok("user", "list", "--json").json()] == sorted([user.name, other.name])
    assert [row[0] for row in ok("user", "list", "--limit", "1").rows] == [min(user.name, other.name)]
    assert stranger.name not in listed.out


def test_an_administrator_sees_all_users(ok: Cli, admin: None, make_user: Callable[..., Person]) -> None:
    strangers = {make_user().name, make_user().name}

    names = [row[0] for row in ok("user", "list", "--limit", "1000000").rows]

    assert strangers < set(names)
    assert len(set(names)) == len(names)


def test_the_last_admin_cannot_go(ok: Cli, cli: Cli, user: Person) -> None:
    team = f"team-{secrets.token_hex(4)}"
    ok("entity", "create", team)

    done = cli("member", "remove", team, user.name)

    assert done.code == 1
    assert ok("user", "list", team, "--json").json() == [{"user": user.name, "role": "ADMIN"}]


def test_a_name_that_is_taken_is_refused(ok: Cli, cli: Cli) -> None:
    team = f"team-{secrets.token_hex(4)}"
    ok("entity", "create", team)

    done = cli("entity", "create", team)

    assert done.code == 1
    assert team in done.err


def test_a_key_that_only_reads_changes_nothing(
    ok: Cli, cli: Cli, user: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ok("key", "create", "grafana", "--read-only", "--entity", user.name, "--days", "7").out.strip()
    monkeypatch.setenv("HEADWATER_API_KEY", key)

    refused = cli("entity", "create", f"team-{secrets.token_hex(4)}")

    assert refused.code == 4
    assert "read only" in ok("whoami").facts["may"]


def test_a_revoked_key_is_refused(ok: Cli, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ok("key", "create", "short-lived").out.strip()
    (listed,) = (found for found in ok("key", "list", "--json").json() if found["name"] == "short-lived")

    ok("key", "revoke", listed["id"])

    row = next(row for row in ok("key", "list").rows if row[0] == listed["id"])
    assert row[1] == "short-lived"
    assert row[-1].startswith("revoked ")
    monkeypatch.setenv("HEADWATER_API_KEY", key)
    assert cli("whoami").code == 4


def test_no_list_shows_a_key(ok: Cli, user: Person) -> None:
    assert user.key not in ok("key", "list").out + ok("key", "list", "--json").out


def test_inside_the_service_the_first_administrator_is_made_without_a_key(
    cli: Cli, settings: Settings, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEADWATER_API_KEY")
    monkeypatch.delenv("HEADWATER_BASE_URL")
    for variable, value in environment_of(settings).items():
        monkeypatch.setenv(variable, value)
    name = f"root-{secrets.token_hex(4)}"

    done = cli("user", "add", "--admin", name)

    assert done.code == 0, done.err
    key = done.out.strip()
    monkeypatch.setenv("HEADWATER_API_KEY", key)
    monkeypatch.setenv("HEADWATER_BASE_URL", service.url)
    facts = cli("whoami").facts
    assert (facts["user"], facts["may"]) == (name, "manage the server")


def test_whoever_is_no_administrator_is_not_made_by_the_back_door(
    cli: Cli, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the settings of a client the service is asked, whatever else is set."""
    for variable, value in environment_of(settings).items():
        monkeypatch.setenv(variable, value)

    assert cli("user", "add", "--admin", f"root-{secrets.token_hex(4)}").code == 4
