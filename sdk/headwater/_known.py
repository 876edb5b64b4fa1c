"""What paths of versions meant when they were last used on this machine: what an offline run resolves them by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from ._cache import Cache, appearing
from ._version import LoggedVersion, Place

LABEL = 19  # characters of a digest that name a version which has no number yet


@dataclass(frozen=True, slots=True)
class OfflinePlace(Place):
    """Where a version stands that no service has numbered; its digest takes the place of the number."""

    digest: str = ""

    @property
    def name(self) -> str:
        """`mnist:sha256:0123456789ab`."""
        return f"{self.collection}:{self.digest[:LABEL]}"

    @property
    def path(self) -> str:
        """`entity/container/mnist:sha256:0123456789ab`."""
        return f"{self.entity}/{self.container}/{self.name}"


def remember(cache: Cache, paths: Iterable[str], version: LoggedVersion) -> None:
    """Note what some paths mean now."""
    content = asdict(replace(version, refused=(), recalls=(), notices=()))
    content["created_at"] = version.created_at.isoformat()
    document = orjson.dumps(content)
    # A cache that cannot be written only means that an offline run will not know the version.
    with suppress(OSError):
        for path in paths:
            with appearing(cache.known_path(_key(path))) as temporary, open(temporary, "xb") as file:
                file.write(document)


def recall(cache: Cache, path: str) -> LoggedVersion | None:
    """What a path meant when it was last used here, None if it never was."""
    try:
        with open(cache.known_path(_key(path)), "rb") as file:
            content: dict[str, Any] = orjson.loads(file.read())
    except FileNotFoundError:
        return None
    source = content["source"]
    return LoggedVersion(
        **{
            **content,
            "place": _place(content["place"]),
            "source": None if source is None else _place(source),
            "created_at": datetime.fromisoformat(content["created_at"]),
            "tags": tuple(content["tags"]),
            "notices": (),
            "refused": (),
            "recalls": (),
        }
    )


def _place(content: dict[str, Any]) -> Place:
    given = {**content, "aliases": tuple(content["aliases"])}
    return OfflinePlace(**given) if "digest" in content else Place(**given)


def _key(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()
