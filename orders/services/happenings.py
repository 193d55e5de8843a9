"""What each kind of event of an order is called on the screen, and the mood of it.

A kind is written by ``services.audit.record``; those of operations are "<kind>_<status>".
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HAPPENINGS: dict[str, tuple[Promise, str]] = {
    "order_taken": (_("Order taken"), ""),
    "card_received": (_("Card accepted by the gateway, nothing charged yet"), ""),
    "card_refused": (_("Card refused by the gateway, nothing charged"), "bad"),
    "second_card": (_("Another card came for the same charge and was not used"), ""),
    "card_unusable": (_("The gateway does not take this stored card any more"), "bad"),
    "card_stored": (_("Card kept with the customer's consent"), ""),
    "token_retired": (_("Card forgotten at the gateway"), ""),
    "status_asked": (_("Gateway asked what became of the charge"), ""),
    "marked_paid": (_("Marked as paid"), "good"),
    "late_success": (_("Success came late: tell a supervisor"), "bad"),
    "contradiction": (_("A message contradicts what is proven and was not believed"), "bad"),
    "mismatch": (_("The gateway's answer does not match what was sent"), "bad"),
    "taken_on": (_("Somebody looks after it"), ""),
    "alarm_closed": (_("Alarm closed"), ""),
    "difference_found": (_("APS's report says something else"), "bad"),
    "difference_taken_on": (_("Somebody looks after the difference from APS's report"), ""),
    "difference_noted": (_("A note on the difference from APS's report"), ""),
    "difference_closed": (_("APS and the office agree again"), "good"),
    # Purchases
    "purchase_prepared": (_("Charge prepared, waiting for the card"), ""),
    "purchase_sending": (_("Charge sent to the gateway"), ""),
    "purchase_approved": (_("Charge confirmed by the gateway"), "good"),
    "purchase_declined": (_("Charge declined"), "bad"),
    "purchase_unknown": (_("No proof yet whether the charge happened"), "wait"),
    "purchase_not_charged": (_("Not charged"), "bad"),
    "purchase_expired": (_("Charge given up before it was sent"), ""),
    "purchase_released": (_("Unknown charge let go of"), "bad"),
    "purchase_duplicate": (_("Charged a second time: refund needed"), "bad"),
    # Authorizations
    "authorization_prepared": (_("Reservation prepared, waiting for the card"), ""),
    "authorization_sending": (_("Reservation sent to the gateway"), ""),
    "authorization_approved": (_("Reservation confirmed by the gateway"), "good"),
    "authorization_declined": (_("Reservation declined"), "bad"),
    "authorization_unknown": (_("No proof yet whether the amount is reserved"), "wait"),
    "authorization_not_charged": (_("Not reserved"), "bad"),
    "authorization_expired": (_("Reservation given up before it was sent"), ""),
    "authorization_released": (_("Unknown reservation let go of"), "bad"),
    "authorization_duplicate": (_("Reserved a second time: void needed"), "bad"),
    "authorization_voided": (_("Reserved amount let go"), ""),
    "authorization_lapsed": (_("Reservation ended at the bank"), ""),
    # What follows a charge
    "capture_sending": (_("Taking the reserved amount"), ""),
    "capture_approved": (_("Reserved amount taken"), "good"),
    "capture_declined": (_("Reserved amount not taken: refused"), "bad"),
    "capture_unknown": (_("No proof yet whether the reserved amount was taken"), "wait"),
    "capture_not_charged": (_("Reserved amount not taken"), "bad"),
    "capture_released": (_("Unknown taking let go of"), "bad"),
    "void_sending": (_("Letting go of the reserved amount"), ""),
    "void_approved": (_("Gateway let go of the reserved amount"), "good"),
    "void_declined": (_("Reserved amount kept: the gateway refused to let go"), "bad"),
    "void_unknown": (_("No proof yet whether the reserved amount was let go"), "wait"),
    "void_not_charged": (_("Reserved amount not let go"), "bad"),
    "void_released": (_("Unknown void let go of"), "bad"),
    "refund_sending": (_("Refund sent to the gateway"), ""),
    "refund_approved": (_("Refund confirmed by the gateway"), "good"),
    "refund_declined": (_("Refund refused"), "bad"),
    "refund_unknown": (_("No proof yet whether the refund happened"), "wait"),
    "refund_not_charged": (_("Not refunded"), "bad"),
    "refund_released": (_("Unknown refund let go of"), "bad"),
}
