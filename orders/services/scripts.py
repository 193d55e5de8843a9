"""What is read aloud before a card is kept: every version there ever was, in both languages.

These are records, not words of the screen: what a customer agreed to years ago must be provable,
so a version that was ever used is never changed. Better words are a new version below the others.
"""

from dataclasses import dataclass, field

from orders.purposes import Purpose


@dataclass(frozen=True)
class Script:
    """One version in one language. ``purposes`` by code; the other lines have ``{}`` for what is
    read in their place, and are read only where there is something.
    """

    opening: str
    purposes: dict[str, str] = field(default_factory=dict)
    words: str = ""
    per_charge: str = ""
    per_month: str = ""
    ends_on: str = ""
    closing: str = ""


SCRIPTS: dict[str, dict[str, Script]] = {
    "2026-11": {
        "en": Script(
            "May we keep your card with our payment provider for orders you place with us? "
            "We never see its number, and you can withdraw this at any time."
        ),
        "ar": Script(
            "هل تسمحون لنا بحفظ بطاقتكم لدى مزوّد خدمة الدفع لطلباتكم معنا؟ "
            "نحن لا نرى رقمها أبدًا، ويمكنكم سحب هذه الموافقة في أي وقت."
        ),
    },
    "2026-12": {
        "en": Script(
            opening="May we keep your card with our payment provider? We never see its number, "
            "and you can withdraw this at any time.",
            purposes={
                Purpose.ORDERS: "We charge it only for orders you place with us, when you ask.",
                Purpose.REGULAR: "We charge it for orders you place with us and, without asking "
                "you each time, for your regular deliveries and refills.",
                Purpose.INSTALMENTS: "We charge it for the instalments of what you ordered, "
                "without asking you each time.",
                Purpose.LATER_COSTS: "We charge it only for costs that come later, such as "
                "damage, a no-show or a change, without asking you each time.",
            },
            words="That is for: {}.",
            per_charge="No charge will be more than {}.",
            per_month="The charges of a month will not add up to more than {}.",
            ends_on="Your permission ends on {}.",
            closing="Do you agree?",
        ),
        "ar": Script(
            opening="هل تسمحون لنا بحفظ بطاقتكم لدى مزوّد خدمة الدفع؟ نحن لا نرى رقمها أبدًا، "
            "ويمكنكم سحب هذه الموافقة في أي وقت.",
            purposes={
                Purpose.ORDERS: "لا نخصم منها إلا للطلبات التي تقدّمونها إلينا وعندما تطلبون ذلك.",
                Purpose.REGULAR: "نخصم منها للطلبات التي تقدّمونها إلينا، وكذلك لتوصيلاتكم "
                "وتعبئاتكم المنتظمة دون أن نسألكم في كل مرة.",
                Purpose.INSTALMENTS: "نخصم منها أقساط ما طلبتموه دون أن نسألكم في كل مرة.",
                Purpose.LATER_COSTS: "لا نخصم منها إلا للتكاليف التي تأتي لاحقًا، كالتلف أو "
                "عدم الحضور أو التعديل، دون أن نسألكم في كل مرة.",
            },
            words="وذلك من أجل: {}.",
            per_charge="لن يزيد أي خصم على {}.",
            per_month="لن يزيد مجموع خصومات الشهر على {}.",
            ends_on="تنتهي موافقتكم في {}.",
            closing="هل توافقون؟",
        ),
    },
}
PRESENT = "2026-12"
