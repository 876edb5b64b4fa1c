"""Ports are chosen once, kept, and a clash is explained."""

import os
import socket
from pathlib import Path

import psutil
import pytest

from headwater_service.errors import ConflictError
from headwater_service.local.home import Home, read_json
from headwater_service.local.ports import check_free, choose_ports, free_port, holder_of, is_free


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    return made


def test_ports_stay_as_they_were_chosen(home: Home) -> None:
    first = choose_ports(home)

    with socket.socket() as other:
        other.bind(("127.0.0.1", first["service"]))
        other.listen()
        second = choose_ports(home)

    assert second == first
    assert read_json(home.ports_file) == first
    assert sorted(first) == ["bolt", "console", "s3", "service"]
    assert len(set(first.values())) == 4


def test_a_taken_port_is_passed_over_when_choosing(home: Home) -> None:
    usual = choose_ports(home)["service"]
    home.ports_file.unlink()

    with socket.socket() as other:
        other.bind(("127.0.0.1", usual))
        other.listen()
        chosen = choose_ports(home)["service"]

    assert chosen > usual


def test_a_line_that_was_deleted_is_chosen_anew_and_the_others_stay(home: Home) -> None:
    first = choose_ports(home)
    home.ports_file.write_text(home.ports_file.read_text().replace('"service"', '"gone"'))

    second = choose_ports(home)

    assert {name: second[name] for name in ("bolt", "s3", "console")} == {
        name: first[name] for name in ("bolt", "s3", "console")
    }
    assert sorted(second) == ["bolt", "console", "s3", "service"]


def test_a_taken_port_is_explained_with_program_and_pid(home: Home) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(ConflictError) as refusal:
            check_free("service", port, home)

    name = psutil.Process().name()
    assert f"Port {port}, which Headwater uses for service, is taken by {name!r} (pid {os.getpid()})" in str(
        refusal.value
    )
    assert str(home.ports_file) in str(refusal.value)


def test_a_port_that_nobody_has_is_free() -> None:
    port = free_port()

    assert is_free(port)
    assert holder_of(port) == "another program"
