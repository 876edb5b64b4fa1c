"""What `up` was given is used; the rest is made once, kept, and private."""

import re
import stat
from pathlib import Path

import pytest

from headwater_service.errors import InvalidInputError
from headwater_service.local.plan import make_plan, split_listen, warnings_of

NEO4J = {"HEADWATER_NEO4J_URI": "bolt://graph.example:7687", "HEADWATER_NEO4J_PASSWORD": "theirs"}
STORE = {
    "HEADWATER_S3_ENDPOINT": "https://s3.example",
    "HEADWATER_S3_ADMIN_KEY_ID": "id",
    "HEADWATER_S3_ADMIN_SECRET": "secret",
}


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"HEADWATER_HOME": str(tmp_path / "home")}


def test_with_nothing_given_both_servers_are_provided_on_loopback(home: dict[str, str]) -> None:
    plan = make_plan(home)
    settings = plan.settings()

    assert (plan.provides_neo4j, plan.provides_store) == (True, True)
    assert settings.neo4j_uri == f"bolt://127.0.0.1:{plan.ports['bolt']}"
    assert settings.s3_endpoint == f"http://127.0.0.1:{plan.ports['s3']}"
    assert settings.service_public_url == f"http://127.0.0.1:{plan.ports['service']}"
    assert len({settings.read_key, settings.write_key, settings.admin_key}) == 3


def test_the_service_never_gets_the_root_key(home: dict[str, str]) -> None:
    plan = make_plan(home)
    values = set(plan.service_environment().values())

    assert {plan.credentials.root.id, plan.credentials.root.secret} & values == set()


def test_credentials_are_made_once_and_only_this_account_can_read_them(home: dict[str, str]) -> None:
    first, second = make_plan(home), make_plan(home)
    mode = stat.S_IMODE(first.home.credentials_file.stat().st_mode)

    assert first.credentials == second.credentials
    assert (mode, stat.S_IMODE(first.home.root.stat().st_mode)) == (0o600, 0o700)


def test_what_is_made_up_for_servers_is_no_option_of_their_commands(home: dict[str, str]) -> None:
    credentials = make_plan({**home}).credentials

    made = [credentials.neo4j_password, credentials.root.secret, credentials.keys.read.secret]
    assert [bool(re.fullmatch("[0-9a-f]{40,48}", secret)) for secret in made] == [True, True, True]


def test_a_plan_shows_no_secret_when_printed(home: dict[str, str]) -> None:
    plan = make_plan({**home, **NEO4J})

    secrets = [plan.credentials.neo4j_password, plan.credentials.root.secret, plan.credentials.keys.read.secret]
    assert [secret for secret in [*secrets, "theirs"] if secret in repr(plan)] == []


def test_given_servers_are_used_and_not_started(home: dict[str, str]) -> None:
    plan = make_plan({**home, **NEO4J, **STORE})
    settings = plan.settings()

    assert (plan.provides_neo4j, plan.provides_store) == (False, False)
    assert (settings.neo4j_uri, settings.neo4j_password) == ("bolt://graph.example:7687", "theirs")
    assert (settings.s3_endpoint, settings.store_public_endpoint) == ("https://s3.example", "https://s3.example")


def test_one_store_key_for_everything_works_with_a_warning(home: dict[str, str]) -> None:
    plan = make_plan({**home, **STORE})

    assert plan.settings().read_key == plan.settings().admin_key == ("id", "secret")
    assert len(warnings_of(plan)) == 1
    assert warnings_of(make_plan(home)) == []


def test_a_given_store_without_keys_is_refused_by_name(home: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        make_plan({**home, "HEADWATER_S3_ENDPOINT": "https://s3.example"})

    assert "HEADWATER_S3_ADMIN_KEY_ID" in str(refusal.value)


def test_public_addresses_are_passed_on(home: dict[str, str]) -> None:
    public = {
        "HEADWATER_PUBLIC_URL": "https://headwater.example",
        "HEADWATER_S3_PUBLIC_ENDPOINT": "https://store.example",
    }
    plan = make_plan({**home, **public})

    assert plan.settings().service_public_url == "https://headwater.example"
    assert plan.settings().store_public_endpoint == "https://store.example"
    assert plan.own_url == f"http://127.0.0.1:{plan.ports['service']}"
    cors = plan.minio(Path("/minio")).environment["MINIO_API_CORS_ALLOW_ORIGIN"]
    assert cors == "https://headwater.example"


def test_listening_on_an_address_makes_service_and_store_reachable_there_and_nothing_else(
    home: dict[str, str],
) -> None:
    plan = make_plan({**home, "HEADWATER_LISTEN": "192.0.2.7"})
    minio = plan.minio(Path("/minio"))

    assert plan.listen == f"192.0.2.7:{plan.ports['service']}"
    assert plan.settings().service_public_url == f"http://192.0.2.7:{plan.ports['service']}"
    assert plan.settings().store_public_endpoint == f"http://192.0.2.7:{plan.ports['s3']}"
    assert minio.command[4] == f"192.0.2.7:{plan.ports['s3']}"
    assert minio.command[6] == f"127.0.0.1:{plan.ports['console']}"
    assert plan.settings().neo4j_uri == f"bolt://127.0.0.1:{plan.ports['bolt']}"


def test_listening_everywhere_still_is_reached_on_loopback_from_here(home: dict[str, str]) -> None:
    plan = make_plan({**home, "HEADWATER_LISTEN": "0.0.0.0:8123"})

    assert (plan.listen, plan.own_url) == ("0.0.0.0:8123", "http://127.0.0.1:8123")
    assert "0.0.0.0" not in plan.settings().service_public_url
    assert plan.settings().s3_endpoint == f"http://127.0.0.1:{plan.ports['s3']}"


def test_no_secret_of_a_server_is_among_its_arguments(home: dict[str, str]) -> None:
    plan = make_plan(home)
    programs = [plan.neo4j(Path("/jars")), plan.minio(Path("/minio")), plan.service()]

    arguments = " ".join(argument for program in programs for argument in program.command)

    assert plan.credentials.root.secret not in arguments
    assert plan.credentials.neo4j_password not in arguments
    assert plan.credentials.root.id not in arguments


def test_changed_settings_are_noticed(home: dict[str, str]) -> None:
    before, same, after = make_plan(home), make_plan(home), make_plan({**home, "HEADWATER_WORKERS": "2"})

    assert before.digest() == same.digest()
    assert before.digest() != after.digest()


@pytest.mark.parametrize(
    ("given", "host", "port"),
    [
        ("", "", None),
        ("0.0.0.0", "0.0.0.0", None),
        ("0.0.0.0:80", "0.0.0.0", 80),
        (":80", "", 80),
        ("[::]", "[::]", None),
        ("[::]:80", "[::]", 80),
    ],
)
def test_listen_takes_an_address_a_port_or_both(given: str, host: str, port: int | None) -> None:
    assert split_listen(given) == (host, port)


def test_a_port_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        split_listen("0.0.0.0:http")
