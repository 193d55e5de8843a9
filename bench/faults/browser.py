"""A browser without JavaScript: it presses the forms that the office serves, as they are served."""

import json
import os
import time
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import requests

Pairs = list[tuple[str, str]]
PATIENCE_S = 60
PRESSES = 40  # a web process that was killed is back after a moment
MOST_FAILURES = 4  # people press again when the office says that it failed, but not for ever
# Nobody answered, or whoever did was killed in the middle of the page.
CUT_OFF = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
SESSIONS = "FAULTS_SESSIONS"  # names the file that keeps everybody's cookies


class OfficeFailed(Exception):
    """The office answered with an error of its own."""


@dataclass
class Form:
    """A form as served: what it would send if nothing was typed, and what may be chosen."""

    action: str
    id: str = ""
    method: str = "get"
    typed: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[list[str]] = field(default_factory=list)  # name, value, words


class Page(HTMLParser):
    """What came back: ``url`` after all redirects, ``forms``, ``links`` and the text."""

    def __init__(self, url: str, status: int, text: str) -> None:
        super().__init__()
        self.url, self.status, self.text = url, status, text
        self.forms: dict[str, Form] = {}
        self.links: list[str] = []
        self._form = self._area = self._button = self._select = ""
        self._into: list[str] | None = None
        self.feed(text)

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def form_to(self, ending: str) -> Form | None:
        """The form whose address ends so, if the page offers it."""
        return next((one for one in self.forms.values() if one.action.endswith(ending)), None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = said.get("id") or f"form {len(self.forms)}"
            action = urljoin(self.url, said.get("action") or self.url)
            known = self._known(self._form)
            known.action, known.id = action, said.get("id", "")
            known.method = said.get("method", "get").lower()
        elif tag == "a" and "href" in said:
            self.links.append(urljoin(self.url, said["href"]))
        elif tag in ("input", "select", "textarea", "button", "option"):
            self._control(tag, said)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = ""
        elif tag in ("button", "textarea"):
            self._into = None

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into[-1] += data

    def _known(self, name: str) -> Form:
        return self.forms.setdefault(name, Form(action=self.url))

    def _control(self, tag: str, said: dict[str, str]) -> None:
        owner, name = said.get("form") or self._form, said.get("name", "")
        if tag == "option":
            self._option(said)
            return
        if not owner or not name or "disabled" in said:
            return
        form, value, kind = self._known(owner), said.get("value", ""), said.get("type", "")
        if tag == "button" or kind == "submit":
            form.buttons.append([name, value, ""])
            self._into = form.buttons[-1]
        elif tag == "select":
            self._select = f"{owner}\n{name}"
        elif kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(value)
            if "checked" in said:
                form.typed[name] = value or "on"
        else:
            form.typed[name] = value

    def _option(self, said: dict[str, str]) -> None:
        owner, _, name = self._select.partition("\n")
        if not name:
            return
        form = self._known(owner)
        form.choices.setdefault(name, []).append(said.get("value", ""))
        if "selected" in said or name not in form.typed:
            form.typed[name] = said.get("value", "")


class Browser:
    """One person's browser at ``office``. Every form it sent is kept, so that it can be sent again.

    A web process that dies under a request is met as people meet it: they press once more.
    """

    def __init__(self, office: str, cookies: dict[str, str] | None = None) -> None:
        self.office = office
        self.sent: list[tuple[str, Pairs]] = []
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.update(cookies or {})

    @classmethod
    def of(cls, name: str, office: str) -> Self:
        """The browser of somebody who is signed in already."""
        return cls(office, sessions(os.environ[SESSIONS])[name])

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self._session.cookies)

    def get(self, address: str) -> Page:
        return self._ask("GET", urljoin(self.office, address))

    def press(self, form: Form, button: str = "", value: str = "", **typed: str) -> Page:
        """Send a form with what was typed, by one of its buttons."""
        pairs = self.filled(form, button, value, **typed)
        self.sent.append((form.action, pairs))
        return self.send(form.action, pairs)

    def filled(self, form: Form, button: str = "", value: str = "", **typed: str) -> Pairs:
        """What the form would send. KeyError for a field or button that it does not have."""
        names = form.typed.keys() | form.choices.keys()
        if unknown := typed.keys() - names:
            raise KeyError(f"{form.action} has no {unknown}, but {names}")
        pairs = list((form.typed | typed).items())
        if button:
            known = [one for one in form.buttons if one[0] == button and value in ("", one[1])]
            if not known:
                raise KeyError(f"{form.action} has no button {button} {value}")
            pairs.append((button, known[0][1]))
        return pairs

    def send(self, url: str, pairs: Pairs, *, with_session: bool = True) -> Page:
        """POST; without the session as a form from another site, or after it was lost."""
        return self._ask("POST", url, data=pairs, with_session=with_session)

    def sign_in(self, name: str, password: str) -> Page:
        """Through the form, as everybody does."""
        page = self.get("/accounts/login/")
        form = page.form_to("/accounts/login/")
        if form is None:
            raise OfficeFailed(f"no form to sign in at {page.url}")
        page = self.press(form, login=name, password=password)
        if page.form_to("/accounts/login/"):
            raise OfficeFailed(f"{name} was not let in")
        return page

    def _ask(self, method: str, url: str, *, with_session: bool = True, **body: Any) -> Page:
        session, failures = self._session if with_session else requests, []
        for left in reversed(range(PRESSES)):
            try:
                answer = session.request(
                    method, url, timeout=PATIENCE_S, allow_redirects=False, **body
                )
            except CUT_OFF:
                if not left:
                    raise
            else:
                if answer.status_code < 500:
                    break
                failures.append(f"HTTP {answer.status_code} at {urlsplit(url).path}")
                note_failure(failures[-1])
                if len(failures) == MOST_FAILURES:
                    raise OfficeFailed(failures[-1])
            time.sleep(0.25)
        else:
            raise OfficeFailed(f"nobody answers at {url}")
        if answer.is_redirect:
            return self._ask("GET", urljoin(url, answer.headers["Location"]))
        return Page(url, answer.status_code, answer.text)


def note_failure(sentence: str) -> None:
    """Keep what the office could not do, as while its database is busy: the run counts these."""
    with (Path(os.environ["FAULTS_FOLDER"]) / "failed").open("a") as file:
        file.write(f"{sentence}\n")


@cache
def sessions(file: str) -> dict[str, dict[str, str]]:
    """Everybody's cookies by name."""
    return json.loads(Path(file).read_text())
