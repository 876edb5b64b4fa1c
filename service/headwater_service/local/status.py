"""What runs now, for `headwater status`."""

import time
from dataclasses import asdict, dataclass
from typing import Any

import psutil

from headwater_service.local.plan import Plan
from headwater_service.local.processes import Identity
from headwater_service.local.servers import http_answers
from headwater_service.local.state import read_state

PROGRAMS = ("neo4j", "minio", "service")


@dataclass(frozen=True, slots=True)
class ProgramStatus:
    """One program: `state` is running, down, or given (a server that you run)."""

    name: str
    state: str
    address: str
    pid: int | None = None
    uptime_seconds: int | None = None
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """Everything at one moment. `is_ready`: the service answers requests."""

    is_ready: bool
    phase: str
    supervisor_pid: int | None
    url: str
    home: str
    programs: tuple[ProgramStatus, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def status_of(plan: Plan) -> Status:
    """Look at the processes and ask the service whether it is ready."""
    state = read_state(plan.home)
    supervisor = state.supervisor if state.supervisor_runs() else None
    return Status(
        is_ready=http_answers(f"{plan.own_url}/readyz"),
        phase=state.phase if supervisor else "down",
        supervisor_pid=supervisor.pid if supervisor else None,
        url=plan.settings().service_public_url,
        home=str(plan.home.root),
        programs=tuple(_program(plan, name) for name in PROGRAMS),
    )


def _program(plan: Plan, name: str) -> ProgramStatus:
    settings = plan.settings()
    address = {"neo4j": settings.neo4j_uri, "minio": settings.s3_endpoint, "service": plan.own_url}[name]
    if (name == "neo4j" and not plan.provides_neo4j) or (name == "minio" and not plan.provides_store):
        return ProgramStatus(name, "given", address)
    started = read_state(plan.home).programs.get(name)
    identity = started.find() if started else None
    if started is None or identity is None:
        return ProgramStatus(name, "down", address)
    return ProgramStatus(name, "running", address, identity.pid, _uptime(identity), started.restarts)


def _uptime(identity: Identity) -> int | None:
    try:
        return max(0, int(time.time() - psutil.Process(identity.pid).create_time()))
    except psutil.NoSuchProcess:
        return None
