"""What `up` starts: what it was given in the environment, and what it provides for the rest."""

import hashlib
import json
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from headwater_service.config import Settings, settings_from
from headwater_service.errors import InvalidInputError
from headwater_service.local.home import Home, home_from, read_json, write_json
from headwater_service.local.ports import choose_ports
from headwater_service.local.servers import (
    Program,
    minio_program,
    neo4j_program,
    own_address,
    service_program,
)
from headwater_service.store.setup import ROLES, Key, StoreKeys

DEFAULT_HOST: Final = "127.0.0.1"
_WILDCARDS: Final = ("0.0.0.0", "::", "[::]")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Secrets of the local servers: made once, kept beside the data, never shown."""

    neo4j_password: str = field(repr=False)
    root: Key
    keys: StoreKeys


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides what runs, read once."""

    home: Home
    ports: Mapping[str, int]
    credentials: Credentials
    given: Mapping[str, str] = field(repr=False)

    @property
    def provides_neo4j(self) -> bool:
        return "HEADWATER_NEO4J_URI" not in self.given

    @property
    def provides_store(self) -> bool:
        return "HEADWATER_S3_ENDPOINT" not in self.given

    @property
    def listen(self) -> str:
        """Where the service listens; a port that was not given is the kept one."""
        host, port = split_listen(self.given.get("HEADWATER_LISTEN", ""))
        return f"{host or DEFAULT_HOST}:{port or self.ports['service']}"

    @property
    def own_url(self) -> str:
        """The address of the service from this machine, whatever its public name is."""
        host, _, port = self.listen.rpartition(":")
        return f"http://{own_address(host)}:{port}"

    @property
    def bucket(self) -> str:
        return self.given.get("HEADWATER_S3_BUCKET", "headwater")

    @property
    def region(self) -> str:
        return self.given.get("HEADWATER_S3_REGION", "us-east-1")

    @property
    def store_listen(self) -> str:
        """Clients move bytes straight to the store, so it listens where the service does."""
        return f"{self.listen.rpartition(':')[0]}:{self.ports['s3']}"

    @property
    def store_endpoint(self) -> str:
        host = self.store_listen.rpartition(":")[0]
        return f"http://{own_address(host)}:{self.ports['s3']}"

    def service_environment(self) -> dict[str, str]:
        """Return the variables that the service is started with."""
        own = {"HEADWATER_LISTEN": self.listen, "HEADWATER_PUBLIC_URL": self._public(self.listen)}
        if self.provides_neo4j:
            own["HEADWATER_NEO4J_URI"] = f"bolt://127.0.0.1:{self.ports['bolt']}"
            own["HEADWATER_NEO4J_PASSWORD"] = self.credentials.neo4j_password
        if self.provides_store:
            own["HEADWATER_S3_ENDPOINT"] = self.store_endpoint
            own["HEADWATER_S3_PUBLIC_ENDPOINT"] = self._public(self.store_listen)
            own.update(self.credentials.keys.environment())
        return {**own, **self.given, "HEADWATER_LISTEN": self.listen}

    def settings(self) -> Settings:
        """Return the settings as the service will read them. Raises InvalidInputError."""
        return settings_from(self.service_environment())

    def digest(self) -> str:
        """Return what changes when the service would be started with other settings."""
        text = json.dumps(self.service_environment(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def neo4j(self, jars: Path) -> Program:
        return neo4j_program(
            jars=jars, home=self.home.neo4j, port=self.ports["bolt"], password=self.credentials.neo4j_password
        )

    def minio(self, program: Path) -> Program:
        return minio_program(
            program,
            data=self.home.minio,
            listen=self.store_listen,
            console_port=self.ports["console"],
            root=(self.credentials.root.id, self.credentials.root.secret),
            cors_origin=self.settings().service_public_url,
        )

    def service(self) -> Program:
        return service_program(self.service_environment(), folder=self.home.root)

    def ports_of(self, name: str) -> dict[str, int]:
        """Return the ports that a program listens on, by what they are for."""
        return {
            "neo4j": {"bolt": self.ports["bolt"]},
            "minio": {"s3": self.ports["s3"], "console": self.ports["console"]},
            "service": {"service": int(self.listen.rpartition(":")[2])},
        }[name]

    def _public(self, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        return f"http://{_outward_address() if host in _WILDCARDS else host}:{port}"


def make_plan(environment: Mapping[str, str] = os.environ) -> Plan:
    """Read what was given; choose and keep the rest.

    Raises InvalidInputError when what was given is not enough to start with.
    """
    home = home_from(environment)
    home.create()
    variables = {setting.metadata["variable"] for setting in fields(Settings)}
    given = {name: environment[name] for name in sorted(variables) if environment.get(name)}
    plan = Plan(home, choose_ports(home), _credentials(home), given)
    plan.settings()
    return plan


def split_listen(listen: str) -> tuple[str, int | None]:
    """Split `address`, `address:port` or `:port`. Raises InvalidInputError when the port is no number."""
    host, colon, port = listen.rpartition(":")
    if not colon or listen.endswith("]"):
        return listen, None
    if not port.isdecimal():
        raise InvalidInputError(f"{listen!r} is not an address or <address>:<port>", field="listen")
    return host, int(port)


def warnings_of(plan: Plan) -> list[str]:
    """Return what works but should be otherwise."""
    if plan.provides_store or plan.given.get("HEADWATER_S3_READ_KEY_ID"):
        return []
    return [
        "One store key serves for everything, so it is in every URL that clients get. Use three limited ones: "
        "docs/operations.md, 'Your own object store'."
    ]


def _credentials(home: Home) -> Credentials:
    stored = read_json(home.credentials_file)
    if not stored:
        # Of digits and a-f: Neo4j's command takes what begins with "-" for an option, and "#" for a comment.
        stored = {"neo4j_password": secrets.token_hex(24), "root": _new_key()}
        stored.update({role: _new_key() for role in ROLES})
        write_json(home.credentials_file, stored)
    keys = StoreKeys(**{role: _key(stored[role]) for role in ROLES})
    return Credentials(str(stored["neo4j_password"]), _key(stored["root"]), keys)


def _new_key() -> dict[str, str]:
    return {"id": secrets.token_hex(10).upper(), "secret": secrets.token_hex(20)}


def _key(content: Any) -> Key:
    return Key(str(content["id"]), str(content["secret"]))


def _outward_address() -> str:
    """Return this machine's address as others on its network see it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: the system only decides which of its addresses it would use.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return DEFAULT_HOST
        return str(probe.getsockname()[0])
