"""A document with variables is parsed and validated once, however many requests bring it."""

from collections.abc import Callable
from typing import Any

import pytest

from asking import ask
from content import Site
from headwater_service.api import execution
from viewers import fresh, new_admin


async def test_a_fixed_text_is_parsed_and_validated_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = await new_admin(site.graph)
    document = f"query {fresh('Once').replace('-', '_')}($name: String!) {{ entity(name: $name) {{ id }} }}"
    done = []

    def counted(name: str) -> Callable[..., Any]:
        real = getattr(execution, name)

        def count(*given: Any) -> Any:
            done.append(name)
            return real(*given)

        return count

    for name in ("parse", "validate_document"):
        monkeypatch.setattr(execution, name, counted(name))

    for name in (viewer.user_name, "somebody-else", viewer.user_name):
        await ask(site, viewer, document, name=name)

    assert done == ["parse", "validate_document"]
    assert execution.document_of.cache_info().maxsize is not None
