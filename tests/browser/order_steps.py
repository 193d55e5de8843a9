"""What an agent types on the manual order page, as steps for tests."""

from playwright.sync_api import Page

from orders.sandbox.server import Sandbox

VISA, DECLINED_VISA = "4005550000000001", "4916783391760242"


def type_order(page: Page, *, currency: str = "KWD", amount: str = "250.5") -> None:
    """An order of a new customer."""
    page.get_by_label("Description").fill("Two boxes of dates")
    page.get_by_text("New customer", exact=True).click()
    page.get_by_label("Name", exact=True).fill("Layla Haddad")
    page.get_by_label("Email").fill("layla@example.com")
    page.get_by_label("Currency").select_option(currency)
    page.get_by_label("Amount").fill(amount)


def type_card(page: Page, number: str = VISA, *, cvv: str = "123") -> None:
    page.get_by_label("Card number").press_sequentially(number)
    page.get_by_label("Expiry").press_sequentially("0530")
    if cvv:
        page.get_by_label("CVV").fill(cvv)
    page.get_by_label("Name on card").fill("LAYLA HADDAD")


def charges(gateway: Sandbox) -> list[str]:
    return [one["command"] for one in gateway.requests if one["command"] == "PURCHASE"]
