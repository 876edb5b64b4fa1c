"""What may import what, where query text lives, how large a module is, and that the public SDK is documented."""

import ast
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import headwater
from headwater_service.store.conditions import collection_condition, run_condition, version_condition
from headwater_service.store.filters import (
    CollectionFilter,
    FieldCondition,
    FieldOperator,
    Parameters,
    RunFilter,
    Search,
    SearchWord,
    VersionFilter,
)

ROOT = Path(__file__).parents[1]
SERVICE = ROOT / "service" / "headwater_service"
SDK = ROOT / "sdk" / "headwater"
LONGEST_MODULE = 600

# What each place of the service may import of the others. `local` stands beside the layers and starts them.
LAYERS = {
    "model": set[str](),
    "errors": set[str](),
    "config": {"errors", "model"},
    "store": {"store", "model", "errors", "config"},
    "domain": {"domain", "store", "model", "errors", "config"},
    "api": {"api", "domain", "store", "model", "errors", "config"},
    "http": {"http", "api", "domain", "store", "model", "errors", "config"},
    "app": {"http", "api", "domain", "store", "model", "errors", "config"},
    "__main__": {"app", "http", "api", "domain", "store", "model", "errors", "config"},
    "__init__": set[str](),
    "local": {"local", "app", "__main__", "http", "api", "domain", "store", "model", "errors", "config"},
}
# A library that belongs to one layer, so that what it is can change there alone.
HOMES = {"strawberry": {"api"}, "neo4j": {"store"}, "minio": {"store"}, "starlette": {"http", "app", "api"}}
SERVER_LIBRARIES = {"neo4j", "minio", "strawberry", "starlette", "uvicorn", "graphql", "structlog"}


class Import(NamedTuple):
    """A module that a file imports, with the line."""

    module: str
    line: int


def modules(root: Path) -> list[Path]:
    return sorted(root.rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports_of(path: Path) -> Iterator[Import]:
    """Every import of a file, wherever in it, with relative ones made absolute."""
    package = list(path.relative_to(SERVICE.parent if path.is_relative_to(SERVICE) else SDK.parent).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield Import(module, node.lineno)
            # `from headwater_service import domain` imports a layer by its name.
            yield from (Import(f"{module}.{alias.name}", node.lineno) for alias in node.names)


def layer_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "headwater_service" and len(parts) > 1 and parts[1] in LAYERS else None


def layer_of_file(path: Path) -> str:
    first = path.relative_to(SERVICE).parts[0]
    return first.removesuffix(".py")


def test_every_module_of_the_service_belongs_to_a_layer() -> None:
    strangers = [name_of(path) for path in modules(SERVICE) if layer_of_file(path) not in LAYERS]

    assert strangers == []


def test_imports_of_the_service_point_down() -> None:
    upward = [
        f"{name_of(path)}:{found.line} imports {found.module}"
        for path in modules(SERVICE)
        for found in imports_of(path)
        if (layer := layer_of(found.module)) is not None and layer not in LAYERS[layer_of_file(path)]
    ]

    assert upward == []


@pytest.mark.parametrize("library", HOMES)
def test_a_library_stays_in_its_layer(library: str) -> None:
    escaped = [
        f"{name_of(path)}:{found.line}"
        for path in modules(SERVICE)
        for found in imports_of(path)
        if found.module.split(".")[0] == library and layer_of_file(path) not in {*HOMES[library], "local"}
    ]

    assert escaped == []


def test_the_sdk_imports_nothing_of_the_server() -> None:
    forbidden = {"headwater_service", *SERVER_LIBRARIES}

    found = [
        f"{name_of(path)}:{item.line} imports {item.module}"
        for path in modules(SDK)
        for item in imports_of(path)
        if item.module.split(".")[0] in forbidden
    ]

    assert found == []


def _is_guarded(path: Path, line: int) -> bool:
    """Whether an import stands under `if sys.platform != "win32":`, as type checkers know it too."""
    return any(
        isinstance(node, ast.If)
        and ast.unparse(node.test) == "sys.platform != 'win32'"
        and node.lineno < line
        and line <= (node.body[-1].end_lineno or 0)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )


def test_the_sdk_uses_nothing_that_windows_lacks() -> None:
    unix_modules = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
    unix_functions = {"fork", "forkpty", "getuid", "geteuid", "getpgid", "killpg", "mkfifo", "setsid", "sync", "uname"}

    imported = [
        f"{name_of(path)}:{item.line} imports {item.module}"
        for path in modules(SDK)
        for item in imports_of(path)
        if item.module.split(".")[0] in unix_modules and not _is_guarded(path, item.line)
    ]
    called = [
        f"{name_of(path)}:{node.lineno} uses os.{node.attr}"
        for path in modules(SDK)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        and node.attr in unix_functions
    ]

    assert imported + called == []


def test_the_service_imports_nothing_of_the_sdk() -> None:
    found = [
        f"{name_of(path)}:{item.line} imports {item.module}"
        for path in modules(SERVICE)
        for item in imports_of(path)
        if item.module.split(".")[0] == "headwater"
    ]

    assert found == []


def test_nothing_is_imported_through_its_folder() -> None:
    """`import service.headwater_service` works from the root, and gives a second copy of every module."""
    places = [SERVICE, SDK, ROOT / "tests", ROOT / "examples", ROOT / "benchmarks", ROOT / "scripts"]

    found = [
        f"{name_of(path)}:{node.lineno}"
        for place in places
        for path in modules(place)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.ImportFrom) and not node.level and is_folder(node.module or ""))
        or (isinstance(node, ast.Import) and any(is_folder(alias.name) for alias in node.names))
    ]

    assert found == []


def is_folder(module: str) -> bool:
    return module.startswith(("service.headwater_service", "sdk.headwater"))


KEYWORDS = ("MATCH ", "MERGE ", "RETURN ", "UNWIND ", "CREATE (", "DETACH DELETE", "CALL {", "CALL (", "OPTIONAL MATCH")


def is_cypher(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and any(k in node.value for k in KEYWORDS)


# Filters nest as their user wishes, so their text is joined from fragments. What is joined there is shown below to be
# the same whatever the values are.
JOINED = {"conditions.py", "filters.py", "listing.py"}


def built_query_texts(tree: ast.AST, *, may_join: bool = False) -> Iterator[int]:
    """The lines where query text is put together: an f-string, %, .format, .join, .replace or + of a value."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            built = any(is_cypher(part) for part in node.values) and any(
                isinstance(part, ast.FormattedValue) for part in node.values
            )
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            built = is_cypher(node.left)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sides = (node.left, node.right)
            built = (
                not may_join
                and any(is_cypher(side) for side in sides)
                and not all(is_constant_text(side) for side in sides)
            )
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            built = node.func.attr in ("format", "format_map", "replace", "join") and is_cypher(node.func.value)
        else:
            continue
        if built:
            yield node.lineno


def is_constant_text(node: ast.AST) -> bool:
    """A literal, the name of a module's constant, or a sum of them."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and is_constant_text(node.left) and is_constant_text(node.right)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.lstrip("_").isupper())


@pytest.mark.parametrize("path", modules(SERVICE / "store"), ids=lambda path: path.name)
def test_query_text_is_never_built_from_values(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))

    assert list(built_query_texts(tree, may_join=path.name in JOINED)) == []


HOSTILE = "x'}) DETACH DELETE run //"


def search(text: str) -> Search:
    return Search([SearchWord(text, text, [text], text), SearchWord(text, text, [text, text], text)], text)


def run_filter(text: str) -> RunFilter:
    words = [text]
    leaf = RunFilter(
        job_types=words,
        groups=words,
        tags=words,
        name_contains=text,
        consumed=text,
        produced=text,
        search=search(text),
    )
    return RunFilter(job_types=words, none_of=leaf, any_of=[leaf])


def version_filter(text: str) -> VersionFilter:
    words = [text]
    metadata = [FieldCondition(text, op, text) for op in FieldOperator]
    inner = VersionFilter(types=words, search=search(text))
    return VersionFilter(types=words, aliases=words, tags=words, metadata=metadata, none_of=inner)


def collection_filter(text: str) -> CollectionFilter:
    words = [text]
    return CollectionFilter(types=words, tags=words, name_contains=text, any_of=[CollectionFilter(search=search(text))])


@pytest.mark.parametrize(
    ("condition", "make"),
    [
        (run_condition, run_filter),
        (version_condition, version_filter),
        (collection_condition, collection_filter),
    ],
)
def test_the_text_of_a_filter_does_not_depend_on_its_values(
    condition: Callable[[Any, Parameters], str], make: Callable[[str], Any]
) -> None:
    hostile, harmless = Parameters(), Parameters()

    text = condition(make(HOSTILE), hostile)

    assert text == condition(make("harmless"), harmless)
    assert "$f0" in text and HOSTILE not in text
    assert HOSTILE in str(hostile.values)


@pytest.mark.parametrize(
    "text",
    [
        'tx.run(f"MATCH (n:{label}) RETURN n")',
        'tx.run("MATCH (n) WHERE n.id = %s RETURN n" % value)',
        'tx.run("MATCH (n) RETURN n.{}".format(name))',
        'tx.run("MATCH (n) RETURN n LIMIT " + limit)',
        'tx.run("MATCH (n:LABEL) RETURN n".replace("LABEL", label))',
    ],
)
def test_the_check_of_query_texts_sees_what_it_must(text: str) -> None:
    assert list(built_query_texts(ast.parse(text))) == [1]


def test_query_text_lives_in_the_store_alone() -> None:
    elsewhere = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules(SERVICE)
        if layer_of_file(path) not in ("store", "local")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and any(word in node.value for word in ("MATCH (", "MERGE (", "DETACH DELETE"))
    ]

    assert elsewhere == []


def test_no_module_is_longer_than_the_limit() -> None:
    places = [SERVICE, SDK, ROOT / "tests", ROOT / "examples", ROOT / "benchmarks", ROOT / "scripts"]

    too_long = {
        name_of(path): lines
        for place in places
        for path in modules(place)
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_MODULE
    }

    assert too_long == {}


def public_members(owner: object, name: str) -> Iterator[tuple[str, object]]:
    """A public name and, of a class, its public methods and properties."""
    value = getattr(owner, name)
    yield name, value
    if inspect.isclass(value):
        for member, defined in vars(value).items():
            if not member.startswith("_") and (callable(defined) or isinstance(defined, property | classmethod)):
                yield f"{name}.{member}", defined


def test_everything_public_in_the_sdk_is_documented() -> None:
    # Those three are values of the run that is open; they cannot be had without one.
    names = [name for name in headwater.__all__ if name not in ("run", "config", "summary")]

    undocumented = [
        member
        for name in names
        for member, value in public_members(headwater, name)
        if not (inspect.getdoc(value) or "").strip()
    ]

    assert undocumented == []
