"""What a plan says of random projects is what counting by hand says, and a deletion does just that."""

from hypothesis import given
from hypothesis import strategies as st

from content import Site
from deletable_graphs import Deletable, deletables
from deletions import deleted, described, ended
from draws import FEW, in_many_draws
from headwater_service.domain.deletion_targets import Targets
from viewers import new_admin, new_project

DRAWN = given(world=deletables(), data=st.data(), with_outputs=st.booleans(), is_all=st.booleans())


@FEW
@DRAWN
async def test_figures_are_those_counted_by_hand_and_exactly_that_ends(
    world: Deletable, data: st.DataObject, with_outputs: bool, is_all: bool, site: Site
) -> None:
    viewer = await new_admin(site.graph)
    project = await new_project(site.graph, viewer)
    await world.write(site.graph, project.id, project.entity_id)
    live = [one for one, node in (world.versions | world.links).items() if node.is_live]
    runs = [one for one, run in world.runs.items() if run.is_live]
    versions = set(data.draw(st.lists(st.sampled_from(live), max_size=4))) if live else set()
    chosen_runs = set(data.draw(st.lists(st.sampled_from(runs), max_size=3))) if runs else set()
    series = set(data.draw(st.lists(st.sampled_from([*world.collections, *world.models]), max_size=2)))
    targets = Targets(
        versions=sorted(versions),
        collections=sorted(series),
        runs=sorted(chosen_runs),
        projects=[project.id] if is_all or not (versions or series or chosen_runs) else [],
        with_outputs=with_outputs,
    )
    is_whole = bool(targets.projects)
    ending = world.ended_by(versions, series, chosen_runs, with_outputs=with_outputs, is_all=is_whole)

    plan, descendants = await described(site, viewer, targets)
    made = await deleted(site, viewer, targets, plan=plan)

    figures = plan.figures
    assert (figures.freed, figures.shared) == world.bytes_of(ending)
    assert (figures.versions, figures.links, figures.runs) == (
        len(ending & set(world.versions)),
        len(ending & set(world.links)),
        len(ending & set(world.runs)),
    )
    assert set(plan.consumer_ids) == world.consumers_of(ending)
    assert descendants.count == len(world.descendants_of(ending))
    assert made.figures == figures
    nodes = [*world.versions, *world.links, *world.runs]
    before = {one for one in nodes if not world.node(one).is_live}
    assert {one for one, is_ended in zip(nodes, await ended(site, *nodes), strict=True) if is_ended} == before | ending


test_figures_are_those_in_many_draws = in_many_draws(
    test_figures_are_those_counted_by_hand_and_exactly_that_ends, DRAWN
)
