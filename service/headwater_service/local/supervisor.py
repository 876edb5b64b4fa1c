"""The process behind `headwater up`: starts the servers and the service, and starts again what died.

It is started by `up` (`python -m headwater_service.local.supervisor`) and stopped by SIGTERM. If it is killed itself,
what it started keeps running; the next `up` starts another one, which takes those processes over.
"""

import os
import secrets
import shutil
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Final

import psutil
import structlog

from headwater_service.errors import ConflictError, DomainError, UnavailableError
from headwater_service.local.home import locked, read_json, write_json
from headwater_service.local.plan import Plan, make_plan
from headwater_service.local.ports import check_free
from headwater_service.local.processes import TOKEN_VARIABLE, Identity, end_leftovers, is_running, start, stop
from headwater_service.local.provision import provision_minio, provision_neo4j
from headwater_service.local.servers import Program, set_first_password
from headwater_service.local.state import Started, State, read_state, write_state
from headwater_service.store.setup import set_up_store

log = structlog.get_logger("headwater.supervisor")

PARENT_VARIABLE: Final = "HEADWATER_FOREGROUND_PARENT"
LOOK_SECONDS: Final = 0.25
LOG_BYTES: Final = 20_000_000
# What cannot start dies within seconds; what lived longer was killed, and is started again at once.
SHORT_LIFE_SECONDS: Final = 10.0
LONGEST_PAUSE_SECONDS: Final = 10.0
# A graph that was killed may have much to recover; it is waited for as long as its process lives.
READY_SECONDS: Final = 900.0
SERVICE_READY_SECONDS: Final = 120.0
STARTS_BEFORE_READY: Final = 3
STOP_ORDER: Final = (("service",), ("neo4j", "minio"))
STOP_SECONDS: Final = {"service": 40.0, "neo4j": 90.0, "minio": 30.0}


@dataclass
class Child:
    """A program and the process that runs it now."""

    program: Program
    started_at: float = 0.0
    identity: Identity | None = None
    restarts: int = 0
    short_lives: int = 0
    next_start_at: float = 0.0


class Supervisor:
    """Holds the state file: nobody else writes it while this runs."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._home = plan.home
        self._children: dict[str, Child] = {}
        self._stopping = threading.Event()
        self._parent = int(os.environ.get(PARENT_VARIABLE, "0"))
        earlier = read_state(plan.home)
        self._state = State(
            phase="starting",
            supervisor=Identity(os.getpid(), psutil.Process().create_time(), os.environ.get(TOKEN_VARIABLE, "")),
            settings_digest=plan.digest(),
            programs=earlier.programs,
        )

    def run(self) -> int:
        """Start everything and watch over it until a signal says to stop. Return the exit code."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        try:
            self._bring_up()
        except DomainError as error:
            log.error("start failed", error=error.message)
            self._note(replace(self._state, phase="failed", message=error.message))
            self._stop_all()
            return 1
        if not self._stopping.is_set():
            self._note(replace(self._state, phase="ready", message=""))
            log.info("ready", url=self._plan.own_url)
        while not self._should_stop():
            self._watch()
            self._stopping.wait(LOOK_SECONDS)
        self._note(replace(self._state, phase="down", message=""))
        self._stop_all()
        return 0

    def _bring_up(self) -> None:
        plan = self._plan
        if plan.provides_neo4j:
            jars = provision_neo4j(self._home, self._say)
            program = plan.neo4j(jars)
            set_first_password(jars=jars, home=self._home.neo4j, password=plan.credentials.neo4j_password)
            self._adopt_or_start(program)
        if plan.provides_store:
            self._adopt_or_start(plan.minio(provision_minio(self._home, self._say)))
            self._set_up_store()
        # The service waits for both itself, so it starts while they still do.
        self._adopt_or_start(plan.service())
        for child in list(self._children.values()):
            seconds = SERVICE_READY_SECONDS if child.program.name == "service" else READY_SECONDS
            self._wait_ready(child, seconds)

    def _set_up_store(self) -> None:
        plan = self._plan
        done_file, done = self._home.data / "store-ready.json", {"bucket": plan.bucket}
        if read_json(done_file) == done:
            return
        self._wait_ready(self._children["minio"], READY_SECONDS)
        if self._stopping.is_set():
            return
        self._say("Preparing the bucket and its limited keys")
        set_up_store(
            plan.store_endpoint,
            region=plan.region,
            bucket=plan.bucket,
            root=plan.credentials.root,
            keys=plan.credentials.keys,
        )
        write_json(done_file, done)

    def _adopt_or_start(self, program: Program) -> None:
        child = self._children[program.name] = Child(program)
        earlier = self._state.programs.get(program.name)
        living = earlier.find() if earlier else None
        if earlier and living:
            log.info("taken over", program=program.name, pid=living.pid)
            child.identity, child.restarts, child.started_at = living, earlier.restarts, time.monotonic()
            self._note(self._state.with_program(program.name, replace(earlier, identity=living)))
            return
        if earlier and earlier.identity:
            end_leftovers(earlier.identity)
        self._start(child)

    def _start(self, child: Child) -> None:
        program = child.program
        for purpose, port in self._plan.ports_of(program.name).items():
            check_free(purpose, port, self._home)
        token = secrets.token_hex(16)
        # Noted before the start too: if this process is killed in between, the token still finds the program.
        self._note(self._state.with_program(program.name, Started(token, None, child.restarts)))
        identity = start(
            program.command,
            environment=program.environment,
            token=token,
            log=self._home.logs / f"{program.name}.log",
            folder=program.folder,
        )
        child.identity, child.started_at = identity, time.monotonic()
        self._note(self._state.with_program(program.name, Started(token, identity, child.restarts)))
        log.info("started", program=program.name, pid=identity.pid)

    def _wait_ready(self, child: Child, seconds: float) -> None:
        """Wait until a program answers. Raises UnavailableError when it dies again and again, or is too slow."""
        self._say(f"Waiting for {child.program.name}")
        end = time.monotonic() + seconds
        while not self._should_stop() and not child.program.is_ready():
            self._watch()
            if child.short_lives >= STARTS_BEFORE_READY:
                raise UnavailableError(f"{child.program.name} does not start. {self._advice(child.program.name)}")
            if time.monotonic() >= end:
                raise UnavailableError(
                    f"{child.program.name} runs, but does not become ready. {self._advice(child.program.name)}"
                )
            self._stopping.wait(0.1)

    def _watch(self) -> None:
        """Start again what died, later each time it dies young; keep the logs bounded."""
        now = time.monotonic()
        for child in self._children.values():
            if _runs(child):
                continue
            if child.identity is not None:
                self._note_death(child, now)
            if now >= child.next_start_at:
                self._start_again(child)
        for path in self._home.logs.glob("*.log"):
            bound_log(path, LOG_BYTES)

    def _note_death(self, child: Child, now: float) -> None:
        assert child.identity is not None, "only what was started can die"
        log.warning("died", program=child.program.name, pid=child.identity.pid)
        end_leftovers(child.identity)
        lived = now - child.started_at
        child.short_lives = child.short_lives + 1 if lived < SHORT_LIFE_SECONDS else 1
        # Someone killed a healthy program: start at once. One that cannot live: ever more slowly.
        pause = 0.0 if child.short_lives == 1 else min(0.5 * 2**child.short_lives, LONGEST_PAUSE_SECONDS)
        child.identity, child.next_start_at = None, now + pause

    def _start_again(self, child: Child) -> None:
        child.restarts += 1
        try:
            self._start(child)
        except ConflictError as error:
            # Another program took the port meanwhile; it may leave again.
            log.warning("not started", program=child.program.name, error=error.message)
            child.next_start_at = time.monotonic() + LONGEST_PAUSE_SECONDS

    def _stop_all(self) -> None:
        stop_programs(self._state)
        write_state(self._home, replace(self._state, supervisor=None, programs={}))

    def _should_stop(self) -> bool:
        if self._parent and os.getppid() != self._parent:
            self._stopping.set()
        return self._stopping.is_set()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()

    def _say(self, message: str) -> None:
        self._note(replace(self._state, message=message))

    def _note(self, state: State) -> None:
        self._state = state
        write_state(self._home, state)

    def _advice(self, name: str) -> str:
        path = self._home.logs / f"{name}.log"
        lines = [line for line in path.read_text("utf-8", "replace").splitlines() if line.strip()]
        last = f" Its last line: {lines[-1].strip()[:300]}" if lines else ""
        return f"See `headwater logs {name}`.{last}"


def stop_programs(state: State) -> None:
    """Stop what the state names and nothing else: the service first, so that it can finish, then both servers."""
    for names in STOP_ORDER:
        running = {name: state.programs[name].find() for name in names if name in state.programs}
        with ThreadPoolExecutor(max_workers=len(names)) as threads:
            for name, identity in running.items():
                if identity is not None:
                    threads.submit(_stop, name, identity)


def _stop(name: str, identity: Identity) -> None:
    if stop(identity, seconds=STOP_SECONDS[name]):
        log.info("stopped", program=name)
    else:
        log.warning("killed, for it did not stop in time", program=name, seconds=STOP_SECONDS[name])


def bound_log(path: Path, limit: int) -> None:
    """Keep the last part of a log that grew past `limit` as `<name>.1`, and empty it; writers append, so may go on."""
    if path.stat().st_size <= limit:
        return
    shutil.copyfile(path, path.with_name(f"{path.name}.1"))
    os.truncate(path, 0)


def _runs(child: Child) -> bool:
    return child.identity is not None and is_running(child.identity)


def main() -> int:
    """Supervise until stopped."""
    plan = make_plan()
    # Released by the system when this process ends, however it ends.
    with locked(plan.home.root / "supervisor.lock", seconds=10.0):
        return Supervisor(plan).run()


if __name__ == "__main__":
    sys.exit(main())
