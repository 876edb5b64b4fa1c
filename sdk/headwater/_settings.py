"""Where the SDK looks for what it was not told: the environment, `settings.toml`, the local server."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from ._errors import InvalidInputError, PermissionDeniedError

LOCAL_SERVER = "http://127.0.0.1:8900"
DEFAULT_PROJECT = "uncategorized"
MODES = ("online", "shared", "offline", "disabled")
STORED = ("base_url", "api_key", "entity", "project")
KEPT = (
    "require_online",
    "console",
    "system_interval",
    "record_environment",
)  # what a run keeps besides what it logs: only by argument


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What init, Api and the command line need to know. None: not said anywhere."""

    base_url: str = LOCAL_SERVER
    api_key: str | None = None
    entity: str | None = None
    project: str | None = None
    mode: str = "online"
    name: str | None = None
    job_type: str | None = None
    tags: tuple[str, ...] = ()
    run_id: str | None = None
    run_group: str | None = None
    silent: bool = False
    require_online: bool = False
    console: bool = True
    system_interval: float = 15.0  # seconds; 0 samples nothing
    record_environment: bool = True
    home: Path = Path()
    dir: Path = Path()
    artifact_dir: Path | None = None

    def __repr__(self) -> str:
        """The settings, with the key hidden."""
        shown = replace(self, api_key="…" if self.api_key else None)
        return f"Settings({', '.join(f'{f.name}={getattr(shown, f.name)!r}' for f in fields(self))})"


def read_settings(environment: Mapping[str, str] | None = None, **arguments: Any) -> Settings:
    """The settings that hold: an argument, else the environment, else `settings.toml`, else the local server's.

    Args:
        environment: Instead of the process's own environment variables.
        arguments: Settings by name; None is "not given".

    Raises:
        InvalidInputError: if an argument is no setting, or a value is not one of those that are possible.
    """
    environment = os.environ if environment is None else environment
    known = {f.name for f in fields(Settings)}
    unknown = sorted(set(arguments) - known)
    if unknown:
        raise InvalidInputError(f"There is no setting {unknown[0]!r}. The settings are: {', '.join(sorted(known))}.")
    given = {name: value for name, value in arguments.items() if value is not None}
    said = {name: environment["HEADWATER_" + name.upper()] for name in known - {*KEPT} if _is_set(environment, name)}
    home = Path(given.get("home") or said.get("home") or default_home())
    stored = stored_settings(home)
    values = {**stored, **said, **given, "home": home}
    if _address(values) != _address(stored) and "api_key" not in said | given:
        # The stored key belongs to the stored address: it is not shown to another server.
        values.pop("api_key", None)
    if "api_key" in stored and values.get("api_key") != stored["api_key"] and "entity" not in said | given:
        # Nor does the stored entity belong to another key: that one has an entity of its own.
        values.pop("entity", None)
    return _checked(values)


def _address(values: Mapping[str, Any]) -> str:
    return str(values.get("base_url", LOCAL_SERVER)).strip().rstrip("/")


def default_home() -> Path:
    """The folder of this user's settings, servers and cache, where HEADWATER_HOME does not name one."""
    import platformdirs

    return platformdirs.user_data_path("headwater", appauthor=False)


def settings_file(home: Path) -> Path:
    """The file that `login` and `headwater up` write."""
    return home / "settings.toml"


def stored_settings(home: Path) -> dict[str, str]:
    """What `settings.toml` says.

    Raises:
        InvalidInputError: if it is not TOML.
        PermissionDeniedError: if it may not be read.
    """
    path = settings_file(home)
    try:
        text = path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except PermissionError as error:
        raise PermissionDeniedError(
            f"You may not read {path}. Set HEADWATER_HOME to a folder of yours, or correct its rights."
        ) from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError(
            f"{path} is not valid TOML: {error}. Correct or delete it, then log in again."
        ) from error
    return {name: str(values[name]) for name in STORED if values.get(name)}


def store_settings(home: Path, **values: str | None) -> Path:
    """Write settings to `settings.toml`, readable by this user alone; the other ones in it stay. None removes one."""
    import tomli_w

    path = settings_file(home)
    home.mkdir(parents=True, exist_ok=True)
    merged: dict[str, Any] = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    merged.update(values)
    merged = {name: value for name, value in merged.items() if value is not None}
    # A new file that takes the old one's place: no reader sees half of it, nobody else can open it before it is 0600.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(tomli_w.dumps(merged).encode())
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    return path


def wandb_only(environment: Mapping[str, str] | None = None) -> str:
    """A sentence for an error, if only another product's variables are set; Headwater never reads them."""
    environment = os.environ if environment is None else environment
    foreign = sorted(name for name in environment if name in ("WANDB_API_KEY", "WANDB_BASE_URL"))
    if not foreign or any(_is_set(environment, name) for name in ("api_key", "base_url")):
        return ""
    return (
        f" {' and '.join(foreign)} {'is' if len(foreign) == 1 else 'are'} set, but Headwater does not read WANDB_*"
        " (a key of another service must not be sent here): set HEADWATER_API_KEY and HEADWATER_BASE_URL."
    )


def _is_set(environment: Mapping[str, str], name: str) -> bool:
    return bool(environment.get("HEADWATER_" + name.upper()))


def _checked(values: dict[str, Any]) -> Settings:
    mode = values.get("mode", "online")
    if mode not in MODES:
        raise InvalidInputError(f"mode is {mode!r}; it must be 'online', 'shared', 'offline' or 'disabled'.")
    tags = values.get("tags", ())
    values["tags"] = tuple(_split(tags)) if isinstance(tags, str) else tuple(tags)
    values["silent"] = _truth(values.get("silent", False))
    values["system_interval"] = _seconds(values.get("system_interval", Settings.system_interval))
    values["base_url"] = _address(values)
    if values.get("api_key") is not None:
        values["api_key"] = values["api_key"].strip()  # a key that was read from a file ends with a line break
    if not values["base_url"].startswith(("http://", "https://")):
        raise InvalidInputError(f"The address {values['base_url']!r} must begin with http:// or https://.")
    values["dir"] = Path(values.get("dir", "."))
    if values.get("artifact_dir") is not None:
        values["artifact_dir"] = Path(values["artifact_dir"])
    return Settings(**values)


def _seconds(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"system_interval is {value!r}; it must be a number of seconds.") from error


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _truth(value: Any) -> bool:
    return value.strip().lower() not in ("", "0", "false", "no", "off") if isinstance(value, str) else bool(value)
