"""`headwater rm|restore|ttl` and `headwater trash ls`: what goes, what comes back, and what goes by itself."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from typing import Annotated, Any

import typer

from headwater import _deletion, _deletion_operations
from headwater import _registry_operations as registry_operations
from headwater._artifact import Artifact
from headwater._collection import Collection
from headwater._deletion import ArtifactTTL, DeletionPlan, TrashItem
from headwater._errors import ConflictError, InvalidInputError, NotFoundError
from headwater._version import get_version

from .output import AsJson, examples, print_facts, print_json, print_table, say, size_text
from .service import Service, is_run_path, local_path

trash_app = typer.Typer(no_args_is_help=True, help="Show what was deleted and can be restored.", rich_markup_mode=None)
RM_EXAMPLES = examples(
    "rm digits:v0 --plan", "rm mnist/-/runs/4f2k9a1c --with-outputs", "rm model-registry/Digits", "rm mnist/"
)
RESTORE_EXAMPLES = examples("restore digits:v0", "restore 01a1fd49-99ff-7d45-8577-1232d8c36e35")
TTL_EXAMPLES = examples("ttl digits:v0 30d", "ttl digits '1d 6h'", "ttl digits:v0 never")
_DELETION = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DURATION = re.compile(r"(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?")


def rm(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="[[entity/]project/]name:ref for a version or a link, the same without :ref for a whole collection, "
            "project/-/runs/id for a run, and a / at the end for a project or registry.",
        ),
    ],
    plan: Annotated[bool, typer.Option("--plan", help="Only tell what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    delete_aliases: Annotated[
        bool, typer.Option("--delete-aliases", help="Also versions with aliases besides latest.")
    ] = False,
    with_outputs: Annotated[bool, typer.Option("--with-outputs", help="Of runs, also what they made.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete versions, links, collections, runs, projects and registries, all at once or nothing.

    It shows first what would go and asks. What went can be restored for a while: `headwater trash ls`.
    """
    service = Service()
    found = _deletion.plan_deletion(service.client, **_targets(service, paths), with_outputs=with_outputs)
    standing = found.refusals + (() if delete_aliases else found.alias_refusals)
    if plan or not (as_json or yes):
        _print_plan(found, standing if plan else (), as_json=as_json)
    if plan:
        return
    if standing:
        raise ConflictError("Nothing was deleted. " + " ".join(standing))
    if not yes:
        _ask()
    made = _deletion.carry_out(service.client, found, delete_aliases=delete_aliases)
    if as_json:
        print_json({"deletion": made.id, **_facts(found)})
        return
    say("Deleted. To take it back: headwater restore " + made.id)
    sys.stdout.write(made.id + "\n")


def restore(
    things: Annotated[
        list[str],
        typer.Argument(metavar="DELETION|PATH...", help="What rm printed, or paths as `headwater trash ls` shows."),
    ],
) -> None:
    """Bring back a whole deletion, or single things. Of their aliases only latest comes back."""
    service = Service()
    deletions = [thing for thing in things if _DELETION.fullmatch(thing)]
    ids = [_ended_id(service, thing) for thing in things if thing not in deletions]
    answers = [_deletion.restore(service.client, deletion=deletion) for deletion in deletions]
    if ids:
        answers.append(_deletion.restore(service.client, ids=ids))
    for back in answers:
        counts = {name: count for name, count in vars(back).items() if count}
        say("Restored " + ", ".join(f"{count} {name}" for name, count in counts.items()) + ".")


@trash_app.command("ls")
def list_trash(
    container: Annotated[
        str | None, typer.Argument(metavar="PLACE", help="[entity/]project or [entity/]registry. Default: all.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List what was deleted, unlinked or expired and can be restored, the last first."""
    service = Service()
    path = None if container is None else service.container_path(container)
    items = list(islice(_deletion.list_trash(service.client, path), limit))
    if as_json:
        print_json([_item(item) for item in items])
        return
    print_table(
        ("path", "kind", "reason", "by", "ended", "restorable until", "deletion"),
        [tuple(_item(item).values()) for item in items],
    )


def ttl(
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="[[entity/]project/]name:ref, or without :ref a whole collection.")
    ],
    value: Annotated[
        str | None,
        typer.Argument(metavar="TTL", help="As 30d, 12h, '1d 6h'; never; of a version also inherit."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show or set how long a version lives after it was logged, or those of a collection that are told nothing else.

    A version never expires while it is linked, nor within a day after.
    """
    service = Service()
    full = service.item_path(path)
    wanted = None if value is None else parse_ttl(value)
    if ":" in full:
        facts = _version_ttl(service, full, wanted, is_set=value is not None)
    else:
        facts = _collection_ttl(service, full, wanted, is_set=value is not None)
    if as_json:
        print_json(facts)
    else:
        print_facts(facts)


def parse_ttl(text: str) -> timedelta | ArtifactTTL | None:
    """A time to live as it is typed.

    Raises:
        InvalidInputError: if it is none.
    """
    if text in ("never", "inherit"):
        return ArtifactTTL.INHERIT if text == "inherit" else None
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise InvalidInputError(f"{text!r} is no time to live: write 30d, 12h, 90m, '1d 6h', never or inherit.")
    days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _version_ttl(
    service: Service, path: str, wanted: timedelta | ArtifactTTL | None, *, is_set: bool
) -> dict[str, Any]:
    artifact = Artifact._from_version(service.client, get_version(service.client, path))
    if is_set:
        artifact.ttl = wanted
        artifact.save()
    return {
        "version": artifact.qualified_name,
        "ttl": _ttl_text(artifact.ttl),
        "inherited": artifact.ttl_is_inherited,
        "expires": None if artifact.expires_at is None else artifact.expires_at.isoformat(),
    }


def _collection_ttl(
    service: Service, path: str, wanted: timedelta | ArtifactTTL | None, *, is_set: bool
) -> dict[str, Any]:
    collection = _find_collection(service, path)
    if collection is None:
        raise NotFoundError(f"There is no collection {path!r}, or you may not see it.", path=path)
    if is_set:
        if isinstance(wanted, ArtifactTTL):
            raise InvalidInputError("Only a version inherits; give a collection a time, or never.")
        collection.ttl = wanted
    return {"collection": collection.path, "ttl": _ttl_text(collection.ttl)}


def _ttl_text(ttl: timedelta | None) -> str:
    return "never" if ttl is None else str(ttl)


def _targets(service: Service, paths: Sequence[str]) -> dict[str, list[str]]:
    """The ids of what was typed, by kind."""
    targets: dict[str, list[str]] = {"versions": [], "collections": [], "runs": [], "projects": []}
    for typed in paths:
        kind, found = _target(service, typed)
        targets[kind].append(found)
    return targets


def _target(service: Service, typed: str) -> tuple[str, str]:
    if typed.endswith("/"):
        return "projects", _find_container(service, typed.rstrip("/"))
    if is_run_path(typed):
        return "runs", _deletion.find_run_id(service.client, service.run_path(typed))
    full = service.item_path(typed)
    if ":" in full:
        return "versions", get_version(service.client, full).place.id
    collection = _find_collection(service, full)
    if collection is None:
        raise NotFoundError(
            f"There is no collection {full!r}. A run is written project/-/runs/id, a project with a / at the end.",
            path=full,
        )
    return "collections", collection.id


def _find_collection(service: Service, path: str) -> Collection | None:
    node = service.query(registry_operations.FIND_COLLECTION, path=path)["collection"]
    return None if node is None else Collection(service.client, node)


def _find_container(service: Service, typed: str) -> str:
    path = service.container_path(typed)
    data = service.query(_deletion_operations.FIND_CONTAINER, path=path)
    node = data["project"] or data["registry"]
    if node is None:
        raise NotFoundError(f"There is no project or registry {path!r}, or you may not see it.", path=path)
    container_id: str = node["id"]
    return container_id


def _ended_id(service: Service, path: str) -> str:
    """The id of something in the trash by its path; a version is found even if it went along with something else."""
    wanted = local_path(path).rstrip("/")
    # A name alone is first one of the project of the settings, as everywhere, then any of that name.
    full = service.item_path(wanted)
    items = list(_deletion.list_trash(service.client, None))
    for ending in (full, wanted):
        for item in items:
            if ending == item.path or item.path.endswith(f"/{ending}"):
                return item.id
    if ":" in wanted:
        return get_version(service.client, full).place.id
    raise NotFoundError(f"{wanted!r} is not in the trash: headwater trash ls shows what is.", path=wanted)


def _ask() -> None:
    if not sys.stdin.isatty():
        raise InvalidInputError("Nothing was deleted: say --yes where nobody can be asked.")
    if not typer.confirm("Delete all of that?", err=True):
        raise ConflictError("Nothing was deleted.")


def _print_plan(plan: DeletionPlan, standing: Sequence[str], *, as_json: bool) -> None:
    """Print a plan; for people with what stands against it, a line each."""
    facts = _facts(plan)
    if as_json:
        print_json(facts)
        return
    del facts["refusals"]
    sizes = {name: size_text(facts[name]) for name in ("bytesFreed", "bytesShared")}
    print_facts({**{name: value for name, value in facts.items() if value}, **sizes})
    for refusal in standing:
        print_facts({"refused": refusal})


def _facts(plan: DeletionPlan) -> dict[str, Any]:
    figures = plan.figures
    return {
        "versions": figures.versions,
        "links": figures.links,
        "collections": figures.collections,
        "runs": figures.runs,
        "projects": figures.projects,
        "aliases": figures.aliases,
        "bytesFreed": figures.bytes_freed,
        "bytesShared": figures.bytes_shared,
        "consumers": plan.consumers,
        "descendants": plan.descendants,
        "refusals": [*plan.refusals, *plan.alias_refusals],
    }


def _item(item: TrashItem) -> dict[str, Any]:
    return {
        "path": item.path,
        "kind": item.kind.lower().replace("_", " "),
        "reason": item.reason.lower(),
        "by": item.ended_by,
        "endedAt": item.ended_at.isoformat(),
        "restorableUntil": item.restorable_until.isoformat(),
        "deletion": item.deletion,
    }
