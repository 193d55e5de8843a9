"""The published test cards and what becomes of a charge to each.

APS guide, "Test cards"; the declined and uncertain numbers are from published copies of that page.
Nothing here keeps a number: a stored card remembers its mask, brand and outcome.
"""

from dataclasses import dataclass

APPROVED = "approved"
DECLINED = "declined"
UNCERTAIN = "uncertain"

MOTO_BRANDS = frozenset({"VISA", "MASTERCARD", "AMEX"})


@dataclass(frozen=True)
class PublishedCard:
    """A published number, its brand and what a charge to it comes to."""

    number: str
    brand: str
    outcome: str
    words: str


TEST_CARDS = (
    PublishedCard("4005550000000001", "VISA", APPROVED, "approved; CVV 123"),
    PublishedCard("5123456789012346", "MASTERCARD", APPROVED, "approved; CVV 123"),
    PublishedCard("345678901234564", "AMEX", APPROVED, "approved; CVV 1234"),
    PublishedCard("4557012345678902", "VISA", APPROVED, "3-D Secure online; approved by telephone"),
    PublishedCard(
        "5313581000123430", "MASTERCARD", APPROVED, "3-D Secure online; approved by telephone"
    ),
    PublishedCard("374200000000004", "AMEX", APPROVED, "3-D Secure online; approved by telephone"),
    PublishedCard("4916783391760242", "VISA", DECLINED, "declined"),
    PublishedCard("4532406346746108", "VISA", DECLINED, "declined"),
    PublishedCard("5265742978143572", "MASTERCARD", DECLINED, "declined"),
    PublishedCard("4556437649762022", "VISA", UNCERTAIN, "uncertain, settled a little later"),
    PublishedCard("5308097663032831", "MASTERCARD", UNCERTAIN, "uncertain, settled a little later"),
    PublishedCard("5297412542005689", "MADA", APPROVED, "mada: not for telephone orders (00049)"),
    PublishedCard(
        "9818950527886700002", "MEEZA", APPROVED, "Meeza: not for telephone orders (00113)"
    ),
    PublishedCard("5078036221028566", "MEEZA", APPROVED, "Meeza: not for telephone orders (00113)"),
    PublishedCard("4215375500883243", "NAPS", APPROVED, "NAPS: not for telephone orders (00049)"),
)
_BY_NUMBER = {card.number: card for card in TEST_CARDS}


def card_of(number: str) -> PublishedCard | None:
    """The card behind a number, or None; one not published is approved if its check digit fits."""
    if number in _BY_NUMBER:
        return _BY_NUMBER[number]
    brand = _brand_of(number)
    if brand and has_check_digit(number):
        return PublishedCard(number, brand, APPROVED, "")
    return None


def has_check_digit(number: str) -> bool:
    """Whether the last digit fits the others (Luhn)."""
    if not (number.isascii() and number.isdigit()):
        return False
    doubled = (int(digit) * 2 for digit in number[-2::-2])
    return (sum(map(int, number[::-2])) + sum(d // 10 + d % 10 for d in doubled)) % 10 == 0


def masked(number: str) -> str:
    """First six, six asterisks, last four: 400555******0001."""
    return f"{number[:6]}******{number[-4:]}" if len(number) >= 13 else "*" * len(number)


def table() -> str:
    """The test cards as plain text, one line each."""
    lines = [f"  {card.number:<19}  {card.brand:<10}  {card.words}" for card in TEST_CARDS]
    return "\n".join(["Test cards (any expiry to come)", *lines])


def _brand_of(number: str) -> str:
    if len(number) == 15 and number[:2] in ("34", "37"):
        return "AMEX"
    if len(number) != 16:
        return ""
    if number[0] == "4":
        return "VISA"
    if 51 <= int(number[:2]) <= 55 or 2221 <= int(number[:4]) <= 2720:
        return "MASTERCARD"
    return ""
