"""What a browser loads before it shows the first page stays small, and nothing in it comes from elsewhere."""

import gzip
import json
from pathlib import Path

import pytest

from browsers import STATIC

BUILT = STATIC / "app"
FIRST_LOAD_BYTES = 350_000
CHUNK_BYTES = 150_000

pytestmark = pytest.mark.skipif(not BUILT.exists(), reason="needs the built pages: `make ui`")


def test_the_first_load_is_small() -> None:
    manifest = json.loads((BUILT / "manifest.json").read_text())
    # The entry, what it imports at once, and one catalogue of texts: the larger, Japanese.
    entries = [name for name, chunk in manifest.items() if chunk.get("isEntry")]
    catalogue = next(name for name in manifest if name.endswith("locales/ja/index.ts"))

    sizes = {file: compressed(BUILT / file) for file in files_of(manifest, [*entries, catalogue])}

    largest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
    assert sum(sizes.values()) <= FIRST_LOAD_BYTES, largest


def test_no_part_that_is_loaded_on_demand_is_large() -> None:
    sizes = {path.name: compressed(path) for path in (BUILT / "assets").glob("*.js")}

    assert {name: size for name, size in sizes.items() if size > CHUNK_BYTES} == {}


def test_nothing_needs_web_assembly_which_no_policy_of_ours_allows() -> None:
    scripts = list((BUILT / "assets").glob("*.js"))

    assert scripts
    assert [path.name for path in scripts if "WebAssembly" in path.read_text()] == []


def files_of(manifest: dict[str, dict[str, object]], names: list[str]) -> set[str]:
    """Return the files of chunks and of all that these import at once."""
    found: set[str] = {"index.html"}
    seen: set[str] = set()
    while names:
        name = names.pop()
        if name in seen:
            continue
        seen.add(name)
        chunk = manifest[name]
        found |= {str(chunk["file"]), *_strings(chunk.get("css"))}
        names += _strings(chunk.get("imports"))
    return found


def _strings(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def compressed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 6))
