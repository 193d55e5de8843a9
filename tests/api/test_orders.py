from orders.models import Operation, StoredCard
from orders.sandbox.server import Sandbox
from tests.api.conftest import Machine, order


def test_a_stored_card_is_charged_and_the_order_read(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    answer = shop.post("/orders", order(card, reference="WEB-1"))
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["operation"]["status"] == "approved"
    number = told["order"]["number"]
    whole = shop.get(f"/orders/{number}").json()
    assert (whole["status"], whole["captured_minor"], whole["source"]) == ("charged", 12_500, "api")
    assert [one["reference"] for one in whole["operations"]] == [f"{number}-1"]
    assert gateway.count(f"{number}-1", "PURCHASE") == 1
    assert Operation.objects.get().actor == shop.row.staff
