"""Bring everything up and down, and the first user; what the commands print is theirs."""

import asyncio
import getpass
import os
import re
import secrets
import shutil
import signal
import sys
import tomllib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

import tomli_w
import urllib3
from urllib3.exceptions import HTTPError

from headwater_service.config import Settings
from headwater_service.domain.names import valid_entity_name
from headwater_service.domain.people import bootstrap_user
from headwater_service.errors import InvalidInputError, UnavailableError
from headwater_service.local.home import Home, locked, read_json, write_json, write_private
from headwater_service.local.plan import Plan
from headwater_service.local.processes import Identity, is_running, start, stop, wait_until
from headwater_service.local.provision import provision_minio, provision_neo4j
from headwater_service.local.servers import http_answers
from headwater_service.local.state import State, read_state, write_state
from headwater_service.local.supervisor import PARENT_VARIABLE, bound_log, stop_programs
from headwater_service.store.graph import connect

Report = Callable[[str], None]

COMMAND_SECONDS: Final = 1800.0
STOP_SECONDS: Final = 180.0
READY_SECONDS: Final = 1200.0
LOG_BYTES: Final = 20_000_000

CREATE_SIGN_IN_LINK: Final = """
mutation CreateSignInLink($input: CreateSignInLinkInput!) {
  createSignInLink(input: $input) {
    __typename
    ... on CreateSignInLinkPayload { url }
    ... on UserError { message }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Account:
    """The first user, whose key `up` made."""

    user: str
    key: str


def up(plan: Plan, report: Report, *, parent: int | None = None) -> bool:
    """Start what does not run and wait until the service is ready. Tell whether anything had to be started.

    With `parent`, everything stops when that process ends.
    Raises UnavailableError or ConflictError that says what is in the way.
    """
    home = plan.home
    with locked(home.root / "command.lock", seconds=COMMAND_SECONDS):
        state = read_state(home)
        if is_up(plan, state):
            remember_account(plan)
            return False
        if not state.supervisor_runs():
            provision(plan, report)
            _start_supervisor(plan, parent)
        _wait_ready(plan, report)
        remember_account(plan)
        return True


def provision(plan: Plan, report: Report) -> None:
    """Bring the programs that are to run here; does nothing for what is there."""
    if plan.provides_neo4j:
        provision_neo4j(plan.home, report)
    if plan.provides_store:
        provision_minio(plan.home, report)


def is_up(plan: Plan, state: State) -> bool:
    """Tell whether all that should run does, and the service is ready."""
    expected = _expected(plan)
    return (
        state.phase == "ready"
        and state.supervisor_runs()
        and all((started := state.programs.get(name)) is not None and started.find() for name in expected)
        and http_answers(f"{plan.own_url}/readyz")
    )


def down(home: Home) -> bool:
    """Stop exactly what `up` started. Tell whether anything ran."""
    with locked(home.root / "command.lock", seconds=COMMAND_SECONDS):
        state = read_state(home)
        ran = state.supervisor_runs() or any(started.find() for started in state.programs.values())
        if state.supervisor is not None and is_running(state.supervisor):
            # The supervisor stops the others first; it must not be hurried.
            stop(state.supervisor, seconds=STOP_SECONDS)
        state = read_state(home)
        # What is still named was left by a supervisor that was killed.
        stop_programs(state)
        write_state(home, replace(state, phase="down", message="", supervisor=None, programs={}))
        return ran


def reset(home: Home) -> None:
    """Stop everything and delete all data, credentials and the key in settings.toml. What is provisioned stays."""
    down(home)
    account = _account(home)
    if account is not None and _stored(home).get("api_key") == account.key:
        kept = {name: value for name, value in _stored(home).items() if name not in ("api_key", "base_url", "entity")}
        write_private(home.settings_file, tomli_w.dumps(kept).encode())
    shutil.rmtree(home.data)
    shutil.rmtree(home.logs)
    home.state_file.unlink(missing_ok=True)
    home.create()


def sign_in_link(plan: Plan, page: str = "") -> str:
    """Ask the running service for a new one-time link, which goes on to a page of the web UI.

    `page` is a path as the pages have it, or one of a version that leaves out the entity, then the user's own.

    Raises UnavailableError when the service is not up.
    """
    account = _account(plan.home)
    if account is None:
        raise UnavailableError("There is no local service yet: run `headwater up`.")
    body = {"query": CREATE_SIGN_IN_LINK, "variables": {"input": {"operationId": str(uuid.uuid4())}}}
    headers = {"Authorization": f"Bearer {account.key}"}
    try:
        with urllib3.PoolManager(retries=False, timeout=10.0) as pool:
            response = pool.request("POST", f"{plan.own_url}/graphql", json=body, headers=headers)
    except (HTTPError, OSError) as error:
        raise UnavailableError(f"Nothing answers at {plan.own_url}: run `headwater up`.") from error
    is_json = response.headers.get("content-type", "").startswith("application/json")
    answer: dict[str, Any] = response.json() if is_json else {}
    if "data" not in answer or answer.get("errors"):
        message = answer["errors"][0]["message"] if answer.get("errors") else f"status {response.status}"
        raise UnavailableError(f"The service made no sign-in link: {message}")
    payload = answer["data"]["createSignInLink"]
    if payload["__typename"] != "CreateSignInLinkPayload":
        raise UnavailableError(f"The service made no sign-in link: {payload['message']}")
    address, _, token = str(payload["url"]).partition("#")
    return f"{address}{_next(page, account.user)}#{token}"


def _next(page: str, entity: str) -> str:
    parts = page.strip("/").split("/-/")[0].split("/")
    path = f"{entity}/{page}" if len(parts) == 2 and ":" in parts[1] else page
    return f"?next=/{quote(path.strip('/'), safe='/:@')}" if page else ""


def remember_account(plan: Plan) -> None:
    """Make the first user once, and keep its key and the address where the SDK looks."""
    account = _account(plan.home)
    if account is None:
        account = Account(user_name(), first_user(plan.settings(), user_name()))
        write_json(plan.home.data / "account.json", {"user": account.user, "api_key": account.key})
    stored = _stored(plan.home)
    if stored.get("api_key") not in (None, account.key):
        # Someone signed in to another service on purpose.
        return
    wanted = {
        **stored,
        "base_url": plan.settings().service_public_url,
        "api_key": account.key,
        "entity": stored.get("entity", account.user),
    }
    if wanted != stored:
        write_private(plan.home.settings_file, tomli_w.dumps(wanted).encode())


def foreign_login(plan: Plan) -> str | None:
    """Return the address in settings.toml if it belongs to another service than the local one."""
    account, stored = _account(plan.home), _stored(plan.home)
    if account is None or stored.get("api_key") == account.key:
        return None
    return stored.get("base_url")


def user_name() -> str:
    """Return the name of the system user in a form that an entity can have."""
    name = re.sub(r"[^\w.-]+", "-", getpass.getuser()).strip("-.")[:60] or "user"
    try:
        return valid_entity_name(name)
    except InvalidInputError:
        # For example a system user named like a route of the service.
        return valid_entity_name(f"{name}-1")


def first_user(settings: Settings, name: str) -> str:
    """Make an administrator of the server, unless there is one of this name, and return a new key."""

    async def make() -> str:
        graph = connect(
            settings.neo4j_uri,
            settings.neo4j_user,
            settings.neo4j_password,
            settings.neo4j_database,
            deadline_seconds=30.0,
        )
        try:
            return await bootstrap_user(graph, name)
        finally:
            await graph.close()

    return asyncio.run(make())


def _account(home: Home) -> Account | None:
    content = read_json(home.data / "account.json")
    return Account(content["user"], content["api_key"]) if content else None


def _stored(home: Home) -> dict[str, Any]:
    try:
        return tomllib.loads(home.settings_file.read_text("utf-8"))
    except FileNotFoundError:
        return {}


def _expected(plan: Plan) -> list[str]:
    local = [("neo4j", plan.provides_neo4j), ("minio", plan.provides_store), ("service", True)]
    return [name for name, is_ours in local if is_ours]


def _start_supervisor(plan: Plan, parent: int | None) -> None:
    home = plan.home
    log = home.logs / "supervisor.log"
    if log.exists():
        bound_log(log, LOG_BYTES)
    # A failure of an earlier start must not be taken for one of this.
    write_state(home, replace(read_state(home), phase="starting", message="", supervisor=None))
    environment = {**os.environ, "HEADWATER_HOME": str(home.root)}
    if "HEADWATER_LISTEN" in plan.given:
        environment["HEADWATER_LISTEN"] = plan.given["HEADWATER_LISTEN"]
    if parent is not None:
        environment[PARENT_VARIABLE] = str(parent)
    token = secrets.token_hex(16)
    command = (sys.executable, "-m", "headwater_service.local.supervisor")
    identity = start(command, environment=environment, token=token, log=log, folder=home.root)
    if wait_until(lambda: read_state(home).supervisor is not None or not is_running(identity), seconds=60.0):
        return
    raise UnavailableError(f"The supervisor did not start; see {log}.")


def _wait_ready(plan: Plan, report: Report) -> None:
    home = plan.home
    shown = ""

    def is_decided() -> bool:
        nonlocal shown
        state = read_state(home)
        if state.message and state.message != shown and state.phase == "starting":
            shown = state.message
            report(shown)
        return not _lives(state.supervisor) or state.phase == "failed" or is_up(plan, state)

    decided = wait_until(is_decided, seconds=READY_SECONDS, pause=0.1)
    state = read_state(home)
    if state.phase == "failed":
        if state.supervisor is not None:
            wait_until(lambda: not _lives(state.supervisor), seconds=STOP_SECONDS)
        raise UnavailableError(state.message)
    if not decided or not _lives(state.supervisor):
        raise UnavailableError(f"The servers did not become ready; see {home.logs / 'supervisor.log'}.")


def _lives(identity: Identity | None) -> bool:
    return identity is not None and is_running(identity)


def wait_for_end(home: Home) -> int:
    """Wait for the supervisor to end; SIGINT and SIGTERM stop it cleanly. Return the exit code."""
    supervisor = read_state(home).supervisor
    if supervisor is None:
        return 1
    asked = False

    def ask(number: int, frame: object) -> None:
        nonlocal asked
        asked = True
        os.kill(supervisor.pid, signal.SIGTERM)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    while is_running(supervisor):
        wait_until(lambda: not is_running(supervisor), seconds=1.0)
    return 0 if asked or read_state(home).phase == "down" else 1
