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
def worlds(draw: st.DrawFn, scopes: Sequence[str]) -> World:
    """Draw a lineage whose nodes lie in `scopes`, the first run in the first of them; one edge in ten is retracted."""
    world = World()
    scope = st.sampled_from(scopes)
    kinds = (("run", 6, ["train", "load", None]), ("version", 8, ["model", "data"]), ("link", 3, ["model"]))
    for kind, most, types in kinds:
        for number in range(draw(st.integers(1, most))):
            place = scopes[0] if (kind, number) == ("run", 0) else draw(scope)
            world.add(kind, place, draw(st.sampled_from(types)))
    runs, versions, links = (
        [node for node, kind in world.kinds.items() if kind == wanted] for wanted in ("run", "version", "link")
    )
    pairs = [
        *((version, run) for version in versions for run in runs),
        *((run, version) for run in runs for version in versions),
        *((link, run) for link in links for run in runs),
        *((version, link) for version in versions for link in links),
    ]
    # A list of pairs would mostly be drawn short, and few nodes then have a path between them.
    chance, density = draw(st.randoms(use_true_random=False)), draw(st.sampled_from([0.1, 0.2, 0.4]))
    for source, target in pairs:
        if chance.random() < density:
            world.connect(source, target, is_retracted=chance.random() < 0.1)
    return world
