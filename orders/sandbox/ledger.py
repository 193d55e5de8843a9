"""How an order's totals move; called only after every check has passed."""

from orders.sandbox.books import Order


def move(order: Order, command: str, amount: int, authorization_code: str) -> None:
    """Change an order by one successful operation; amounts in minor units."""
    match command:
        case "PURCHASE":
            order.authorized = order.captured = amount
            order.authorization_code = authorization_code
        case "AUTHORIZATION":
            order.authorized = amount
            order.authorization_code = authorization_code
        case "CAPTURE":
            order.captured += amount
        case "REFUND":
            order.refunded += amount
        case "VOID_AUTHORIZATION":
            order.voided = True


def result_fields(order: Order, command: str) -> dict[str, str]:
    """What an answer about an order says beyond the echo."""
    fields = {"merchant_reference": order.merchant_reference, "fort_id": order.fort_id}
    if command not in ("PURCHASE", "AUTHORIZATION"):
        return fields
    fields["payment_option"] = order.brand
    fields["card_number"] = order.card_number
    fields["expiry_date"] = order.expiry_date
    if order.card_holder_name:
        fields["card_holder_name"] = order.card_holder_name
    if order.authorization_code:
        fields["authorization_code"] = order.authorization_code
        fields["acquirer_response_code"] = "00"
        fields["reconciliation_reference"] = order.fort_id[-12:]
    return fields
