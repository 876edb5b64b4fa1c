"""`headwater api`: post a GraphQL document."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from .output import print_json
from .service import Service


def api(
    document: Annotated[
        str | None, typer.Argument(help="The GraphQL document; @FILE reads a file, - or nothing reads stdin.")
    ] = None,
    variable: Annotated[
        list[str] | None,
        typer.Option("--var", "-v", metavar="NAME=VALUE", help="A variable: JSON, else text. May be repeated."),
    ] = None,
    variables: Annotated[str | None, typer.Option(help="All variables as a JSON object; @FILE reads a file.")] = None,
) -> None:
    """Post a GraphQL document and print its answer as JSON.

    Exits with 1 if the answer holds errors; what data there is, is printed all the same.
    """
    answer = Service().post(read_document(document), read_variables(variables, variable or []))
    print_json(answer)
    if answer.get("errors"):
        raise typer.Exit(1)


def read_document(argument: str | None) -> str:
    """The text of the document, wherever it is."""
    if argument is None or argument == "-":
        return sys.stdin.read()
    return read_argument(argument)


def read_argument(argument: str) -> str:
    """An argument itself, or the file it names after an @."""
    if not argument.startswith("@"):
        return argument
    try:
        return Path(argument[1:]).read_text("utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{argument[1:]} cannot be read: {error.strerror}") from error


def read_variables(all_at_once: str | None, one_by_one: list[str]) -> dict[str, Any]:
    """The variables of both options; those given one by one win."""
    variables: Any = {}
    if all_at_once is not None:
        try:
            variables = orjson.loads(read_argument(all_at_once))
        except orjson.JSONDecodeError as error:
            raise typer.BadParameter(f"--variables is not JSON: {error}") from error
        if not isinstance(variables, dict):
            raise typer.BadParameter("--variables must be a JSON object")
    for pair in one_by_one:
        name, separator, value = pair.partition("=")
        if not separator:
            raise typer.BadParameter(f"--var {pair} has no '=': write NAME=VALUE")
        variables[name] = read_value(value)
    return dict(variables)


def read_value(text: str) -> Any:
    """A variable's value: what it is as JSON, else the text as it stands."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
