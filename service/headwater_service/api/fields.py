"""Typed forms of the framework's decorators for fields that need a function to be resolved."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, TypeVar

import strawberry
from strawberry.extensions import FieldExtension

from headwater_service.store.operations import GIVEN_INPUT

F = TypeVar("F", bound=Callable[..., Any])


class _KeepsInput(FieldExtension):
    """Tells the store what a mutation was given, so that its operation id stands for this input alone."""

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: strawberry.Info, **given: Any
    ) -> Any:
        token = GIVEN_INPUT.set(digest_of(given["input"]) if hasattr(given.get("input"), "operation_id") else None)
        try:
            return await next_(source, info, **given)
        finally:
            GIVEN_INPUT.reset(token)


def resolved(about: str, *, name: str | None = None) -> Callable[[F], F]:
    """Make a method the resolver of a field that `about` describes."""
    field: Callable[[F], F] = strawberry.field(description=about, name=name)
    return field


def mutation(about: str) -> Callable[[F], F]:
    """Make a method a mutation that `about` describes."""
    field: Callable[[F], F] = strawberry.mutation(description=about, extensions=[_KeepsInput()])
    return field


def subscription(about: str) -> Callable[[F], F]:
    """Make a method a subscription that `about` describes."""
    field: Callable[[F], F] = strawberry.subscription(description=about)
    return field


def digest_of(given: Any) -> str:
    """Return the digest of an input. What has its default does not count, so that a new field changes nothing."""
    return hashlib.sha256(json.dumps(_plain(given), sort_keys=True, default=str).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        named = [(one, getattr(value, one.name)) for one in fields(value)]
        return {one.name: _plain(given) for one, given in named if given != _default(one)}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _default(one: Field[Any]) -> Any:
    return one.default if one.default_factory is MISSING else one.default_factory()
