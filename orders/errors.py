"""Refusals by the office's own rules. Gateway errors live in ``orders.gateway.errors``."""

from django.utils.functional import Promise


class Refused(Exception):
    """The office's rules forbid the act; nothing was done.

    ``code`` is a stable machine word, ``sentence`` tells staff what to do next, ``field`` names the
    form field it concerns ("" for the whole act). Faces show the sentence; the API maps the code.
    """

    def __init__(self, code: str, sentence: str | Promise, *, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.field = field

    def __str__(self) -> str:
        return str(self.sentence)


class Conflict(Refused):
    """Somebody or something else got there first: the same form key with other content, another
    live charge on the order, or a row that has moved on. The caller should show the present state.
    """


class Limited(Refused):
    """A limit is reached; nothing was stored or sent."""


class OverCeiling(Limited):
    """More than a person, or an API key, may move by themselves; nothing was stored or sent.

    ``may_be_asked_for``: another person can approve it, and the trail hears of it once one is
    asked. Nobody approves for an API key.
    """

    def __init__(
        self, code: str, sentence: str, *, field: str, may_be_asked_for: bool = False
    ) -> None:
        super().__init__(code, sentence, field=field)
        self.may_be_asked_for = may_be_asked_for
