"""Which orders of the history are charged again: the history's own filters, without its search."""

from typing import Any

from django.http import QueryDict

from orders.forms.history import HistoryForm
from orders.models import Staff


class RepeatPickForm(HistoryForm):
    """``RepeatPickForm(request.POST, viewer=request.user)``; ``filters()`` once it is valid."""

    def __init__(self, data: QueryDict, *, viewer: Staff) -> None:
        super().__init__(data, viewer=viewer)
        for name in ("q", "status"):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        return {"q": "", "status": ""} | super().clean()
