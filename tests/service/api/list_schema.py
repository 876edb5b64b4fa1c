"""A schema with everything that can occur in a list, and random documents over it."""

import asyncio
import random
from enum import Enum
from typing import Annotated, Any

import strawberry

from headwater_service.api.list_executor import ListExecutor


@strawberry.enum
class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@strawberry.interface
class Thing:
    id: strawberry.ID
    name: str
    size: int | None


@strawberry.type
class Leaf:
    text: str
    weight: float | None
    colour: Colour | None


@strawberry.type
class Stone(Thing):
    colour: Colour
    is_smooth: bool
    leaves: list[Leaf]
    grid: list[list[Leaf]]
    words: list[str | None]
    first_leaf: Leaf | None

    @strawberry.field
    async def loaded(self, times: int = 1) -> str:
        await asyncio.sleep(0)
        if self.name == "raises when loaded":
            raise ValueError("this stone cannot be loaded")
        return self.name * times

    @strawberry.field
    def friends(self) -> list["Stone"]:
        return [self] if self.size is None else []


@strawberry.type
class Plant(Thing):
    height: float
    leaf: Leaf | None
    more: list[Leaf | None]

    @strawberry.field
    def doubled(self) -> float:
        if self.height < 0:
            raise ValueError("negative height")
        return self.height * 2

    @strawberry.field
    async def maybe(self) -> str | None:
        if self.height < 0:
            raise ValueError("negative height, later")
        return self.name


StoneOrPlant = Annotated[Stone | Plant, strawberry.union("StoneOrPlant")]


@strawberry.type
class ThingEdge:
    cursor: str
    node: Thing


@strawberry.type
class ThingConnection:
    edges: list[ThingEdge]

    @strawberry.field
    async def total_count(self) -> int:
        return len(self.edges)


@strawberry.type
class Query:
    @strawberry.field
    def stones(self, info: strawberry.Info) -> list[Stone]:
        return items_of(info, Stone)

    @strawberry.field
    async def optional_stones(self, info: strawberry.Info) -> list[Stone | None]:
        return items_of(info, Stone)

    @strawberry.field
    def things(self, info: strawberry.Info) -> list[Thing]:
        return items_of(info, Stone, Plant)

    @strawberry.field
    def optional_things(self, info: strawberry.Info) -> list[Thing | None] | None:
        return items_of(info, Stone, Plant)

    @strawberry.field
    def either(self, info: strawberry.Info) -> list[StoneOrPlant] | None:
        return items_of(info, Stone, Plant)

    @strawberry.field
    def one(self, info: strawberry.Info) -> Thing | None:
        items = items_of(info, Stone, Plant)
        return items[0] if items else None

    @strawberry.field
    def page(self, info: strawberry.Info) -> ThingConnection | None:
        nodes = items_of(info, Stone, Plant)
        return ThingConnection(edges=[ThingEdge(cursor=str(place), node=node) for place, node in enumerate(nodes)])

    @strawberry.field
    def names(self) -> list[str]:
        return ["a", "b"]


def items_of(info: strawberry.Info, *kinds: type) -> list[Any]:
    return [
        item for item in info.context["items"] if item is None or not isinstance(item, Thing) or type(item) in kinds
    ]


COLUMNS = strawberry.Schema(Query, types=[Stone, Plant], execution_context_class=ListExecutor)
CORE = strawberry.Schema(Query, types=[Stone, Plant])

_LEAF = {"text": None, "weight": None, "colour": None}
_THING = {"id": None, "name": None, "size": None}
_STONE: dict[str, Any] = {
    **_THING,
    "colour": None,
    "isSmooth": None,
    "words": None,
    "loaded": None,
    "leaves": _LEAF,
    "grid": _LEAF,
    "firstLeaf": _LEAF,
    "friends": _THING,
}
_PLANT: dict[str, Any] = {**_THING, "height": None, "doubled": None, "maybe": None, "leaf": _LEAF, "more": _LEAF}
_PAGE = ("page", "edges")
_ROOTS = ("stones", "optionalStones", "things", "optionalThings", "either", "one", "page")


def random_document(dice: random.Random) -> str:
    """A valid document: aliases, fragments, type conditions, @skip and @include with variables."""
    roots = [f"r{place}: {_root(dice, name)}" for place, name in enumerate(dice.choices(_ROOTS, k=dice.randint(1, 3)))]
    fragments = f"fragment S on Stone {_selection(dice, _STONE)} fragment L on Leaf {_selection(dice, _LEAF)}"
    use = "u: stones { ...S leaves { ...L } } names @include(if: $yes) never: names @include(if: $no)"
    return f"query Q($yes: Boolean! = true, $no: Boolean! = false) {{ {' '.join(roots)} {use} }} {fragments}"


def _root(dice: random.Random, name: str) -> str:
    if name in ("stones", "optionalStones"):
        return f"{name} {_selection(dice, _STONE)}"
    thing = _thing(dice, shared={} if name == "either" else _THING)
    if name != "page":
        return f"{name} {thing}"
    count = dice.choice(("", "totalCount"))
    return f"page {{ {count} edges {{ {dice.choice(('', 'cursor', '__typename'))} node {thing} }} }}"


def _thing(dice: random.Random, shared: dict[str, Any]) -> str:
    parts = [f"... on Stone {_selection(dice, _STONE)}", f"... on Plant {_selection(dice, _PLANT)}"]
    own = ["__typename", *dice.sample(list(shared), k=dice.randint(0, len(shared)))]
    return "{ " + " ".join([*own, *dice.sample(parts, k=dice.randint(0, 2))]) + " }"


def _selection(dice: random.Random, fields: dict[str, Any]) -> str:
    chosen = dice.sample(list(fields), k=dice.randint(1, len(fields)))
    return "{ " + " ".join(_field(dice, name, fields[name]) for name in chosen) + " }"


def _field(dice: random.Random, name: str, below: dict[str, Any] | None) -> str:
    alias = dice.choice(("", "", "", f"x{name}: "))
    argument = dice.choice(("", "(times: 2)")) if name == "loaded" and alias else ""
    directive = dice.choice(("", "", "", " @skip(if: $yes)", " @include(if: $yes)", " @include(if: $no)"))
    selection = "" if below is None else " " + _selection(dice, below)
    return f"{alias}{name}{argument}{directive}{selection}"


def random_items(dice: random.Random, *, is_faulty: bool) -> list[Any]:
    items: list[Any] = [
        _stone(dice, place) if dice.random() < 0.5 else _plant(dice, place) for place in range(dice.randint(0, 6))
    ]
    if is_faulty and items:
        for _ in range(dice.randint(1, 2)):
            _spoil(dice, items)
    return items


def _leaf(dice: random.Random) -> Leaf:
    return Leaf(
        text=dice.choice(("a", "葉")),
        weight=dice.choice((None, 1.5, 2)),
        colour=dice.choice((None, Colour.RED, Colour.BLUE)),
    )


def _leaves(dice: random.Random) -> list[Leaf]:
    return [_leaf(dice) for _ in range(dice.randint(0, 3))]


def _stone(dice: random.Random, place: int) -> Stone:
    return Stone(
        id=strawberry.ID(f"s{place}"),
        name=f"stone {place}",
        size=dice.choice((None, 7, 2**31 - 1)),
        colour=dice.choice((Colour.RED, Colour.BLUE)),
        is_smooth=dice.random() < 0.5,
        leaves=_leaves(dice),
        grid=[_leaves(dice) for _ in range(dice.randint(0, 2))],
        words=[dice.choice(("w", None)) for _ in range(dice.randint(0, 2))],
        first_leaf=dice.choice((None, _leaf(dice))),
    )


def _plant(dice: random.Random, place: int) -> Plant:
    return Plant(
        id=strawberry.ID(f"p{place}"),
        name=f"plant {place}",
        size=place,
        height=dice.random(),
        leaf=dice.choice((None, _leaf(dice))),
        more=[dice.choice((None, _leaf(dice))) for _ in range(dice.randint(0, 2))],
    )


def _spoil(dice: random.Random, items: list[Any]) -> None:
    place = dice.randrange(len(items))
    item = items[place]
    faults: list[tuple[str, Any]] = [
        ("name", None),
        ("name", ValueError("an exception as a value")),
        ("name", 12),
        ("id", 12),
        ("size", 2**31),
        ("size", "many"),
        ("size", True),
    ]
    if isinstance(item, Stone):
        faults += [
            ("colour", "green"),
            ("is_smooth", "yes"),
            ("leaves", None),
            ("leaves", (Leaf(text="t", weight=None, colour=None),)),
            ("grid", [None]),
            ("first_leaf", "no leaf"),
            ("name", "raises when loaded"),
        ]
    elif isinstance(item, Plant):
        faults += [("height", -1.0), ("height", float("nan")), ("leaf", ValueError("no leaf")), ("more", "text")]
    if item is None or not isinstance(item, Thing) or dice.random() < 0.3:
        items[place] = dice.choice((None, ValueError("an exception as an item"), "no thing", 3))
    else:
        setattr(item, *dice.choice(faults))
