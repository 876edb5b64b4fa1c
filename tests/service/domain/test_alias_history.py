"""The history of aliases against a model: where each pointed at any time, and where a rollback leads."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content import Site, log
from draws import FEW, in_many_draws
from headwater_service.api.scalars import time_text
from headwater_service.domain.access import Viewer
from headwater_service.domain.alias_history import rollback_alias
from headwater_service.domain.aliases import Expectation, MoveRequest, move_aliases, release_versions
from headwater_service.domain.resolution import resolve_version
from headwater_service.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from headwater_service.model import AliasMove, Container, Instant
from headwater_service.store.alias_history import MovesWanted, find_aliases_at, find_spans, list_moves
from headwater_service.store.aliases import find_alias, find_alias_at
from headwater_service.store.graph import Transaction
from headwater_service.store.ids import new_id
from headwater_service.store.listing import Window
from headwater_service.store.operations import take_lock
from headwater_service.store.reads import PlacedCollection, PlacedVersion
from viewers import new_admin, new_project, new_team

NAMES = ("production", "本番")
VERSIONS = 4
END = "MATCH (version:ArtifactVersion {id: $id}) SET version.state = $state"


@dataclass
class Model:
    """What should be: for each alias the places it had with the times, `deleted` versions by their number."""

    places: dict[str, list[tuple[Instant, int | None]]] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)

    def now(self, name: str) -> int | None:
        return self.places[name][-1][1] if self.places.get(name) else None

    def at(self, name: str, at: Instant) -> int | None:
        earlier = [place for since, place in self.places.get(name, []) if since <= at]
        return earlier[-1] if earlier else None

    def before(self, name: str) -> int | None:
        """Where a rollback should lead: the last other place that is still there."""
        others = [place for _, place in self.places.get(name, []) if place is not None and place != self.now(name)]
        return next((place for place in reversed(others) if place not in self.deleted), None)


@dataclass
class World:
    """A collection of a few versions, and its model."""

    site: Site
    viewer: Viewer
    project: Container
    versions: Sequence[PlacedVersion]
    model: Model

    @property
    def collection_id(self) -> str:
        return self.versions[0].collection.id

    def index(self, version_id: str | None) -> int | None:
        return next((n for n, placed in enumerate(self.versions) if placed.version.id == version_id), None)

    def note(self, move: AliasMove) -> None:
        self.model.places.setdefault(move.name, []).append((move.at, self.index(move.to_version_id)))

    async def move(self, name: str, to: int | None) -> None:
        """Do it, and hold the answer to what the model says must come of it."""
        version_id = None if to is None else self.versions[to].version.id
        request = MoveRequest(collection_id=self.collection_id, name=name, version_id=version_id)
        calling = move_aliases(self.site.graph, self.viewer, [request], reason="", operation=new_id())
        if to in self.model.deleted:
            with pytest.raises(ConflictError, match=f"v{to} was deleted"):
                await calling
        elif to is None and self.model.now(name) is None:
            with pytest.raises(NotFoundError):
                await calling
        else:
            (made,) = await calling
            if self.model.now(name) != to:
                self.note(made)

    async def roll_back(self, name: str) -> None:
        expected = self.model.before(name)
        calling = rollback_alias(self.site.graph, self.viewer, self.collection_id, name, reason="", operation=new_id())
        if expected is None:
            with pytest.raises(NotFoundError):
                await calling
        else:
            made = await calling
            assert self.index(made.to_version_id) == expected
            self.note(made)

    async def delete(self, number: int) -> None:
        """End a version as its deletion does: its aliases go first."""
        version_id = self.versions[number].version.id

        async def work(tx: Transaction) -> Sequence[AliasMove]:
            lock = await take_lock(tx, self.collection_id, new_id())
            assert lock is not None
            home = PlacedCollection(self.versions[0].collection, self.project)
            changed = await release_versions(tx, lock, self.viewer, home, [version_id], reason="deleted")
            await tx.rows(END, id=version_id, state="DELETED")
            return changed.moves

        for move in await self.site.graph.write(work):
            if move.name in NAMES:
                self.note(move)
        self.model.deleted.add(number)

    async def check(self) -> None:
        """Compare all that the service tells of the aliases, now and at each time, with the model."""
        for name in NAMES:
            places = self.model.places.get(name, [])
            now = await self.site.graph.read(partial(find_alias, collection_id=self.collection_id, name=name))
            assert self.index(now) == self.model.now(name)
            page = await self.site.graph.read(
                partial(list_moves, wanted=MovesWanted(self.collection_id, name), window=Window(200))
            )
            assert [(move.at, self.index(move.to_version_id)) for move in page.items] == places[::-1]
            await self._check_times(name, [since for since, _ in places])

    async def _check_times(self, name: str, times: list[Instant]) -> None:
        asked = [Instant(at + step) for at in times for step in (-1, 0, 1)] or [Instant(0)]
        together = await self.site.graph.read(
            lambda tx: find_aliases_at(tx, [(self.collection_id, name, at) for at in asked])
        )
        for at, found in zip(asked, together, strict=True):
            alone = await self.site.graph.read(
                partial(find_alias_at, collection_id=self.collection_id, name=name, at=at)
            )
            expected = self.model.at(name, at)
            assert self.index(alone) == expected
            assert (None if found.alias is None else self.index(found.alias.version_id)) == expected
        spans = await self.site.graph.read(
            lambda tx: find_spans(tx, [(self.collection_id, name, rev) for rev in range(1, len(times) + 1)])
        )
        assert [span.until for span in spans] == [*times[1:], None][: len(times)]


async def world(site: Site) -> World:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    made = [(await log(site, viewer, project, "model", {"a": str(n).encode()})).placed for n in range(VERSIONS)]
    return World(site, viewer, project, made, Model())


NAME = st.sampled_from(NAMES)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), NAME, st.integers(0, VERSIONS - 1)),
        st.tuples(st.just("move"), NAME, st.integers(0, VERSIONS - 1)),
        st.tuples(st.just("move"), NAME, st.none()),
        st.tuples(st.just("roll back"), NAME, st.none()),
        st.tuples(st.just("delete"), NAME, st.integers(0, VERSIONS - 1)),
    ),
    max_size=14,
)


@FEW
@given(steps=STEPS)
async def test_history_times_and_rollbacks_are_those_of_the_model(
    site: Site, steps: list[tuple[str, str, int | None]]
) -> None:
    made = await world(site)

    for kind, name, number in steps:
        if kind == "move":
            await made.move(name, number)
        elif kind == "roll back":
            await made.roll_back(name)
        elif number is not None and number not in made.model.deleted:
            await made.delete(number)

    await made.check()


test_history_is_that_of_the_model_in_many_draws = in_many_draws(
    test_history_times_and_rollbacks_are_those_of_the_model, given(steps=STEPS)
)


async def test_a_second_rollback_undoes_the_first_and_a_deleted_version_is_passed_over(site: Site) -> None:
    made = await world(site)
    for number in (0, 1, 2):
        await made.move("production", number)

    await made.roll_back("production")
    await made.roll_back("production")
    await made.delete(1)
    await made.roll_back("production")

    assert [place for _, place in made.model.places["production"]] == [0, 1, 2, 1, 2, 0]
    await made.check()


async def test_a_rollback_is_replayed_and_not_repeated(site: Site) -> None:
    made = await world(site)
    for number in (0, 1):
        await made.move("production", number)
    operation = new_id()

    answers = [
        await rollback_alias(
            site.graph, made.viewer, made.collection_id, "production", reason="once", operation=operation
        )
        for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert (answers[0].rev, answers[0].to_version_id) == (3, made.versions[0].version.id)
    now = await site.graph.read(lambda tx: find_alias(tx, made.collection_id, "production"))
    assert now == made.versions[0].version.id


async def test_of_racing_rollbacks_that_expect_the_same_place_one_wins(site: Site) -> None:
    made = await world(site)
    for number in (0, 1):
        await made.move("production", number)
    here = Expectation(version_id=made.versions[1].version.id)

    answers = await asyncio.gather(
        *(
            rollback_alias(
                site.graph,
                made.viewer,
                made.collection_id,
                "production",
                reason="",
                expected=here,
                operation=new_id(),
            )
            for _ in range(6)
        ),
        return_exceptions=True,
    )

    assert [type(answer) for answer in answers].count(AliasMove) == 1
    assert [type(answer) for answer in answers].count(ConflictError) == 5
    page = await site.graph.read(lambda tx: list_moves(tx, MovesWanted(made.collection_id, "production"), Window(9)))
    assert [made.index(move.to_version_id) for move in page.items] == [0, 1, 0]


async def test_racing_moves_and_rollbacks_make_one_unbroken_history(site: Site) -> None:
    made = await world(site)
    await made.move("production", 0)
    collection_id = made.collection_id

    async def move(number: int) -> None:
        request = MoveRequest(
            collection_id=collection_id, name="production", version_id=made.versions[number % VERSIONS].version.id
        )
        await move_aliases(site.graph, made.viewer, [request], reason="", operation=new_id())

    async def back() -> None:
        try:
            await rollback_alias(site.graph, made.viewer, collection_id, "production", reason="", operation=new_id())
        except NotFoundError:
            # It came first, when the alias had been at one place alone.
            return

    await asyncio.gather(*(move(number) for number in range(8)), *(back() for _ in range(4)))

    page = await site.graph.read(lambda tx: list_moves(tx, MovesWanted(collection_id, "production"), Window(50)))
    moves = list(reversed(page.items))
    assert [move.rev for move in moves] == list(range(1, len(moves) + 1))
    assert [move.from_version_id for move in moves] == [None, *[move.to_version_id for move in moves[:-1]]]
    assert [move.at for move in moves] == sorted({move.at for move in moves})
    now = await site.graph.read(lambda tx: find_alias(tx, collection_id, "production"))
    assert now == moves[-1].to_version_id


@pytest.mark.parametrize("name", ["latest", "v12", "a/b", "a:b", "a@b", ""])
async def test_names_that_are_kept_or_bad_cannot_be_rolled_back(site: Site, name: str) -> None:
    made = await world(site)

    with pytest.raises(InvalidInputError):
        await rollback_alias(site.graph, made.viewer, made.collection_id, name, reason="", operation=new_id())


async def test_outsiders_find_no_alias_to_roll_back_and_readers_may_not(site: Site) -> None:
    made = await world(site)
    for number in (0, 1):
        await made.move("production", number)
    outsider = await new_admin(site.graph)
    _, (_, reader) = await new_team(site.graph, made.viewer, viewer=outsider)

    for viewer in (outsider, reader):
        with pytest.raises(NotFoundError, match="you may not see it"):
            await rollback_alias(site.graph, viewer, made.collection_id, "production", reason="", operation=new_id())
    with pytest.raises(NotFoundError):
        await rollback_alias(site.graph, made.viewer, "no-such-id", "production", reason="", operation=new_id())

    await made.check()


async def test_readers_of_a_team_may_not_roll_back(site: Site) -> None:
    made = await world(site)
    for number in (0, 1):
        await made.move("production", number)
    reader = Viewer(
        user_id="reader",
        user_name="reader",
        is_admin=False,
        roles=dict.fromkeys(made.viewer.roles, next(iter(made.viewer.roles.values()))),
        entity_names=made.viewer.entity_names,
        default_entity_id=made.viewer.default_entity_id,
        is_read_only=True,
    )

    with pytest.raises(PermissionDeniedError):
        await rollback_alias(site.graph, reader, made.collection_id, "production", reason="", operation=new_id())

    await made.check()


async def test_a_path_with_a_time_means_the_version_of_then(site: Site) -> None:
    made = await world(site)
    await made.move("production", 0)
    await made.move("production", 1)
    (first, _), (second, _) = made.model.places["production"]

    async def at(time: Instant) -> int | None:
        text = f"{made.project.path}/model:production@{time_text(time)}"
        placed = await site.graph.read(lambda tx: resolve_version(tx, made.viewer, text, entity=None, project=None))
        return made.index(placed.version.id)

    assert [await at(first), await at(Instant(second - 1)), await at(second)] == [0, 0, 1]
    with pytest.raises(NotFoundError, match="at that time"):
        await at(Instant(first - 1))
