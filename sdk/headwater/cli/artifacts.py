"""`headwater artifact put|get|link|ls|show|verify`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

import headwater
from headwater._log import log_artifact

from . import documents
from .output import AsJson, print_facts, print_json, print_table, say, size_text
from .service import Service, found, local_path, read_pages

app = typer.Typer(no_args_is_help=True, help="Store, fetch and look at artifacts.", rich_markup_mode=None)

VersionPath = Annotated[
    str, typer.Argument(metavar="VERSION", help="[[entity/]project/]name[:ref], or the version's address.")
]


@app.command("put")
def put(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A file, a folder, or a URI to refer to.")],
    name: Annotated[str, typer.Option("--name", "-n", help="[[entity/]project/]name of the artifact.")],
    kind: Annotated[str, typer.Option("--type", "-t", help="Its type, as dataset or model.")],
    alias: Annotated[
        list[str] | None, typer.Option("--alias", "-a", help="An alias for the new version; may be repeated.")
    ] = None,
    description: Annotated[str | None, typer.Option("--description", "-d", help="What it is, in Markdown.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A free label; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Store a file, a folder or a reference as a new version, and print its path.

    No run is recorded: nobody's program made it. Content that is there already makes no new version.
    """
    service = Service()
    project, _, own_name = service.item_path(name).rpartition("/")
    artifact = headwater.Artifact(own_name, type=kind, description=description)
    if "://" in source:
        artifact.add_reference(source)
    elif Path(source).is_dir():
        artifact.add_dir(source)
    else:
        artifact.add_file(source)
    made = service.ensure_project(project)
    version = log_artifact(service.client, artifact, project=made, aliases=alias or (), tags=tag or ())

    for notice in version.notices:
        say(notice)
    if as_json:
        print_json({"path": version.place.path, "digest": version.digest, "isReused": version.is_reused})
    else:
        sys.stdout.write(version.place.path + "\n")
    refusal = version.refusal()
    if refusal is not None:
        raise refusal


@app.command("get")
def get(
    path: VersionPath,
    root: Annotated[Path | None, typer.Option(help="The folder to write to. Default: ./artifacts/<name:vN>")] = None,
    kind: Annotated[str | None, typer.Option("--type", "-t", help="Refuse it if its type is another.")] = None,
    prefix: Annotated[str | None, typer.Option(help="Only the files whose path begins like this.")] = None,
) -> None:
    """Download a version and print the folder. What is there already and right is not fetched again."""
    artifact = headwater.Api().artifact(Service().item_path(path), type=kind)
    sys.stdout.write(str(artifact.download(root=root, path_prefix=prefix)) + "\n")


@app.command("link")
def link(
    path: VersionPath,
    target: Annotated[
        str,
        typer.Argument(metavar="TARGET", help="[entity/]registry/name, or [[entity/]project/]name for a project's."),
    ],
    alias: Annotated[
        list[str] | None, typer.Option("--alias", "-a", help="An alias for the link; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Link a version to a registered model, which is made if it is not there, and print the path of the link.

    Linking again gives the link that is there and moves the aliases; `headwater rm` ends a link.
    """
    artifact = headwater.Api().artifact(Service().item_path(path))
    linked = artifact.link(target, aliases=alias or ())
    if as_json:
        print_json(
            {"path": linked.qualified_name, "source": linked.source_qualified_name, "aliases": list(linked.aliases)}
        )
    else:
        sys.stdout.write(linked.qualified_name + "\n")


@app.command("ls")
def list_artifacts(
    container: Annotated[
        str | None, typer.Argument(metavar="[[ENTITY/]PROJECT]", help="A project or a registry. Default: your project.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", "-n", help="All versions of this one artifact.")] = None,
    kind: Annotated[str | None, typer.Option("--type", "-t", help="Only artifacts of this type.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many lines at most.")] = 200,
    as_json: AsJson = False,
) -> None:
    """List the newest version of each artifact in a project or registry, or all versions of one."""
    service = Service()
    place = service.listed_container(container)
    if name is None:
        versions = newest_versions(service, place, kind, limit)
    else:
        collection = f"{place}/{name}"
        versions = read_pages(service, documents.LIST_VERSIONS, "versions", limit, collection=collection)

    if as_json:
        print_json(versions)
    else:
        print_table(
            ("version", "type", "files", "size", "aliases", "created"),
            [
                (v["path"], v["type"], v["fileCount"], size_text(v["size"]), v["aliases"], v["createdAt"])
                for v in versions
            ],
        )


def newest_versions(service: Service, place: str, kind: str | None, limit: int) -> list[dict[str, Any]]:
    """The newest version of each collection of a place. A collection that has none is left out."""
    conditions = {"types": [kind]} if kind else None
    collections = read_pages(
        service, documents.LIST_COLLECTIONS, "collections", limit, container=place, filter=conditions
    )
    return [edge["node"] for collection in collections for edge in collection["versions"]["edges"]]


@app.command("show")
def show(path: VersionPath, as_json: AsJson = False) -> None:
    """Show a version: its files, its metadata, the runs that made it and those that read it."""
    service = Service()
    version: dict[str, Any] = found(
        service.query(documents.SHOW_VERSION, path=service.item_path(path))["artifact"], path
    )
    source = version["source"]
    files: dict[str, Any] = source["files"] if source else {"edges": [], "pageInfo": {"hasNextPage": False}}
    version["files"] = [edge["node"] for edge in files["edges"]]
    version["source"] = source["path"] if source else None
    version["producedBy"] = [edge["node"] for edge in version["producedBy"]["edges"]]
    version["consumedBy"] = [edge["node"] for edge in version["consumedBy"]["edges"]]

    if as_json:
        print_json(version)
        return
    print_facts(
        {
            "version": version["path"],
            "source": version["source"] if version["source"] != version["path"] else None,
            "type": version["type"],
            "aliases": version["aliases"],
            "tags": version["tags"],
            "description": version["description"],
            "metadata": version["metadata"],
            "digest": version["digest"],
            "size": size_text(version["size"]),
            "files": version["fileCount"],
            "created": version["createdAt"],
            "produced by": [run["path"] for run in version["producedBy"]],
            "consumed by": [run["path"] for run in version["consumedBy"]],
            "address": version["url"],
        }
    )
    print_table(
        ("file", "size", "content"),
        [(file["path"], size_text(file["size"]), file["digest"] or file["reference"]) for file in version["files"]],
    )
    if files["pageInfo"]["hasNextPage"]:
        say(f"The first {len(version['files'])} of {version['fileCount']} files are shown.")


@app.command("verify")
def verify(
    path: VersionPath,
    root: Annotated[Path | None, typer.Option(help="The folder it was downloaded to. Default: as `get` does.")] = None,
) -> None:
    """Check that a downloaded folder holds exactly this version, byte for byte."""
    artifact = headwater.Api().artifact(Service().item_path(path))
    artifact.verify(root=root)
    say(f"{local_path(path)}: all files are right.")
