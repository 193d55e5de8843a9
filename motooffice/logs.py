"""Where log lines go: every logger's to standard output, through the office's own formatter."""

from typing import Any


def logging_to_stdout(level: str) -> dict[str, Any]:
    """Return a LOGGING setting with one handler, so that no line leaves unscrubbed."""
    to_root = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "orders.logs.JsonFormatter"}},
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "json",
            }
        },
        "root": {"handlers": ["stdout"], "level": level},
        # Django brings handlers of its own, one of which mails error reports.
        "loggers": {"django": to_root, "django.server": to_root},
    }
