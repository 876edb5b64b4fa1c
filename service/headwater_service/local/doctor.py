"""`headwater doctor`: everything that could be wrong on this machine and with the servers, each with what to do."""

import asyncio
import platform
import shutil
import stat
import subprocess
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any, Final

import psutil
import urllib3
from urllib3.exceptions import HTTPError

from headwater_service.errors import DomainError
from headwater_service.local.home import read_json
from headwater_service.local.plan import Plan
from headwater_service.local.ports import holder_of, is_free
from headwater_service.local.servers import java
from headwater_service.local.state import read_state
from headwater_service.store.graph import connect
from headwater_service.store.migrations import pending
from headwater_service.store.probes import Outcome, Probe, StoreProbes, probe_graph

GIB: Final = 1024**3
LEAST_DISK_BYTES: Final = 1 * GIB
GOOD_DISK_BYTES: Final = 5 * GIB
GOOD_MEMORY_BYTES: Final = 3.5 * GIB
JAVA_VERSIONS: Final = (17, 21)


@dataclass(frozen=True, slots=True)
class Check:
    """One line. `state`: ok, warn (works, but could be better) or fail."""

    name: str
    state: Outcome
    message: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def examine(plan: Plan) -> list[Check]:
    """Look at everything; a check that fails does not keep the others from running."""
    return [
        *_versions(plan),
        _disk(plan),
        _memory(),
        _privacy(plan),
        *_ports(plan),
        *_graph(plan),
        *(_check(probe) for probe in StoreProbes(plan.settings()).run()),
        _answers("service", f"{plan.own_url}/readyz", "Run `headwater up`, or see `headwater logs service`."),
        _answers(
            "service from the client's side",
            f"{plan.settings().service_public_url}/healthz",
            "Correct HEADWATER_PUBLIC_URL, its name in DNS, or the proxy in front.",
        ),
    ]


def _versions(plan: Plan) -> list[Check]:
    checks = [Check("Headwater", "ok", f"{metadata.version('headwater')} on Python {platform.python_version()}")]
    if plan.provides_neo4j:
        checks.append(_java_check())
    for name, facts in read_json(plan.home.provisioned / "versions.json").items():
        checks.append(Check("provisioned", "ok", f"{name} ({facts['version']})"))
    return checks


def _java_check() -> Check:
    try:
        done = subprocess.run([java(), "-version"], capture_output=True, text=True, check=False)
    except DomainError as error:
        return Check("Java", "fail", error.message)
    version = java_version(done.stderr)
    if version in JAVA_VERSIONS:
        return Check("Java", "ok", str(version))
    return Check(
        "Java", "fail", f"{version or 'unknown'}: Neo4j 5.26 runs on Java 17 or 21. Install one, or set JAVA_HOME."
    )


def java_version(text: str) -> int | None:
    """Read the major version out of what `java -version` prints."""
    parts = text.split('"')
    major = parts[1].split(".")[0].split("-")[0] if len(parts) > 2 else ""
    return int(major) if major.isdecimal() else None


def _disk(plan: Plan) -> Check:
    free = shutil.disk_usage(plan.home.root).free
    text = f"{free / GIB:.1f} GiB free in {plan.home.root}"
    if free < LEAST_DISK_BYTES:
        return Check("disk", "fail", f"{text}: Neo4j stops writing when the disk is full. Free some space.")
    return Check("disk", "ok" if free >= GOOD_DISK_BYTES else "warn", text)


def _memory() -> Check:
    total = psutil.virtual_memory().total
    text = f"{total / GIB:.1f} GiB"
    return Check("memory", "ok", text) if total >= GOOD_MEMORY_BYTES else Check("memory", "warn", f"{text}; 4 are good")


def _privacy(plan: Plan) -> Check:
    home = plan.home
    private = [home.root, home.credentials_file, home.settings_file, home.data / "account.json"]
    open_ones = [path for path in private if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    if not open_ones:
        return Check("secrets", "ok", "only this account can read them")
    names = " ".join(str(path) for path in open_ones)
    return Check("secrets", "fail", f"others can read them. Run: chmod go= {names}")


def _ports(plan: Plan) -> list[Check]:
    state = read_state(plan.home)
    checks: list[Check] = []
    local = {"neo4j": plan.provides_neo4j, "minio": plan.provides_store, "service": True}
    for name in (name for name, is_ours in local.items() if is_ours):
        started = state.programs.get(name)
        is_running = started is not None and started.find() is not None
        for purpose, port in plan.ports_of(name).items():
            if is_running or is_free(port):
                checks.append(Check(f"port {port}", "ok", f"{purpose}, {'in use by us' if is_running else 'free'}"))
            else:
                checks.append(
                    Check(f"port {port}", "fail", f"taken by {holder_of(port)}; {purpose} needs it. Stop it.")
                )
    return checks


def _graph(plan: Plan) -> list[Check]:
    settings = plan.settings()

    async def ask() -> list[Check]:
        graph = connect(
            settings.neo4j_uri,
            settings.neo4j_user,
            settings.neo4j_password,
            settings.neo4j_database,
            deadline_seconds=5.0,
        )
        try:
            checks = [Check("Bolt", "ok", settings.neo4j_uri), *map(_check, await probe_graph(graph))]
            missing = await pending(graph)
        finally:
            await graph.close()
        if missing:
            return [*checks, Check("migrations", "fail", f"not applied: {', '.join(missing)}. Start the service.")]
        return [*checks, Check("migrations", "ok", "all applied")]

    try:
        return asyncio.run(ask())
    except DomainError as error:
        return [Check("Bolt", "fail", f"{settings.neo4j_uri}: {error.message}")]


def _answers(name: str, url: str, advice: str) -> Check:
    try:
        with urllib3.PoolManager(retries=False, timeout=5.0) as pool:
            status = pool.request("GET", url).status
    except (HTTPError, OSError):
        return Check(name, "fail", f"{url} does not answer. {advice}")
    return Check(name, "ok", url) if status == 200 else Check(name, "fail", f"{url} answered {status}. {advice}")


def _check(probe: Probe) -> Check:
    return Check(probe.name, probe.outcome, probe.message)
