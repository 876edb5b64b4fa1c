"""Where an offline run goes on that continues one of this machine's journals."""

from __future__ import annotations

from pathlib import Path

from ._journal import META, Damage, recover_payloads, unpack

_OTHERS = ("console-", "system-")


def steps_before(folder: Path, key: str) -> int:
    """The step after the last one in the other journals of a run that lie beside its new one."""
    last = -1
    for path in folder.parent.glob(f"run-*-{key}*/*.log"):
        if path.parent == folder or path.stem == META or path.name.startswith(_OTHERS):
            continue
        *_, payload = (None, *(each for each in recover_payloads(path, Damage()) if each is not None))
        if payload is not None:
            last = max(last, int(unpack(payload)["step"]))
    return last + 1
