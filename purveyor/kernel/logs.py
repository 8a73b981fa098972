"""Log lines with facts, as text for people or JSON for machines. Never a secret."""

import logging.config
from typing import Any

import structlog

QUIET = ("httpx", "httpcore", "axes", "fontTools", "fpdf", "asyncio")


def configure_logs(*, as_json: bool, level: str) -> None:
    """Send every log line, ours and the libraries', to standard error in one shape."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if as_json:  # the renderer for people writes tracebacks by itself
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = (
        structlog.processors.JSONRenderer()
        if as_json
        # A plain traceback: the others print local variables, and a code may be one.
        else structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "plain": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processor": renderer,
                    "foreign_pre_chain": shared,
                }
            },
            "handlers": {
                "stderr": {"class": "logging.StreamHandler", "formatter": "plain"}
            },
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {name: {"level": "ERROR"} for name in QUIET},
        }
    )
