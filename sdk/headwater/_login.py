"""`login`: checks an API key and stores it for this user."""

from __future__ import annotations

import re
import sys
from typing import Any

from . import _run_operations as operations
from ._client import Client
from ._console import Console
from ._errors import InvalidInputError, PermissionDeniedError
from ._settings import Settings, read_settings, store_settings, stored_settings, wandb_only

CHECK_SECONDS = 20.0


def login(
    key: str | None = None,
    host: str | None = None,
    relogin: bool = False,
    *,
    timeout: float | None = None,
) -> bool:
    """Check an API key against the service, and store it in `settings.toml` for this user.

    Without a key, the one that is known already is checked; on a terminal you are asked for one if there is none.
    Without a terminal nothing is ever asked.

    Args:
        key: The key. Default: HEADWATER_API_KEY, else the stored one.
        host: The address of the service. Default: HEADWATER_BASE_URL, else the stored one, else the local server.
        relogin: Do not use the stored key.
        timeout: Seconds to wait for the service.

    Raises:
        PermissionDeniedError: if there is no key, or the service does not accept it; nothing is stored then.
        UnavailableError: if the service does not answer.
    """
    settings = read_settings(base_url=host)
    stored = read_settings(environment={}, home=settings.home)
    console = Console(silent=settings.silent)
    key = key or _known_key(settings, stored, relogin=relogin) or _ask(settings, console)
    key = key.strip()
    if not re.fullmatch("[a-z0-9]{40}", key):
        raise InvalidInputError("That is no API key of Headwater: it has exactly 40 characters of a-z and 0-9.")
    viewer = check_key(settings.base_url, key, timeout=CHECK_SECONDS if timeout is None else timeout)
    path = store_settings(settings.home, base_url=settings.base_url, api_key=key, entity=_kept_entity(settings, viewer))
    console.say(f"Logged in to {settings.base_url} as {viewer['user']['name']}; the key is in {path}")
    return True


def _kept_entity(settings: Settings, viewer: dict[str, Any]) -> str | None:
    """The stored entity, unless it was one of another account or service."""
    before = stored_settings(settings.home)
    entity = before.get("entity")
    mine = [known["name"] for known in viewer["entities"]]
    return entity if before.get("base_url", settings.base_url) == settings.base_url and entity in mine else None


def check_key(base_url: str, key: str, *, timeout: float) -> dict[str, Any]:
    """Who a key belongs to, as the service says.

    Raises:
        PermissionDeniedError: if the service does not accept it.
    """
    try:
        data = Client(base_url, key, deadline_seconds=timeout).execute(operations.VIEWER)
    except PermissionDeniedError as error:
        raise PermissionDeniedError(
            f"{base_url} does not accept this API key: {error.message} {_where_to_get_one(base_url)}",
            request_id=error.request_id,
        ) from error
    viewer: dict[str, Any] = data["viewer"]
    return viewer


def _known_key(settings: Settings, stored: Settings, *, relogin: bool) -> str | None:
    """The key of the environment, or the stored one if it is wanted."""
    return None if relogin and settings.api_key == stored.api_key else settings.api_key


def _ask(settings: Settings, console: Console) -> str:
    advice = _where_to_get_one(settings.base_url)
    if sys.stdin is None or not sys.stdin.isatty() or not sys.stderr.isatty():
        raise PermissionDeniedError(
            f"There is no API key for {settings.base_url}, and no terminal to ask for one. {advice} "
            "Then: headwater login KEY, or set HEADWATER_API_KEY." + wandb_only()
        )
    from getpass import getpass

    console.say(advice)
    return getpass("API key (not shown): ", stream=sys.stderr)


def _where_to_get_one(base_url: str) -> str:
    return (
        f"To get one for {base_url}: `headwater key create` where you are logged in, or ask an administrator of the "
        "service, who runs `headwater user add NAME`."
    )
