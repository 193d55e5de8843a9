"""Currencies, and the amounts whose last three digits ask for something unusual.

All of those digits end in 0, so that a Visa amount in a currency of three decimals can have them.
Hundreds that occur in ordinary prices (00, 50, 90) are left alone.
"""

from dataclasses import dataclass

_CODES_BY_EXPONENT = {
    0: "BIF BYR CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF",
    2: """
    AED AFN ALL AMD AOA ARS AUD AWG AZN
    BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK
    DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR
    JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
    MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG
    SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES
    WST XCD YER ZAR ZMW
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF",
}
EXPONENTS = {
    code: exponent for exponent, codes in _CODES_BY_EXPONENT.items() for code in codes.split()
}


@dataclass(frozen=True)
class Unusual:
    """What an amount asks for.

    `message` is the three digits of the outcome and `status` the two, where they are not those of
    the command; `delay_s` is the wait after the money was taken; `wire` is json, drop, 500 or html;
    `spoiled` is the answer's field that comes back wrong; `resolves_to` says how an uncertain one
    ends; `first_time_only` works on the first request of a reference and lets the second through;
    `unseen_s` is how long CHECK_STATUS does not know of a charge, and of a capture, void or refund
    tells what was before it; `held_up_s` is how long a request is on its way before it is carried
    out all the same.
    """

    digits: str
    words: str
    message: str = "000"
    status: str = ""
    delay_s: float = 0.0
    wire: str = "json"
    spoiled: str = ""
    resolves_to: str = ""
    first_time_only: bool = False
    unseen_s: float = 0.0
    held_up_s: float = 0.0


UNUSUAL = (
    Unusual("910", "slow: approved, answered after 3 s", delay_s=3),
    Unusual("920", "charged, then the connection is dropped without an answer", wire="drop"),
    Unusual(
        "930",
        "not charged, connection dropped; the same reference works when sent again",
        wire="drop",
        first_time_only=True,
    ),
    Unusual("940", "uncertain (15777) for ever", message="777", status="15"),
    Unusual(
        "960",
        "uncertain (15777), approved after 8 s with a notification",
        message="777",
        status="15",
        resolves_to="000",
    ),
    Unusual("970", "charged, then answered with HTTP 500", wire="500"),
    Unusual("980", "charged, then no answer for 60 s", delay_s=60),
    Unusual("810", "declined: insufficient funds (13029)", message="029"),
    Unusual("820", "declined (13666)", message="666"),
    Unusual("830", "charged, but the answer's signature is wrong", spoiled="signature"),
    Unusual("840", "charged, but the signed answer names another amount", spoiled="amount"),
    Unusual("860", "charged, but the answer is 00006 Technical problem", spoiled="code"),
    Unusual(
        "870",
        "uncertain (15777), declined after 8 s with a notification",
        message="777",
        status="15",
        resolves_to="666",
    ),
    Unusual("880", "not charged: 3-D Secure wanted (20064)", message="064", status="20"),
    Unusual(
        "710",
        "not charged, HTTP 500; the same reference works when sent again",
        wire="500",
        first_time_only=True,
    ),
    Unusual("720", "charged, but the answer is a page of HTML", wire="html"),
    Unusual("730", "not charged: technical problem (13006)", message="006"),
    Unusual(
        "780",
        "charged, connection dropped, and CHECK_STATUS does not know the order for 5 min",
        wire="drop",
        unseen_s=300,
    ),
    Unusual(
        "760",
        "charged, connection dropped, and CHECK_STATUS does not know the order for 30 s",
        wire="drop",
        unseen_s=30,
    ),
    Unusual("770", "declined: card expired (13012)", message="012"),
    Unusual(
        "640",
        "connection dropped, and the request itself arrives only after 4 min",
        wire="drop",
        first_time_only=True,
        held_up_s=240,
    ),
)
_BY_DIGITS = {case.digits: case for case in UNUSUAL}


def unusual(digits: str) -> Unusual | None:
    """What the last three of these digits ask for, if anything."""
    return _BY_DIGITS.get(digits[-3:])


def table() -> str:
    """The table of unusual amounts as plain text, one line each."""
    lines = [f"  …{case.digits}  {case.words}" for case in UNUSUAL]
    return "\n".join(["Amounts in minor units that end in", *lines])
