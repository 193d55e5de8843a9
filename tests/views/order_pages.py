"""Steps for tests of an order's pages: sign in as somebody, take an order, look at its page."""

from django.http import HttpResponse
from django.test import Client
from django.utils.html import strip_tags

from orders.models import Order, Staff


def signed_in(staff: Staff, *, checks_csrf: bool = False) -> Client:
    """A browser in which ``staff`` is signed in."""
    client = Client(enforce_csrf_checks=checks_csrf)
    client.force_login(staff)
    return client


def words(answer: HttpResponse) -> str:
    """The words on a page, without its tags and with single blanks."""
    return " ".join(strip_tags(answer.content.decode()).split())


def look(order: Order, staff: Staff | None = None) -> str:
    """The words on the order's page, as whoever took it sees them."""
    viewer = staff or order.taken_by
    assert viewer is not None
    return words(signed_in(viewer).get(order.get_absolute_url()))
