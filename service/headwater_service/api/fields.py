"""Typed forms of the framework's decorators for fields that need a function to be resolved."""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry

F = TypeVar("F", bound=Callable[..., Any])


def resolved(about: str, *, name: str | None = None) -> Callable[[F], F]:
    """Make a method the resolver of a field that `about` describes."""
    field: Callable[[F], F] = strawberry.field(description=about, name=name)
    return field


def mutation(about: str) -> Callable[[F], F]:
    """Make a method a mutation that `about` describes."""
    field: Callable[[F], F] = strawberry.mutation(description=about)
    return field
