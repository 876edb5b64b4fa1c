"""Small random lineages for property tests: a few runs, versions and links in some places, with cycles."""

from collections.abc import Sequence

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from random_graphs import World

# Every example is written to the real database; the fixture is the session's.
REAL = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@st.composite
def worlds(draw: st.DrawFn, scopes: Sequence[str], *, most_edges: int = 40) -> World:
    """Draw a lineage whose nodes lie in `scopes`, the first run in the first of them; one edge in ten is retracted."""
    world = World()
    scope = st.sampled_from(scopes)
    for kind, most, types in (
        ("run", 6, ["train", "load", None]),
        ("version", 8, ["model", "data"]),
        ("link", 3, ["model"]),
    ):
        for number in range(draw(st.integers(1, most))):
            place = scopes[0] if (kind, number) == ("run", 0) else draw(scope)
            world.add(kind, place, draw(st.sampled_from(types)))
    runs, versions, links = (
        [node for node, kind in world.kinds.items() if kind == wanted] for wanted in ("run", "version", "link")
    )
    pairs = st.one_of(
        st.tuples(st.sampled_from(versions), st.sampled_from(runs)),
        st.tuples(st.sampled_from(runs), st.sampled_from(versions)),
        st.tuples(st.sampled_from(links), st.sampled_from(runs)),
        st.tuples(st.sampled_from(versions), st.sampled_from(links)),
    )
    for source, target in draw(st.lists(pairs, max_size=most_edges, unique=True)):
        world.connect(source, target, is_retracted=draw(st.integers(0, 9)) == 0)
    return world
