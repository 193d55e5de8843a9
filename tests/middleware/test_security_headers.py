"""Every answer tells the browser what to refuse; only the card page may name the gateway."""

import pytest
from django.test import Client

from orders.middleware.security_headers import rendered, with_gateway

pytestmark = pytest.mark.urls("tests.middleware.pages")


def test_every_answer_carries_the_strict_policy(office: Client) -> None:
    policy = office.get("/page/").headers["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'; object-src 'none'"
    )


def test_only_the_card_page_names_the_gateway(office: Client) -> None:
    card, page = office.get("/card/").headers, office.get("/page/").headers
    assert "form-action 'self' http://127.0.0.1:9800;" in card["Content-Security-Policy"]
    assert card["Integrity-Policy"] == "blocked-destinations=(script)"
    assert "9800" not in str(page)
    assert "Integrity-Policy" not in page


@pytest.mark.parametrize("path", ["/page/", "/healthz", "/nowhere/", "/accounts/login/"])
def test_no_page_is_kept_by_a_browser_or_framed(office: Client, path: str) -> None:
    headers = office.get(path).headers
    assert headers["Cache-Control"] == "no-store, private"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_refused_request_is_answered_with_the_same_headers(client: Client, db: None) -> None:
    response = client.get("/page/?q=4111111111111111")
    assert response.status_code == 400
    assert "Content-Security-Policy" in response.headers
    assert response.headers["Cache-Control"] == "no-store, private"


def test_static_files_may_be_kept(client: Client) -> None:
    response = client.get("/static/css/office.css")
    assert response.status_code == 200
    assert "no-store" not in response.headers["Cache-Control"]
    assert response.getvalue()


def test_a_gateway_is_named_by_its_origin_alone() -> None:
    policy = with_gateway({"form-action": ["'self'"]}, "https://checkout.payfort.com/FortAPI/page")
    assert rendered(policy) == "form-action 'self' https://checkout.payfort.com"


def test_a_form_from_another_site_does_not_replace_the_cookies_of_open_pages(
    client: Client, db: None
) -> None:
    foreign = client.post("/orders/card-return/", headers={"Sec-Fetch-Site": "cross-site"})
    assert not foreign.cookies
    own = client.post("/orders/card-return/", headers={"Sec-Fetch-Site": "same-origin"})
    assert own.cookies
