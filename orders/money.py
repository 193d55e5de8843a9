"""Money as integers: ISO 4217 exponents, reading what people type, and showing amounts.

An amount is an ``int`` in minor units beside an upper-case currency code. More decimals than the
currency has is an error with a sentence, never a rounding. Exponents follow ISO 4217 and the APS
guide (field formats); CLDR's differ and would charge IQD a thousand times off.
"""

import re
import unicodedata

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.errors import Refused

MAX_MINOR = 9_999_999_999  # APS takes at most ten digits

_ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_TWO = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
    "GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD "
    "MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP "
    "PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS "
    "TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)
EXPONENTS: dict[str, int] = (
    dict.fromkeys(_ZERO.split(), 0)
    | dict.fromkeys(_TWO.split(), 2)
    | dict.fromkeys(_THREE.split(), 3)
)

NAMES = {
    "AED": gettext_lazy("UAE dirham"),
    "BHD": gettext_lazy("Bahraini dinar"),
    "EGP": gettext_lazy("Egyptian pound"),
    "EUR": gettext_lazy("Euro"),
    "GBP": gettext_lazy("Pound sterling"),
    "IQD": gettext_lazy("Iraqi dinar"),
    "JOD": gettext_lazy("Jordanian dinar"),
    "JPY": gettext_lazy("Japanese yen"),
    "KWD": gettext_lazy("Kuwaiti dinar"),
    "LBP": gettext_lazy("Lebanese pound"),
    "OMR": gettext_lazy("Omani rial"),
    "QAR": gettext_lazy("Qatari riyal"),
    "SAR": gettext_lazy("Saudi riyal"),
    "TND": gettext_lazy("Tunisian dinar"),
    "USD": gettext_lazy("US dollar"),
}

_SEPARATORS = str.maketrans("٫．٬،，", "..,,,")
_TYPED = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")


class UnknownCurrency(ValueError):
    """The code is not an ISO 4217 currency the gateway takes. Refuse the amount."""


def exponent(currency: str) -> int:
    """How many decimals ``currency`` has; raises ``UnknownCurrency``."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None


def currency_name(currency: str) -> str:
    """The currency's name in the reader's language, or its code."""
    return str(NAMES.get(currency, currency))


def parse_amount(text: str, currency: str) -> int:
    """The minor units of what somebody typed ("1,250.00", "٢٥٠٫٥٠٠").

    Commas may group thousands. Raises ``Refused`` with a sentence for anything doubtful: what may
    be a decimal comma, too many decimals, zero, a sign, an unknown currency, or more than ten
    digits.
    """
    try:
        places = exponent(currency)
    except UnknownCurrency:
        raise Refused(
            "currency_unknown", _("Choose a currency from the list."), field="currency"
        ) from None
    typed = _western(text).strip()
    if not typed:
        raise Refused("amount_missing", _("Type the amount."), field="amount")
    if typed.startswith("-"):
        raise _not_positive()
    if _GROUPED.fullmatch(typed) and not _may_mean_decimals(text, typed, places):
        typed = typed.replace(",", "")
    if not _TYPED.fullmatch(typed):
        raise Refused(
            "amount_format",
            _("Type the amount in digits, with a point before the decimals, like %(example)s.")
            % {"example": plain(125 * 10**places, places)},
            field="amount",
        )
    whole, _point, decimals = typed.partition(".")
    if len(decimals) > places:
        raise Refused("amount_decimals", _too_many(currency, places, decimals), field="amount")
    if len(whole.lstrip("0")) + places > len(str(MAX_MINOR)):
        raise _too_large(currency, places)
    # Leading zeros are left out because int() takes at most 4300 digits.
    minor = int((whole.lstrip("0") or "0") + decimals.ljust(places, "0"))
    if minor == 0:
        raise _not_positive()
    return minor


def plain(amount_minor: int, places: int) -> str:
    """Digits with a point and no grouping: ``plain(250500, 3)`` is "250.500"."""
    digits = str(abs(amount_minor)).rjust(places + 1, "0")
    sign = "-" if amount_minor < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def format_amount(amount_minor: int, currency: str) -> str:
    """The amount as people see it, grouped, without its currency: "1,250.00"."""
    whole, point, decimals = plain(amount_minor, exponent(currency)).partition(".")
    return f"{int(whole):,}{point}{decimals}" if whole != "-0" else f"-0{point}{decimals}"


def format_money(amount_minor: int, currency: str) -> str:
    """The amount with its currency: "KWD 250.500"."""
    return f"{currency} {format_amount(amount_minor, currency)}"


def _may_mean_decimals(text: str, typed: str, places: int) -> bool:
    """Whether a single comma before three digits may be a decimal comma: KWD 1,250 would be charged
    a thousandfold. The Arabic thousands separator can only group.
    """
    return places == 3 and typed.count(",") == 1 and "." not in typed and "٬" not in text


def _western(text: str) -> str:
    """The text with every decimal digit as ASCII, Arabic and full-width separators as point and
    comma, and without the invisible marks that Arabic text brings along when it is pasted.
    """
    return "".join(
        str(unicodedata.digit(letter)) if letter.isdecimal() else letter
        for letter in text.translate(_SEPARATORS)
        if unicodedata.category(letter) != "Cf"
    )


def _too_many(currency: str, places: int, decimals: str) -> str:
    if places == 0:
        return _("%(currency)s has no decimals.") % {"currency": currency_name(currency)}
    return _("%(currency)s has %(places)d decimals. You typed %(typed)d.") % {
        "currency": currency_name(currency),
        "places": places,
        "typed": len(decimals),
    }


def _not_positive() -> Refused:
    return Refused("amount_zero", _("The amount must be more than zero."), field="amount")


def _too_large(currency: str, places: int) -> Refused:
    return Refused(
        "amount_too_large",
        _("The gateway takes at most %(most)s.")
        % {"most": f"{currency} {format_amount(MAX_MINOR, currency)}"},
        field="amount",
    )
