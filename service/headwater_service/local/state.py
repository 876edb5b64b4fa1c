"""What runs, as the supervisor last wrote it down, so that any later command finds exactly those processes again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

from headwater_service.errors import ConflictError
from headwater_service.local.home import Home, read_json, write_json
from headwater_service.local.processes import Identity, find_by_token, is_running

Phase = Literal["down", "starting", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class Started:
    """One start of a program. `identity` is None between the decision to start and the start."""

    token: str
    identity: Identity | None = None
    restarts: int = 0

    def find(self) -> Identity | None:
        """Return the process if it still runs."""
        if self.identity is not None:
            return self.identity if is_running(self.identity) else None
        # Whoever started it was killed before it could note the pid.
        return find_by_token(self.token)


@dataclass(frozen=True, slots=True)
class State:
    """The supervisor, the programs by name, and how far the start has come."""

    phase: Phase = "down"
    message: str = ""
    supervisor: Identity | None = None
    settings_digest: str = ""
    programs: Mapping[str, Started] = field(default_factory=dict)

    def with_program(self, name: str, started: Started) -> "State":
        return replace(self, programs={**self.programs, name: started})

    def supervisor_runs(self) -> bool:
        return self.supervisor is not None and is_running(self.supervisor)


def read_state(home: Home) -> State:
    """Return what was written last."""
    content = read_json(home.state_file)
    if not content:
        return State()
    if content["phase"] not in get_args(Phase):
        raise ConflictError(f"{home.state_file} is damaged.")
    return State(
        phase=content["phase"],
        message=content["message"],
        supervisor=_identity(content["supervisor"]),
        settings_digest=content["settings_digest"],
        programs={
            name: Started(started["token"], _identity(started["identity"]), started["restarts"])
            for name, started in content["programs"].items()
        },
    )


def write_state(home: Home, state: State) -> None:
    write_json(home.state_file, asdict(state))


def _identity(content: Mapping[str, Any] | None) -> Identity | None:
    return None if content is None else Identity.from_json(content)
