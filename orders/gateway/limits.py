"""What APS will refuse for reasons of brand, currency and card, said before anything is sent."""

from orders.gateway.errors import WouldBeRefused
from orders.gateway.fields import FIELDS, MAX_MINOR

MOTO_BRANDS = frozenset({"VISA", "MASTERCARD", "AMEX"})
THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


def would_refuse(
    *,
    amount_minor: int,
    currency: str,
    payment_option: str | None = None,
    expiry: str | None = None,
    today: str | None = None,
) -> list[WouldBeRefused]:
    """Every reason why the gateway would refuse such a charge; an empty list if none is known.

    ``amount_minor`` is in minor units; ``payment_option`` is APS's name of the brand, ``None`` or
    "" if not known; ``expiry`` and ``today`` are YYMM, both needed to tell that a card has ended.
    Source: APS guide, MOTO channel and field formats.
    """
    return [
        WouldBeRefused(code, field)
        for applies, code, field in (
            (bool(payment_option) and payment_option not in MOTO_BRANDS,
             "brand_not_moto", "payment_option"),
            (not FIELDS["currency"].accepts(currency), "currency_format", "currency"),
            (not 0 < amount_minor <= MAX_MINOR, "amount_range", "amount"),
            (_is_odd_visa_amount(payment_option, currency, amount_minor),
             "visa_last_digit", "amount"),
            (bool(expiry and today and expiry < today), "card_ended", "expiry_date"),
        )
        if applies
    ]  # fmt: skip


def _is_odd_visa_amount(payment_option: str | None, currency: str, amount_minor: int) -> bool:
    """Visa takes three decimals only if the last is 0, and has the charge declined otherwise."""
    return payment_option == "VISA" and currency in THREE_DECIMALS and amount_minor % 10 != 0
