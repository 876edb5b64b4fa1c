"""What a caller takes a thing to be: a change that was decided on an old state is refused."""

from collections.abc import Mapping, Sequence
from typing import Any

from headwater_service.errors import ConflictError


def require_expected(state: Mapping[str, Any], expected: Mapping[str, Any], *, what: str) -> None:
    """Raise ConflictError that names what differs, unless all that is expected of `what` is so."""
    for name, value in expected.items():
        now = _plain(state[name])
        if now != _plain(value):
            raise changed_since(name, what, now=now if isinstance(now, str) else ", ".join(now or ()))


def changed_since(name: str, what: str, *, now: str) -> ConflictError:
    """Return the refusal of a change of what is another by now; `now` is what is there."""
    words = name.replace("_", " ")
    return ConflictError(
        f"The {words} of {what} was changed by somebody else since you read it. Read it again, then decide.",
        current=now,
    )


def _plain(value: Any) -> Any:
    # The order of a list of types, aliases or tags means nothing.
    return sorted(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
