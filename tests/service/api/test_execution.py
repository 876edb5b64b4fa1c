"""A document with variables is parsed and validated once, however many requests bring it."""

from typing import Any

from strawberry.extensions import ParserCache, ValidationCache

from asking import ask
from content import Site
from viewers import fresh, new_admin


async def test_a_fixed_text_is_parsed_and_validated_once(site: Site) -> None:
    viewer = await new_admin(site.graph)
    document = f"query {fresh('Once').replace('-', '_')}($name: String!) {{ entity(name: $name) {{ id }} }}"
    # Every request has caches of its own in name; what they hold is shared.
    # Any: declared as plain functions.
    parsed: Any = ParserCache().cached_parse_document
    validated: Any = ValidationCache().cached_validate_document
    before = parsed.cache_info(), validated.cache_info()

    for name in (viewer.user_name, "somebody-else", viewer.user_name):
        await ask(site, viewer, document, name=name)

    after = parsed.cache_info(), validated.cache_info()
    assert [now.misses - then.misses for now, then in zip(after, before, strict=True)] == [1, 1]
    assert [now.hits - then.hits for now, then in zip(after, before, strict=True)] == [2, 2]
    assert all(cache.maxsize is not None for cache in after)
