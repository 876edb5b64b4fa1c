"""Settings of the service: read once from the environment, documented field by field.

`docs/configuration.md` shows this table; a test holds the two together.
"""

import os
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any

from headwater_service.errors import InvalidInputError


def _setting(variable: str, about: str, default: Any = MISSING) -> Any:
    metadata = {"variable": variable, "about": about}
    # A secret is never printed, whoever prints the settings.
    shown = not variable.endswith(("_SECRET", "_PASSWORD"))
    if default is MISSING:
        return field(metadata=metadata, repr=shown)
    return field(default=default, metadata=metadata, repr=shown)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the service is told from outside. Sizes are bytes, times are seconds."""

    neo4j_uri: str = _setting(
        "HEADWATER_NEO4J_URI", "Bolt address, for example `bolt://127.0.0.1:7687` or `neo4j+s://…`"
    )
    neo4j_user: str = _setting("HEADWATER_NEO4J_USER", "User of the database", "neo4j")
    neo4j_password: str = _setting("HEADWATER_NEO4J_PASSWORD", "Password of that user")
    neo4j_database: str = _setting("HEADWATER_NEO4J_DATABASE", "Name of the database", "neo4j")

    s3_endpoint: str = _setting("HEADWATER_S3_ENDPOINT", "Address of the object store as the service reaches it")
    s3_public_endpoint: str = _setting(
        "HEADWATER_S3_PUBLIC_ENDPOINT",
        "Address of the object store as clients and browsers reach it; else the same",
        "",
    )
    s3_region: str = _setting("HEADWATER_S3_REGION", "Region that signatures name", "us-east-1")
    s3_bucket: str = _setting("HEADWATER_S3_BUCKET", "Bucket that holds everything; versioned", "headwater")
    s3_read_key_id: str = _setting("HEADWATER_S3_READ_KEY_ID", "Key that signs downloads; it only reads", "")
    s3_read_secret: str = _setting("HEADWATER_S3_READ_SECRET", "Secret of that key", "")
    s3_write_key_id: str = _setting("HEADWATER_S3_WRITE_KEY_ID", "Key that signs uploads; it only writes blobs", "")
    s3_write_secret: str = _setting("HEADWATER_S3_WRITE_SECRET", "Secret of that key", "")
    s3_admin_key_id: str = _setting("HEADWATER_S3_ADMIN_KEY_ID", "Key of the service itself; never in a URL")
    s3_admin_secret: str = _setting("HEADWATER_S3_ADMIN_SECRET", "Secret of that key")

    listen: str = _setting("HEADWATER_LISTEN", "Address and port to listen on", "127.0.0.1:8900")
    public_url: str = _setting(
        "HEADWATER_PUBLIC_URL", "Address of the service as clients and browsers reach it; else `http://<listen>`", ""
    )
    workers: int = _setting("HEADWATER_WORKERS", "Number of service processes", 1)
    cors_origins: tuple[str, ...] = _setting(
        "HEADWATER_CORS_ORIGINS",
        "Origins of dashboards that may call the API, separated by commas; never with cookies",
        (),
    )
    log_level: str = _setting("HEADWATER_LOG_LEVEL", "`debug`, `info`, `warning` or `error`", "info")

    query_timeout_seconds: float = _setting(
        "HEADWATER_QUERY_TIMEOUT", "Longest time a request waits for the graph or the store", 10.0
    )
    graphql_nodes: int = _setting(
        "HEADWATER_GRAPHQL_NODES", "Estimated nodes that one GraphQL document may ask for", 10_000
    )
    graphql_depth: int = _setting("HEADWATER_GRAPHQL_DEPTH", "Nesting of one GraphQL document", 12)
    graphql_aliases: int = _setting("HEADWATER_GRAPHQL_ALIASES", "Aliases in one GraphQL document", 30)
    graphql_bytes: int = _setting("HEADWATER_GRAPHQL_BYTES", "Size of one GraphQL request", 100_000)
    graphql_seconds: float = _setting("HEADWATER_GRAPHQL_TIMEOUT", "Longest time one GraphQL operation may take", 10.0)
    graphql_lists: str = _setting(
        "HEADWATER_GRAPHQL_LISTS",
        "`columns` completes lists of plain objects by columns; `core` leaves all to graphql-core",
        "columns",
    )
    sockets_per_user: int = _setting(
        "HEADWATER_SOCKETS_PER_USER", "Most WebSockets that one user has open to one service process", 20
    )
    socket_subscriptions: int = _setting(
        "HEADWATER_SOCKET_SUBSCRIPTIONS", "Most subscriptions on one WebSocket at a time", 10
    )
    socket_init_seconds: float = _setting(
        "HEADWATER_SOCKET_INIT_SECONDS", "How long a WebSocket may take to say who it is", 10.0
    )
    page_size: int = _setting("HEADWATER_PAGE_SIZE", "Most items on one page of a listing", 200)
    lineage_nodes: int = _setting("HEADWATER_LINEAGE_NODES", "Most nodes in one lineage answer", 50_000)
    manifest_entries: int = _setting("HEADWATER_MANIFEST_ENTRIES", "Most entries in one artifact version", 2_000_000)
    manifest_bytes: int = _setting("HEADWATER_MANIFEST_BYTES", "Largest manifest, uncompressed", 2 * 1024**3)
    metadata_bytes: int = _setting("HEADWATER_METADATA_BYTES", "Largest metadata, config or summary as JSON", 1024**2)
    history_batch_bytes: int = _setting(
        "HEADWATER_HISTORY_BATCH_BYTES", "Largest batch of history, uncompressed", 16 * 1024**2
    )
    history_keys: int = _setting(
        "HEADWATER_HISTORY_KEYS", "Most keys in one record of history; those beyond are left out and named", 50_000
    )
    upload_url_seconds: int = _setting("HEADWATER_UPLOAD_URL_SECONDS", "How long a signed upload URL works", 3600)
    download_url_seconds: int = _setting("HEADWATER_DOWNLOAD_URL_SECONDS", "How long a signed download URL works", 3600)
    sign_in_seconds: int = _setting("HEADWATER_SIGN_IN_SECONDS", "How long a one-time sign-in link works", 600)
    session_seconds: int = _setting("HEADWATER_SESSION_SECONDS", "How long a browser stays signed in", 14 * 86_400)
    restore_days: int = _setting(
        "HEADWATER_RESTORE_DAYS", "How long what was deleted, unlinked or expired can be restored", 7
    )
    deletion_nodes: int = _setting(
        "HEADWATER_DELETION_NODES", "Most versions, links, runs and collections in one deletion or restoration", 10_000
    )
    crashed_after_seconds: int = _setting(
        "HEADWATER_CRASHED_AFTER_SECONDS", "Silence after which a run is CRASHED", 300
    )

    @property
    def store_public_endpoint(self) -> str:
        return (self.s3_public_endpoint or self.s3_endpoint).rstrip("/")

    @property
    def service_public_url(self) -> str:
        return (self.public_url or f"http://{self.listen}").rstrip("/")

    @property
    def read_key(self) -> tuple[str, str]:
        return (self.s3_read_key_id, self.s3_read_secret) if self.s3_read_key_id else self.admin_key

    @property
    def write_key(self) -> tuple[str, str]:
        return (self.s3_write_key_id, self.s3_write_secret) if self.s3_write_key_id else self.admin_key

    @property
    def admin_key(self) -> tuple[str, str]:
        return (self.s3_admin_key_id, self.s3_admin_secret)


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises InvalidInputError that names every variable that is missing or has a bad value.
    """
    values: dict[str, Any] = {}
    faults: list[str] = []
    for setting in fields(Settings):
        variable = setting.metadata["variable"]
        text = environment.get(variable, "")
        if text == "":
            if setting.default is MISSING:
                faults.append(f"{variable} is not set: {setting.metadata['about']}")
            continue
        try:
            values[setting.name] = _parse(setting, text)
        except ValueError:
            faults.append(f"{variable}={text!r} is not a number")
    if faults:
        raise InvalidInputError("The service cannot start: " + "; ".join(faults))
    return Settings(**values)


def _parse(setting: Field[Any], text: str) -> Any:
    if setting.type is int:
        return int(text)
    if setting.type is float:
        return float(text)
    if setting.type is str:
        return text
    return tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())
