"""Structured logs: one JSON object a line on stderr, ours and the servers' alike. Never a key, token or URL."""

import logging
import sys
from typing import Any

import orjson
import structlog

from headwater_service.config import Settings


def configure_logs(settings: Settings) -> None:
    """Send everything to stderr in one form, at the level of the settings."""
    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    # Ours take the short way: a line for each request must cost little.
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=orjson.dumps)],
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_text),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # The driver tells every lost connection; the graph seam already says what it means.
    logging.getLogger("neo4j").setLevel(logging.ERROR)


def _text(event: Any, **options: Any) -> str:
    return orjson.dumps(event, **options).decode()
