"""`headwater login` and `headwater whoami`."""

from __future__ import annotations

from typing import Annotated

import typer

import headwater

from . import documents
from .output import AsJson, print_facts, print_json
from .service import Service


def login(
    key: Annotated[
        str | None, typer.Argument(help="The API key. Without it, and on a terminal, you are asked.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="The service's address, as https://headwater.example.org")] = None,
    relogin: Annotated[bool, typer.Option("--relogin", help="Ask for a key even if a working one is stored.")] = False,
) -> None:
    """Check an API key and store it, with the address, for this user account."""
    headwater.login(key=key, host=host, relogin=relogin)


def whoami(as_json: AsJson = False) -> None:
    """Show who you are to the service, and where it is."""
    service = Service()
    viewer = service.query(documents.WHO_AM_I)["viewer"]
    if as_json:
        print_json({"address": service.base_url, **viewer})
        return
    print_facts(
        {
            "user": viewer["user"]["name"],
            "default entity": viewer["defaultEntity"]["name"],
            "entities": [f"{e['name']} ({(e['viewerRole'] or 'admin').lower()})" for e in viewer["entities"]],
            "may": ("manage the server" if viewer["isAdmin"] else "use the server")
            + (", read only" if viewer["isReadOnly"] else ""),
            "address": service.base_url,
            "server": viewer["serverVersion"],
        }
    )
