"""Error pages and error mails that show what went wrong, but no values.

Django's own reporter prints local variables, posted fields and settings. Any of them may hold what
must not be kept, so this one prints their names alone, and scrubs the finished text as well.
"""

from types import FrameType
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.regex_helper import _lazy_re_compile
from django.utils.safestring import SafeString, mark_safe
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from orders.logs import scrub

HIDDEN = SafeExceptionReporterFilter.cleansed_substitute


class NamesOnly(SafeExceptionReporterFilter):
    """Hides every value of locals and posted fields, and every setting that may be a secret."""

    hidden_settings = _lazy_re_compile(
        "API|AUTH|TOKEN|KEY|SECRET|PASS|PHRASE|SIGNATURE|COOKIE|DATABASE|APS|URL|QUERY",
        flags=2,  # re.IGNORECASE
    )

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        posted = request.POST if request is not None else QueryDict()
        return dict.fromkeys(posted, self.cleansed_substitute)

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType
    ) -> Any:
        names = tb_frame.f_locals
        return [(name, f"<{type(value).__name__}>") for name, value in names.items()]


class ScrubbedReporter(ExceptionReporter):
    """An exception reporter whose texts hold no card number and no secret."""

    def __init__(self, request: HttpRequest | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.filter = NamesOnly()

    def get_traceback_data(self) -> dict[str, Any]:
        """The data of the report: of the query, only names; of the address, only the path."""
        data = super().get_traceback_data()
        if self.request is not None:
            data["request_GET_items"] = [(name, HIDDEN) for name in self.request.GET]
            data["request_FILES_items"] = []
            data["request_insecure_uri"] = self.request.path
        return data

    def get_traceback_html(self) -> SafeString:
        # Scrubbing only takes away or puts in plain words: escaped text stays escaped.
        return mark_safe(scrub(super().get_traceback_html()))  # noqa: S308

    def get_traceback_text(self) -> SafeString:
        return mark_safe(scrub(super().get_traceback_text()))  # noqa: S308
