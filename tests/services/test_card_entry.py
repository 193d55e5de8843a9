import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.gateway import NotTrusted, sign
from orders.models import Event, Evidence, Staff
from orders.sandbox.server import Sandbox
from orders.services import card_entry, place, resolve
from orders.states import Status
from tests import steps
from tests.factories import StaffFactory


def test_the_token_comes_back_and_no_money_moves(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    assert operation.status == Status.PREPARED
    assert operation.token_name
    assert operation.card_label == "Visa •••• 0001"
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 0


def test_a_telephone_order_asks_for_the_cvv(agent: Staff) -> None:
    form = card_entry.card_form(steps.place_new(agent), language="en")
    assert form.needs_cvv
    assert form.fields["service_command"] == "TOKENIZATION"


def test_a_posted_order_has_no_cvv(agent: Staff) -> None:
    form = card_entry.card_form(steps.place_new(agent, source="post"), language="en")
    assert not form.needs_cvv
    assert form.fields["service_command"] == "CREATE_TOKEN"


def test_the_return_address_comes_from_the_settings(agent: Staff) -> None:
    form = card_entry.card_form(steps.place_new(agent), language="en")
    assert form.fields["return_url"] == "http://127.0.0.1:8000/orders/card-return/"


def test_a_replayed_return_changes_nothing(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.place_new(agent)
    pairs = steps.type_card(card_entry.card_form(operation, language="en"))
    first = card_entry.receive_card(pairs)
    for _time in range(3):
        assert card_entry.receive_card(pairs).token_name == first.token_name
    assert Event.objects.filter(kind="card_received").count() == 1
    assert Evidence.objects.filter(source="card_return").count() == 1


def test_a_second_card_for_the_same_charge_is_not_used(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.place_new(agent)
    form = card_entry.card_form(operation, language="en")
    first = card_entry.receive_card(steps.type_card(form))
    second = card_entry.receive_card(steps.type_card(form, "5123456789012346"))
    assert second.token_name == first.token_name


def test_a_second_card_is_told_in_the_trail_once(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.place_new(agent)
    form = card_entry.card_form(operation, language="en")
    card_entry.receive_card(steps.type_card(form))
    another = steps.type_card(form, "5123456789012346")
    for _time in range(3):
        card_entry.receive_card(another)
    told = Event.objects.get(order=operation.order, kind="second_card")
    assert told.data["last_four"] == "2346"
    assert Evidence.objects.filter(operation=operation, source="card_return").count() == 2


def test_a_card_the_gateway_refuses_expires_the_try(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.place_new(agent)
    form = card_entry.card_form(operation, language="en")
    refused = card_entry.receive_card(steps.type_card(form, expiry="2001"))
    assert (refused.status, refused.token_name) == (Status.EXPIRED, "")
    assert Event.objects.filter(kind="card_refused").exists()


def test_a_return_of_the_other_command_is_not_trusted(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.place_new(agent)
    pairs = steps.type_card(card_entry.card_form(operation, language="en"))
    operation.order.source = "post"
    operation.order.save(update_fields=["source"])
    with pytest.raises(NotTrusted):
        card_entry.receive_card(pairs)


def test_a_return_for_a_reference_of_nobody_is_not_trusted(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.place_new(agent)
    form = card_entry.card_form(operation, language="en")
    pairs = steps.type_card(form)
    other = [(n, "MO-99999-1" if n == "merchant_reference" else v) for n, v in pairs]
    with pytest.raises(NotTrusted):
        card_entry.receive_card(other)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_tampered_return_has_any_effect(db: None, gateway: Sandbox, data: st.DataObject) -> None:
    operation = steps.place_new(StaffFactory(agent=True))
    pairs = steps.type_card(card_entry.card_form(operation, language="en"))
    place = data.draw(st.integers(0, len(pairs) - 1))
    name, value = pairs[place]
    spoiled = data.draw(st.text(max_size=20).filter(lambda text: text != value))
    with pytest.raises(NotTrusted):
        card_entry.receive_card([*pairs[:place], (name, spoiled), *pairs[place + 1 :]])
    operation.refresh_from_db()
    assert (operation.status, operation.token_name) == (Status.PREPARED, "")


def test_a_brand_with_a_long_name_comes_back_too(agent: Staff, gateway: Sandbox) -> None:
    pairs = steps.type_card(card_entry.card_form(steps.place_new(agent), language="en"))
    fields = dict(pairs) | {"payment_option": "ALONGBRANDXY"}
    phrase = django_settings.APS_SHA_RESPONSE_PHRASE
    fields["signature"] = sign(fields, phrase=phrase, sha_type="sha256")
    assert card_entry.receive_card(list(fields.items())).payment_option == "ALONGBRAND"


def test_a_card_that_comes_too_late_is_not_charged_but_forgotten_at_the_gateway(
    agent: Staff, gateway: Sandbox
) -> None:
    operation = steps.place_new(agent)
    pairs = steps.type_card(card_entry.card_form(operation, language="en"))
    place.cancel(actor=agent, operation=operation)
    for _time in range(2):
        operation = card_entry.receive_card(pairs)
    assert operation.status == Status.EXPIRED
    resolve.once()
    operation.refresh_from_db()
    assert operation.token_retired_at is not None


def test_a_refused_card_comes_back_twice_without_effect(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.place_new(agent)
    form = card_entry.card_form(operation, language="en")
    pairs = steps.type_card(form, number="4111111111111112")
    for _time in range(2):
        operation = card_entry.receive_card(pairs)
    assert (operation.status, operation.token_name) == (Status.EXPIRED, "")
    assert operation.order.events.filter(kind="card_refused").count() == 1
