"""A cursor names the listing that gave it: by what is asked for, however that is spelt."""

from dataclasses import fields, replace
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from headwater_service.store.filters import FieldCondition, FieldOperator, VersionFilter
from headwater_service.store.listing import fingerprint

LEAVES = [FieldCondition("a", FieldOperator.EQ, 5), FieldCondition("b", FieldOperator.CONTAINS, "5")]
TEXTS = st.lists(st.sampled_from(["a", "b", "c", '"', "日本"]), max_size=4)
SIMPLE_FILTERS = st.builds(
    VersionFilter,
    types=st.none() | TEXTS,
    tags=st.none() | TEXTS,
    aliases=st.none() | TEXTS,
    metadata=st.none() | st.lists(st.sampled_from(LEAVES), max_size=3),
    consumed=st.none() | st.booleans(),
)
FILTERS = st.builds(
    replace, SIMPLE_FILTERS, any_of=st.none() | st.lists(SIMPLE_FILTERS, max_size=2), none_of=st.none() | SIMPLE_FILTERS
)


def spelt_anew(wanted: Any, random: Random) -> Any:
    """Return the same filter with every list of it in another order, and something in it twice."""
    if isinstance(wanted, list):
        again = [spelt_anew(one, random) for one in wanted]
        again += again[:1]
        random.shuffle(again)
        return again
    if isinstance(wanted, VersionFilter):
        found = {one.name: spelt_anew(getattr(wanted, one.name), random) for one in fields(wanted)}
        return VersionFilter(**found)
    return wanted


def meaning(wanted: Any) -> Any:
    """Return what a filter asks for, as something to compare."""
    if isinstance(wanted, list):
        return frozenset(meaning(one) for one in wanted)
    if isinstance(wanted, VersionFilter):
        return tuple(meaning(getattr(wanted, one.name)) for one in fields(wanted))
    return wanted


@given(FILTERS, FILTERS, st.randoms(use_true_random=False))
def test_a_listing_is_named_by_what_its_filter_asks_for_and_not_by_how(
    first: VersionFilter, second: VersionFilter, random: Random
) -> None:
    name = fingerprint(filter=first, scope="a")

    assert fingerprint(scope="a", filter=spelt_anew(first, random)) == name
    assert (fingerprint(filter=second, scope="a") == name) is (meaning(first) == meaning(second))
    assert fingerprint(filter=first, scope="b") != name
