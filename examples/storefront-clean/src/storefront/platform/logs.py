"""Structured logs, and what must be hidden in them."""

import logging

import structlog

HIDDEN = frozenset({"authorization", "cookie", "password", "token"})


def configure_logs() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            hide_credentials,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )


def hide_credentials(_logger: object, _method: str, event: dict[str, object]) -> dict[str, object]:
    return {key: "***" if key in HIDDEN else value for key, value in event.items()}


def mask_email(email: str) -> str:
    """`ann@example.com` becomes `a***@example.com`."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}***@{domain}"
