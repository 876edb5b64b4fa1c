"""Paths as users write them: `[[entity/]container/]name[:ref]`, where the container is a project or a registry."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from headwater_service.domain.names import valid_alias, valid_entity_name, valid_name
from headwater_service.errors import InvalidInputError
from headwater_service.model import Instant

LATEST: Final = "latest"
# How other trackers' users name a registry; the rest of the name is the registry's.
REGISTRY_PREFIX: Final = "wandb-registry-"
LARGEST_INDEX: Final = 2**31 - 1

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_INDEX: Final = re.compile(r"v(0|[1-9][0-9]{0,9})")
_DIGEST: Final = re.compile(r"sha256:([0-9a-f]{8,64})")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Ref:
    """Which version: one of `index`, `digest_prefix` (hex) or `alias`, an alias possibly as it stood `at` a time."""

    index: int | None = None
    digest_prefix: str | None = None
    alias: str | None = None
    at: Instant | None = None


@dataclass(frozen=True, slots=True)
class ArtifactPath:
    """A path with what it leaves out filled in."""

    entity: str
    container: str
    name: str
    ref: Ref

    @property
    def is_registry_by_name(self) -> bool:
        return self.container.startswith(REGISTRY_PREFIX)

    @property
    def container_name(self) -> str:
        return self.container.removeprefix(REGISTRY_PREFIX)


def parse_path(text: str, *, entity: str | None, project: str | None) -> ArtifactPath:
    """Read a path; `entity` and `project` stand for the parts it leaves out.

    Raises InvalidInputError that says which rule the path breaks.
    """
    place, colon, ref = text.partition(":")
    if colon and not ref:
        raise InvalidInputError(f"Path {text!r} ends with ':' but names no version.", field="path")
    entity_name, container_name, name = _parts(text, place, entity=entity, project=project)
    return ArtifactPath(entity_name, container_name, name, parse_ref(ref) if ref else Ref(alias=LATEST))


def parse_target(text: str, *, entity: str | None, project: str | None) -> ArtifactPath:
    """Read the target of a link: a path to a collection, without a ref."""
    if ":" in text:
        raise InvalidInputError(
            f"Link target {text!r} must not name a version or alias; give aliases apart.", field="target"
        )
    return ArtifactPath(*_parts(text, text, entity=entity, project=project, field="target"), Ref(alias=LATEST))


def parse_ref(text: str) -> Ref:
    """Read what follows the first ':' of a path: `v3`, `sha256:<hex>`, `alias`, `alias@<time>` or `alias@<day>`."""
    index = _INDEX.fullmatch(text)
    if index is not None:
        if int(index[1]) > LARGEST_INDEX:
            raise InvalidInputError(f"{text!r} is beyond the largest version, v{LARGEST_INDEX}.", field="path")
        return Ref(index=int(index[1]))
    if text.startswith("sha256:"):
        digest = _DIGEST.fullmatch(text)
        if digest is None:
            raise InvalidInputError(
                f"Digest {text!r} must have 8 to 64 hexadecimal digits in lower case.", field="path"
            )
        return Ref(digest_prefix=digest[1])
    alias, at, time = text.partition("@")
    return Ref(alias=valid_alias(alias, field="path"), at=instant_from(time) if at else None)


def _parts(
    text: str, place: str, *, entity: str | None, project: str | None, field: str = "path"
) -> tuple[str, str, str]:
    parts = place.split("/")
    if len(parts) > 3:
        raise InvalidInputError(f"Path {text!r} has more than the three parts entity/project/name.", field=field)
    name = valid_name(parts[-1], what="Name", field=field)
    container = valid_name(parts[-2], what="Project", field=field) if len(parts) > 1 else project
    owner = valid_entity_name(parts[-3], field=field) if len(parts) > 2 else entity
    if container is None:
        raise InvalidInputError(f"Path {text!r} names no project, and there is none to stand for it.", field=field)
    if owner is None:
        raise InvalidInputError(f"Path {text!r} names no entity, and there is none to stand for it.", field=field)
    return owner, container, name


def instant_from(text: str) -> Instant:
    """Read an RFC 3339 time with an offset. A day alone is its start in UTC, like the days versions are counted by."""
    whole = f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text
    if not _TIME.fullmatch(whole):
        raise InvalidInputError(
            f"{text!r} is not a time. Write RFC 3339 with an offset, as '2026-11-03T09:30:00Z', or a day, as "
            "'2026-11-03', for its start in UTC.",
            field="path",
        )
    # Python reads no more than six digits of a second; finer ones are cut.
    cut = re.sub(r"(\.\d{6})\d+", r"\1", whole.upper().replace(" ", "T"))
    try:
        return Instant((datetime.fromisoformat(cut) - _EPOCH) // timedelta(microseconds=1))
    except ValueError as error:
        raise InvalidInputError(f"{text!r} is not a time that exists: {error}.", field="path") from error
