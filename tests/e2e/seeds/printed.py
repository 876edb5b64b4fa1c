"""Prints the lineage that a seed made, by the public API alone."""

from collections.abc import Iterator

import headwater as wandb


def print_lineage(project: str) -> None:
    """Print each edge of a project once, run after run; an arrow points where the data went."""
    edges = list(dict.fromkeys(edges_of(project)))
    nodes = {node for edge in edges for node in edge}
    print(f"lineage of {project}: {len(nodes)} nodes, {len(edges)} edges")
    for source, target in edges:
        print(f"{source} -> {target}")


def edges_of(project: str) -> Iterator[tuple[str, str]]:
    """What each run read, what it made, and as what that is linked."""
    for run in wandb.Api().runs(project, order="created_at"):
        label = run.job_type or run.name
        for used in sorted(run.used_artifacts(), key=named):
            yield named(used), label
        for made in sorted(run.logged_artifacts(), key=named):
            yield label, named(made)
            for link in sorted(made.linked_artifacts, key=named):
                yield named(made), named(link)


def named(version: wandb.Artifact) -> str:
    """A version by its name, with the registry in front if it is one of a registry."""
    return f"{version.project}/{version.name}" if version.project == "model-registry" else version.name
