import itertools

import pytest
from django.db import connection

from orders.errors import Conflict
from orders.models import Operation
from orders.states import Status, may_move
from tests.factories import OperationFactory, OrderFactory
from tests.models.refusals import refused

LIVE = ["prepared", "sending", "unknown", "approved"]
GONE = ["declined", "not_charged", "expired", "released", "duplicate", "voided", "lapsed"]
IN_FLIGHT = ["prepared", "sending", "unknown"]

# The constraint's name on PostgreSQL, its column on SQLite.
ONE_LIVE_CHARGE = ("one_live_charge_per_order", r"orders_operation\.order_id$")
ONE_FOLLOW_UP = ("one_follow_up_in_flight_per_charge", r"orders_operation\.parent_id$")


def charge(status: str, **changes: object) -> Operation:
    """A charge that stands at ``status``."""
    return OperationFactory(settled=True, status=status, **changes)


def follow_up(parent: Operation, status: str = "approved", **changes: object) -> Operation:
    """A refund of one unit of ``parent``."""
    values: dict[str, object] = {
        "order": parent.order,
        "kind": "refund",
        "parent": parent,
        "merchant_reference": parent.merchant_reference,
        "amount_minor": 1,
    }
    return OperationFactory(settled=True, status=status, **(values | changes))


@pytest.mark.parametrize("kind", ["purchase", "authorization"])
@pytest.mark.parametrize("status", LIVE)
def test_an_order_has_one_live_charge(db: None, status: str, kind: str) -> None:
    order = charge(status, kind=kind).order
    for second in LIVE:
        with refused(*ONE_LIVE_CHARGE):
            charge(second, order=order)


@pytest.mark.parametrize("status", GONE)
def test_a_charge_that_came_to_nothing_makes_room_for_another(db: None, status: str) -> None:
    order = charge(status).order
    assert charge("sending", order=order).seq == 2


def test_a_charge_cannot_come_back_to_life_beside_another(db: None) -> None:
    first = charge("declined")
    charge("unknown", order=first.order)
    with refused(*ONE_LIVE_CHARGE):
        first.move(Status.APPROVED)


def test_charges_of_two_orders_do_not_hinder_each_other(db: None) -> None:
    assert charge("approved").order != charge("approved").order


@pytest.mark.parametrize(("first", "second"), [*itertools.product(IN_FLIGHT, repeat=2)])
def test_a_charge_has_one_follow_up_in_flight(db: None, first: str, second: str) -> None:
    parent = charge("approved")
    follow_up(parent, first)
    with refused(*ONE_FOLLOW_UP):
        follow_up(parent, second, kind="capture")


@pytest.mark.parametrize("status", ["approved", *GONE])
def test_a_settled_follow_up_makes_room_for_another(db: None, status: str) -> None:
    parent = charge("approved")
    follow_up(parent, status)
    assert follow_up(parent, "sending").pk


def test_a_form_is_one_operation(db: None) -> None:
    used = charge("declined").form_key
    with refused("form_key"):
        OperationFactory(form_key=used)


def test_no_two_charges_share_a_merchant_reference(db: None) -> None:
    used = charge("declined")
    with refused("one_charge_per_merchant_reference", "merchant_reference"):
        OperationFactory(merchant_reference=used.merchant_reference)


def test_a_refund_carries_its_charges_merchant_reference(db: None) -> None:
    parent = charge("approved")
    assert follow_up(parent).merchant_reference == parent.merchant_reference


def test_no_two_operations_share_a_maintenance_reference(db: None) -> None:
    parent = charge("approved")
    follow_up(parent, maintenance_reference="MO-1-1-R1")
    with refused("one_operation_per_maintenance_reference", "maintenance_reference"):
        follow_up(charge("approved"), maintenance_reference="MO-1-1-R1")
    assert follow_up(parent).maintenance_reference == follow_up(parent).maintenance_reference == ""


def test_no_two_charges_share_a_fort_id(db: None) -> None:
    used = charge("approved").fort_id
    with refused("one_charge_per_fort_id", "fort_id"):
        charge("declined", fort_id=used)


def test_charges_without_a_fort_id_and_follow_ups_with_their_charges_may(db: None) -> None:
    charge("declined", fort_id="")
    charge("declined", fort_id="")
    parent = charge("approved")
    assert follow_up(parent, fort_id=parent.fort_id).pk


def test_the_operations_of_an_order_are_numbered(db: None) -> None:
    first = charge("declined")
    with refused("operations_are_numbered", r"orders_operation\.seq"):
        charge("declined", order=first.order, seq=1, merchant_reference="x")
    assert follow_up(charge("approved", order=first.order), seq=1).pk


@pytest.mark.parametrize("amount_minor", [0, -1, 10_000_000_000])
def test_an_amount_the_gateway_cannot_take_is_refused(db: None, amount_minor: int) -> None:
    with refused("operation_amount_fits_gateway"):
        OperationFactory(amount_minor=amount_minor)


@pytest.mark.parametrize("amount_minor", [1, 9_999_999_999])
def test_the_smallest_and_the_largest_amount_are_taken(db: None, amount_minor: int) -> None:
    assert OperationFactory(amount_minor=amount_minor).amount_minor == amount_minor


@pytest.mark.parametrize("status", ["approved", "duplicate"])
def test_success_needs_the_gateways_id(db: None, status: str) -> None:
    with refused("approved_needs_fort_id"):
        charge(status, fort_id="")


@pytest.mark.parametrize("status", sorted(set(Status.values) - {"prepared", "expired"}))
def test_what_was_sent_says_when(db: None, status: str) -> None:
    with refused("sent_needs_a_time"):
        charge(status, submitted_at=None)


@pytest.mark.parametrize("status", ["prepared", "expired"])
def test_what_was_not_sent_has_no_time(db: None, status: str) -> None:
    assert charge(status, submitted_at=None).pk


@pytest.mark.parametrize("kind", ["purchase", "authorization"])
def test_no_charge_is_sent_without_a_token(db: None, kind: str) -> None:
    with refused("sent_charge_needs_a_token"):
        charge("sending", kind=kind, token_name="")


def test_a_refund_is_sent_without_a_token(db: None) -> None:
    assert follow_up(charge("approved"), "sending", token_name="").pk


@pytest.mark.parametrize("kind", ["capture", "void", "refund"])
def test_a_follow_up_needs_a_charge(db: None, kind: str) -> None:
    with refused("follow_up_needs_a_charge"):
        charge("sending", kind=kind)


@pytest.mark.parametrize("kind", ["purchase", "authorization"])
def test_a_charge_follows_up_nothing(db: None, kind: str) -> None:
    with refused("follow_up_needs_a_charge"):
        follow_up(charge("approved"), "declined", kind=kind, merchant_reference="x")


@pytest.mark.parametrize("old", Status.values)
def test_an_operation_moves_along_the_arrows_and_no_other_way(db: None, old: str) -> None:
    for new in Status:
        operation = charge(old)
        if may_move(old, new):
            operation.move(new)
            assert operation.status == new
        else:
            with pytest.raises(Conflict) as caught:
                operation.move(new)
            assert caught.value.code == "move_not_permitted"
            operation.refresh_from_db()
            assert operation.status == old


def test_a_move_writes_what_was_learned_with_it(db: None) -> None:
    operation = charge("unknown", fort_id="")
    operation.move(Status.APPROVED, fort_id="169700000000000009", response_code="14000")
    stored = Operation.objects.get(pk=operation.pk)
    assert (stored.status, stored.fort_id) == ("approved", "169700000000000009")
    assert operation.response_code == stored.response_code == "14000"


def test_who_holds_an_old_view_of_the_row_cannot_move_it(db: None) -> None:
    operation = charge("sending")
    stale = Operation.objects.get(pk=operation.pk)
    operation.move(Status.DECLINED)
    with pytest.raises(Conflict) as caught:
        stale.move(Status.APPROVED, fort_id="1")
    assert caught.value.code == "moved_meanwhile"
    operation.refresh_from_db()
    assert operation.status == "declined"
    assert operation.fort_id != "1"


def test_the_same_move_succeeds_once(db: None) -> None:
    first = charge("sending")
    others = [Operation.objects.get(pk=first.pk) for _each in range(4)]
    first.move(Status.UNKNOWN)
    for stale in others:
        with pytest.raises(Conflict):
            stale.move(Status.UNKNOWN)


def test_a_status_set_in_memory_opens_no_way(db: None) -> None:
    operation = charge("prepared")
    operation.status = Status.SENDING
    with pytest.raises(Conflict):
        operation.move(Status.APPROVED)
    operation.refresh_from_db()
    assert operation.status == "prepared"


def test_a_move_is_one_statement_that_names_the_old_status(db: None) -> None:
    operation = charge("sending")
    said: list[str] = []

    def listen(run: object, sql: str, *given: object) -> object:
        said.append(sql)
        return run(sql, *given)  # type: ignore[operator]

    with connection.execute_wrapper(listen):
        operation.move(Status.UNKNOWN)
    assert said[0].startswith("UPDATE")
    assert '"status" = ' in said[0].split("WHERE")[1]


def test_a_template_cannot_move_an_operation(db: None) -> None:
    assert Operation.move.alters_data is True  # type: ignore[attr-defined]


def test_an_operation_is_called_by_the_reference_the_gateway_knows_it_by(db: None) -> None:
    parent = charge("approved")
    assert str(parent) == parent.merchant_reference
    assert str(follow_up(parent, maintenance_reference="MO-1-1-R1")) == "MO-1-1-R1"


def test_only_purchases_and_authorizations_are_charges(db: None) -> None:
    parent = charge("approved", kind="authorization")
    assert parent.is_charge
    assert not any(follow_up(parent, kind=kind).is_charge for kind in ("capture", "void", "refund"))


def test_amount_and_card_are_shown_as_people_say_them(db: None) -> None:
    operation = charge("approved", order=OrderFactory(amount_minor=1_250_500, currency="KWD"))
    assert operation.amount == "KWD 1,250.500"
    assert operation.card_label == "Visa •••• 1111"
    assert Operation(payment_option="MADA", last_four="0001").card_label == "MADA •••• 0001"
    assert Operation().card_label == ""
