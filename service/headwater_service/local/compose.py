"""`headwater up --docker`: the same service from docker-compose.yml, with secrets made here."""

import getpass
import secrets
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Final

from headwater_service.errors import NotFoundError, UnavailableError
from headwater_service.local.home import Home, write_private

SECRETS: Final = (
    "HEADWATER_NEO4J_PASSWORD",
    "HEADWATER_S3_ROOT_USER",
    "HEADWATER_S3_ROOT_PASSWORD",
    "HEADWATER_S3_READ_KEY_ID",
    "HEADWATER_S3_READ_SECRET",
    "HEADWATER_S3_WRITE_KEY_ID",
    "HEADWATER_S3_WRITE_SECRET",
    "HEADWATER_S3_ADMIN_KEY_ID",
    "HEADWATER_S3_ADMIN_SECRET",
)


def up(home: Home) -> None:
    """Build and start the containers and wait until they are healthy. Raises UnavailableError."""
    file = compose_file()
    if shutil.which("docker") is None or _run(["docker", "version"]).returncode:
        raise UnavailableError("No Docker engine answers. Start it, or run `headwater up` without --docker.")
    if not _env_file(home).exists():
        write_private(_env_file(home), _secrets().encode())
    done = subprocess.run([*_compose(home, file), "up", "--detach", "--build", "--wait"], check=False)
    if done.returncode:
        raise UnavailableError(f"`docker compose up` failed; see `{shlex.join([*_compose(home, file), 'logs'])}`.")


def down(home: Home) -> None:
    """Stop and remove the containers; the volumes stay."""
    _run_checked([*_compose(home, compose_file()), "down"])


def reset(home: Home) -> None:
    """Remove the containers with their volumes and secrets."""
    _run_checked([*_compose(home, compose_file()), "down", "--volumes"])
    _env_file(home).unlink()


def is_used(home: Home) -> bool:
    """Tell whether `up --docker` was used."""
    return _env_file(home).exists()


def first_user_command(home: Home, name: str) -> str:
    """Return the command that makes the first user, to be run by a person who then sees the key."""
    command = ["exec", "service", "headwater", "user", "add", name, "--admin"]
    return shlex.join([*_compose(home, compose_file()), *command])


def compose_file() -> Path:
    """Find docker-compose.yml: here, or in the checkout that this package runs from. Raises NotFoundError."""
    for folder in (Path.cwd(), Path(__file__).resolve().parents[3]):
        if (folder / "docker-compose.yml").exists():
            return folder / "docker-compose.yml"
    raise NotFoundError("There is no docker-compose.yml here: run this in a checkout of Headwater.")


def _compose(home: Home, file: Path) -> list[str]:
    return ["docker", "compose", "--file", str(file), "--env-file", str(_env_file(home))]


def _env_file(home: Home) -> Path:
    return home.root / "compose.env"


def _secrets() -> str:
    values = {name: secrets.token_hex(10 if name.endswith("_ID") or name.endswith("_USER") else 20) for name in SECRETS}
    lines = [f"# Secrets of the containers that {getpass.getuser()} started with `headwater up --docker`."]
    return "\n".join([*lines, *(f"{name}={value}" for name, value in values.items())]) + "\n"


def _run_checked(command: list[str]) -> None:
    done = _run(command)
    if done.returncode:
        raise UnavailableError(f"`{shlex.join(command)}` failed: {done.stderr.strip()}")


def _run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, check=False)
