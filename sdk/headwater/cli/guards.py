"""`headwater guard set|show|ls|rm`, `headwater promote` and `headwater proposal ls|show|approve|reject`."""

from __future__ import annotations

import re
import sys
from itertools import islice
from typing import Annotated, Any

import typer

from headwater._collection import Collection
from headwater._errors import ConflictError, InvalidInputError, NotFoundError
from headwater._guards import Guard, Guarded
from headwater._names import format_time
from headwater._proposals import STATES, Proposal, find_proposal, waiting_proposals
from headwater._registry import Registry
from headwater._registry_operations import FIND_COLLECTION, GET_REGISTRY
from headwater._version import get_version
from headwater.rules import (
    Rule,
    approvals,
    better_than_current,
    metric,
    required_tag,
    requires_upstream,
    verified_bytes,
)

from .output import AsJson, examples, print_facts, print_json, print_table, say
from .service import Service, found, local_path

guard_app = typer.Typer(
    no_args_is_help=True,
    help="Say what a version must meet before an alias may point at it.",
    rich_markup_mode=None,
)
proposal_app = typer.Typer(
    no_args_is_help=True, help="Approve or reject moves of aliases that were proposed.", rich_markup_mode=None
)

_CONDITION = re.compile(
    r"\s*(?P<path>[^<>=!]*[^<>=!\s])\s*(?P<operator>>=|<=|!=|==|=|>|<)\s*(?P<value>[^<>=!\s].*?)\s*"
)

PROMOTE_EXAMPLES = examples(
    "promote model-registry/Digits:v4 production --dry-run",
    'promote model-registry/Digits:v4 production --propose --reason "better at night"',
)

Owner = Annotated[
    str, typer.Argument(metavar="PATH", help="[entity/]registry for all of its collections, or a collection's path.")
]
Alias = Annotated[str, typer.Argument(metavar="ALIAS", help="The alias, as production.")]
ProposalId = Annotated[str, typer.Argument(metavar="ID", help="As `headwater promote --propose` printed it.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why, for the others and the history.")]


@guard_app.command(
    "set",
    epilog=examples(
        "guard set model-registry production --metric 'accuracy >= 0.97' --approvals 1",
        "guard set model-registry/Digits staging --better accuracy --upstream dataset",
    ),
)
def set_guard(
    owner: Owner,
    alias: Alias,
    upstream: Annotated[
        str | None, typer.Option(metavar="TYPE", help="Complete lineage to versions of this type, as dataset.")
    ] = None,
    upstream_of: Annotated[
        str | None,
        typer.Option(
            "--upstream-collection",
            metavar="PATH",
            help="The same for the type of this collection; one of the versions must be of it.",
        ),
    ] = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="CONDITION", help="On the run's summary, as 'accuracy >= 0.97'. Repeatable."),
    ] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option("--metadata", metavar="CONDITION", help="The same on the version's metadata. Repeatable."),
    ] = None,
    better: Annotated[
        list[str] | None,
        typer.Option("--better", metavar="PATH", help="Summary: higher than the current version's. Repeatable."),
    ] = None,
    lower: Annotated[
        list[str] | None,
        typer.Option("--lower", metavar="PATH", help="Summary: lower than the current version's. Repeatable."),
    ] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="A tag it bears. Repeatable.")] = None,
    approve: Annotated[
        int | None, typer.Option("--approvals", metavar="N", help="Admins other than the proposer who approve.")
    ] = None,
    verified: Annotated[bool, typer.Option("--verified", help="The store shows the right bytes of it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set the rules for an alias, in place of those it has there. All of them must hold.

    A collection's add to those of its registry.
    """
    rules = upstream_rules(upstream, upstream_of)
    rules += [condition(text, "summary") for text in metrics or ()]
    rules += [condition(text, "metadata") for text in metadata or ()]
    rules += [better_than_current(path) for path in better or ()]
    rules += [better_than_current(path, lower=True) for path in lower or ()]
    rules += [required_tag(tag) for tag in tags or ()]
    rules += [approvals(approve)] if approve is not None else []
    rules += [verified_bytes()] if verified else []
    if not rules:
        raise InvalidInputError("Give at least one rule. To take the guard away: headwater guard rm.")
    guarded = owner_at(owner)
    print_guards(guarded, [guarded.set_guard(alias, *rules)], as_json=as_json)


@guard_app.command("show")
def show_guard(owner: Owner, alias: Alias, as_json: AsJson = False) -> None:
    """Show the rules for one alias."""
    guarded = owner_at(owner)
    guard = guarded.guards().get(alias)
    if guard is None:
        registry = registry_of(guarded)
        also = "" if registry is None else f" Its registry may have one: headwater guard show {registry!r} {alias!r}"
        raise NotFoundError(f"There is no guard on {alias!r} in {guarded.path}.{also}", path=alias)
    if as_json:
        print_json({"path": guarded.path, **guard_facts(guard)})
    else:
        print_facts({"path": guarded.path, **guard_facts(guard)})


@guard_app.command("ls")
def list_guards(owner: Owner, as_json: AsJson = False) -> None:
    """List the guards set on a registry or on a collection. What guards a registry holds in its collections too."""
    guarded = owner_at(owner)
    print_guards(guarded, list(guarded.guards().values()), as_json=as_json)
    if (registry := registry_of(guarded)) is not None:
        say(f"What guards its registry holds too: headwater guard ls {registry!r}")


@guard_app.command("rm")
def remove_guard(owner: Owner, alias: Alias) -> None:
    """Take the rules for an alias away."""
    guarded = owner_at(owner)
    guarded.remove_guard(alias)
    say(f"Nothing guards {alias} in {guarded.path} any more.")


def promote(
    version: Annotated[
        str, typer.Argument(metavar="VERSION", help="[[entity/]project/]name:ref; without a ref the latest version.")
    ],
    alias: Alias,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell which rules it fails, and move nothing.")] = False,
    propose: Annotated[bool, typer.Option("--propose", help="Ask admins to approve it; print the id.")] = False,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Point an alias at a version if its guards let it, or ask for that.

    What they lack is listed, a line for each rule, and the exit code is then 1.
    """
    if dry_run and propose:
        raise InvalidInputError("--dry-run changes nothing, --propose does. Give one of them.")
    service = Service()
    place = get_version(service.client, service.item_path(version)).place
    path = place.path.rpartition(":")[0]
    collection = Collection(service.client, found(service.query(FIND_COLLECTION, path=path)["collection"], path))
    target = f"v{place.index}"
    try:
        if propose:
            print_proposal(collection.propose_alias(alias, target, reason=reason), as_json=as_json)
            return
        unmet = collection.try_alias(alias, target) if dry_run else []
        if unmet:
            raise ConflictError(f"{alias} would not move to {path}:{target}.", unmet_rules=unmet)
        if not dry_run:
            collection.move_alias(alias, target, reason=reason)
    except ConflictError as error:
        if not error.unmet_rules:
            raise
        print_unmet(f"{path}:{target}", alias, error, as_json=as_json)
        raise typer.Exit(1) from error
    if as_json:
        print_json({"collection": path, "name": alias, "to": target, "moved": not dry_run, "unmetRules": []})
    else:
        sys.stdout.write(f"{path}:{alias}\t{target}{' (would move)' if dry_run else ''}\n")


@proposal_app.command("ls")
def list_proposals(
    collection: Annotated[
        str | None, typer.Argument(metavar="COLLECTION", help="Only of this one. Default: those that wait for you.")
    ] = None,
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help=f"With a collection: {', '.join(STATES)}. Default: all.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 200,
    as_json: AsJson = False,
) -> None:
    """List proposals, newest first."""
    service = Service()
    if collection is None:
        listed = waiting_proposals(service.client)
    else:
        path = service.item_path(collection)
        node = found(service.query(FIND_COLLECTION, path=path)["collection"], path)
        listed = Collection(service.client, node).proposals(state)
    proposals = list(islice(listed, limit))
    if as_json:
        print_json([proposal_facts(proposal) for proposal in proposals])
        return
    print_table(
        ("id", "alias", "to", "state", "approvals", "proposed by", "reason"),
        [
            (
                proposal.id,
                f"{proposal.collection}:{proposal.alias}",
                proposal.version,
                proposal.state,
                f"{len(proposal.approvals)}/{proposal.approvals_needed}",
                proposal.proposed_by,
                proposal.reason,
            )
            for proposal in proposals
        ],
    )


@proposal_app.command("show")
def show_proposal(proposal_id: ProposalId, as_json: AsJson = False) -> None:
    """Show one proposal."""
    proposal = find_proposal(Service().client, proposal_id)
    if as_json:
        print_json(proposal_facts(proposal))
    else:
        print_facts(proposal_facts(proposal))


@proposal_app.command("approve")
def approve_proposal(proposal_id: ProposalId, as_json: AsJson = False) -> None:
    """Approve a proposal of somebody else; the last approval needed moves the alias."""
    proposal = find_proposal(Service().client, proposal_id)
    try:
        proposal.approve()
    except ConflictError as error:
        if not error.unmet_rules:
            raise
        print_unmet(f"{proposal.collection}:{proposal.version}", proposal.alias, error, as_json=as_json)
        raise typer.Exit(1) from error
    print_proposal(proposal, as_json=as_json)


@proposal_app.command("reject")
def reject_proposal(proposal_id: ProposalId, reason: Reason = "", as_json: AsJson = False) -> None:
    """Reject a proposal, or take back your own."""
    proposal = find_proposal(Service().client, proposal_id)
    proposal.reject(reason)
    print_proposal(proposal, as_json=as_json)


def upstream_rules(type: str | None, collection: str | None) -> list[Rule]:
    """The rule about what is upstream, if one is asked for; a collection says of which type."""
    if collection is None:
        return [requires_upstream(type)] if type else []
    service = Service()
    path = service.item_path(collection)
    one = Collection(service.client, found(service.query(FIND_COLLECTION, path=path)["collection"], path))
    return [requires_upstream(type or one.type, one)]


def condition(text: str, source: str) -> Rule:
    """The rule of a condition as typed: `accuracy >= 0.97`. A value that is no number, true or false is a text.

    Raises:
        InvalidInputError: if it is no condition.
    """
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise InvalidInputError(f"{text!r} is no condition such as 'accuracy >= 0.97'.", field="metric")
    return metric(match["path"], match["operator"], value_of(match["value"]), source=source)


def value_of(text: str) -> float | str | bool:
    """A value as typed: a number, true or false, else a text, with or without quotes."""
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def owner_at(given: str) -> Guarded:
    """The registry or collection at a path as typed. `a/b` is a registry if there is one, else a collection.

    Raises:
        InvalidInputError: if it names a version.
        NotFoundError: if there is neither.
    """
    service, path = Service(), local_path(given)
    if ":" in path:
        raise InvalidInputError(f"{given!r} names a version; a guard is for all of a collection: leave the ':' out.")
    full, known = service.item_path(path), ""
    if path.count("/") < 2:
        registry = service.query(GET_REGISTRY, path=service.container_path(path))["registry"]
        if registry is not None:
            return Registry(service.client, registry)
        known = f"no registry {service.container_path(path)!r} and "
    node = service.query(FIND_COLLECTION, path=full)["collection"]
    if node is None:
        raise NotFoundError(f"There is {known}no collection {full!r}, or you may not see it.", path=full)
    return Collection(service.client, node)


def registry_of(guarded: Guarded) -> str | None:
    """The path of what a registered model lies in; None for a registry and for what runs log into."""
    is_model = isinstance(guarded, Collection) and guarded.kind == "REGISTRY"
    return guarded.path.rpartition("/")[0] if is_model else None


def print_guards(guarded: Guarded, guards: list[Guard], *, as_json: bool) -> None:
    """Print guards of one owner, a line for each rule."""
    if as_json:
        print_json([guard_facts(guard) for guard in guards])
        return
    print_table(("alias", "rule"), [(guard.alias, rule) for guard in guards for rule in guard.rules])


def print_unmet(version: str, alias: str, error: ConflictError, *, as_json: bool) -> None:
    """Print what keeps an alias from moving, a line for each rule."""
    unmet = [{"rule": rule.rule, "message": rule.message} for rule in error.unmet_rules]
    if as_json:
        print_json({"version": version, "name": alias, "moved": False, "unmetRules": unmet})
        return
    say(f"{alias} may not point at {version}:")
    print_table(("rule", "what is lacking"), [(rule["rule"], rule["message"]) for rule in unmet])


def print_proposal(proposal: Proposal, *, as_json: bool) -> None:
    """Print what became of a proposal: its id and state."""
    if as_json:
        print_json(proposal_facts(proposal))
    else:
        sys.stdout.write(f"{proposal.id}\t{proposal.state}\n")


def guard_facts(guard: Guard) -> dict[str, Any]:
    """A guard as JSON."""
    return {
        "alias": guard.alias,
        "rules": list(guard.rules),
        "setAt": format_time(guard.set_at),
        "setBy": guard.set_by,
    }


def proposal_facts(proposal: Proposal) -> dict[str, Any]:
    """A proposal as JSON."""
    return {
        "id": proposal.id,
        "collection": proposal.collection,
        "alias": proposal.alias,
        "from": proposal.from_version,
        "to": proposal.version,
        "state": proposal.state,
        "reason": proposal.reason,
        "proposedBy": proposal.proposed_by,
        "approvals": list(proposal.approvals),
        "approvalsNeeded": proposal.approvals_needed,
        "createdAt": format_time(proposal.created_at),
        "decidedAt": None if proposal.decided_at is None else format_time(proposal.decided_at),
        "decidedBy": proposal.decided_by,
        "decisionReason": proposal.decision_reason,
    }
