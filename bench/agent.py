"""A member of staff at a browser without JavaScript: signs in, takes orders, types cards."""

import html
import re
from urllib.parse import urljoin

import requests

PASSWORD = "moto-office-demo"
VISA = "4005550000000001"
TIMEOUT_S = 90
_INPUT = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
_ACTION = re.compile(r'\baction="([^"]+)"')


class Unexpected(Exception):
    """The office answered what nobody expects of it; says what was asked and the answer."""


class Agent:
    """One person with one session. Every request may raise what ``requests`` raises."""

    def __init__(self, office_url: str, username: str) -> None:
        self.office_url, self.username = office_url, username
        self.wire = requests.Session()
        self.wire.trust_env = False

    def sign_in(self) -> None:
        """``Unexpected`` when name or password is wrong."""
        page = self.get("/accounts/login/")
        fields = _hidden(page.text) | {"login": self.username, "password": PASSWORD}
        answer = self.post("/accounts/login/", fields)
        if answer.status_code != 302:
            raise Unexpected(f"sign-in: {answer.status_code}")

    def get(self, path: str) -> requests.Response:
        """A page of the office, wherever it redirects to."""
        return self.wire.get(urljoin(self.office_url, path), timeout=TIMEOUT_S)

    def post(self, path: str, fields: dict[str, str]) -> requests.Response:
        """A submitted form; a redirect is not followed."""
        url = urljoin(self.office_url, path)
        return self.wire.post(url, fields, timeout=TIMEOUT_S, allow_redirects=False)

    def order_form(self, amount: str, **changes: str) -> dict[str, str]:
        """The manual order as it is submitted with Charge pressed: by phone, in AED."""
        page = self.get("/orders/new/")
        if page.status_code != 200 or "form_key" not in page.text:
            raise Unexpected(f"order form: {page.status_code} at {page.url}")
        return {
            **{name: _hidden(page.text)[name] for name in ("csrfmiddlewaretoken", "form_key")},
            "source": "phone",
            "currency": "AED",
            "wants": "purchase",
            "amount": amount,
            "charge": "1",
            **changes,
        }

    def submit(self, form: dict[str, str]) -> str:
        """Where the order form leads: the path of the order's page, or of its card's."""
        return self.pressed(form).headers["Location"]

    def pressed(self, form: dict[str, str]) -> requests.Response:
        """The answer to an order form that was taken."""
        answer = self.post("/orders/new/", form)
        if answer.status_code != 303:
            raise Unexpected(f"order: {answer.status_code} {_errors(answer.text)}")
        return answer

    def charge_stored(self, amount: str, *, customer: int, card: int) -> str:
        """The path of a new order that was charged to a stored card."""
        return self.submit(self.order_form(amount, customer=str(customer), card=str(card)))

    def start_new_card(self, amount: str, *, keep: bool = False) -> str:
        """The path of a new customer's order that waits for its card."""
        who = {"name": "Layla Haddad", "email": "layla@example.com", "card": "new"}
        kept = {"keep_card": "on", "answer": "yes", "purpose_code": "orders"} if keep else {}
        return self.submit(self.order_form(amount, **who, **kept))

    def charge_new_card(self, amount: str, *, number: str = VISA, keep: bool = False) -> str:
        """The path of a new order, charged to a card that was typed at the gateway."""
        entry = self.get(self.start_new_card(amount, keep=keep)).text
        form = next(one for one in _FORM.findall(entry) if "/paymentPage" in one)
        card = {"card_number": number, "expiry_date": "3005", "card_security_code": "123"}
        action = html.unescape(_ACTION.search(form)[1])  # type: ignore[index]
        way_back = self.wire.post(action, _hidden(form) | card, timeout=TIMEOUT_S)
        return_url = html.unescape(_ACTION.search(way_back.text)[1])  # type: ignore[index]
        order = self.wire.post(return_url, _hidden(way_back.text), timeout=TIMEOUT_S)
        charge = next(one for one in _FORM.findall(order.text) if "/charge/" in one)
        answer = self.post(_ACTION.search(charge)[1], _hidden(charge))  # type: ignore[index]
        if answer.status_code != 303:
            raise Unexpected(f"charge: {answer.status_code}")
        return answer.headers["Location"]


def _hidden(page: str) -> dict[str, str]:
    return {name: html.unescape(text) for name, text in _INPUT.findall(page)}


def _errors(page: str) -> str:
    return " ".join(re.findall(r'class="[^"]*error[^"]*"[^>]*>\s*([^<]+)', page))[:300]
