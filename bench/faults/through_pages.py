"""What people do, through the pages that the office serves, in browsers that are signed in."""

import os
import random
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from bench.faults.browser import Browser, Form, OfficeFailed, Page
from bench.faults.plan import CARDS, LEFT, NO_LINE, SUPERVISORS, Job
from bench.faults.through_services import NAMES, PASSWORD

OFFICE, NO_LINE_OFFICE = "FAULTS_OFFICE", "FAULTS_NO_LINE_OFFICE"
NEW_ORDER, NEW_CARD = "/orders/new/", "new"
ONLY_A_SUPERVISOR = "near-open"  # the warning that an agent may not pass
DECIMALS = {"AED": 2, "KWD": 3}
MOST_ASKED = 5
CARD = {"expiry_date": "3005", "card_security_code": "123", "card_holder_name": "A CALLER"}
_STATE = re.compile(r'data-state="\S+ \S+ (\w+) ')


def press(job: Job) -> str:
    """Take an order, charge it, look at it again, and send every form once more."""
    chance = random.Random(f"{job.form_key}:pages")
    mine = browser_of(job, job.staff)
    page = _found(mine, job) or _take(mine, job, chance)
    if job.fault == LEFT:
        return told(page)
    page = _type_card(mine, page, job)
    page = _charge(mine, page, job)
    page = _mark_paid(mine, page, job)
    if chance.random() < 0.3:
        for url, pairs in list(mine.sent):
            mine.send(url, pairs)  # Back, and Send again
        page = mine.get(page.url)  # Refresh
    return told(page)


def again(job: Job) -> str:
    """Another try, with a stored card, if the page offers one; and if it does not, all the same."""
    mine = browser_of(job, job.staff)
    page = order_page(mine, job)
    cards = [link for link in page.links if re.search(r"/card/(\?card=same)?$", link)]
    page = mine.get(cards[0] if cards else f"{page.url}card/")
    form = page.form_to("/card/")
    if form is None or "card" not in form.choices:
        return f"{told(page)}, no card is asked for"
    card = min(set(form.choices["card"]) - {NEW_CARD})
    return told(_press(mine, form, job, button="charge", card=card))


def resend(job: Job) -> str:
    """Send the same again."""
    mine = browser_of(job, job.staff)
    page = order_page(mine, job)
    form = page.form_to("/resend/")
    if form is None:
        return f"{told(page)}, sending again is not offered"
    return told(_press(mine, form, job))


def release(job: Job) -> str:
    """Two supervisors let go of a charge, the second one by name and password."""
    mine = browser_of(job, SUPERVISORS[0])
    page = mine.get(f"{order_page(mine, job).url}release/")
    form = page.form_to("/release/")
    if form is None:
        return f"{told(page)}, letting go is not offered"
    page = mine.press(
        form,
        reason="bench",
        typed_reference=job.merchant_reference,
        second_username=NAMES[SUPERVISORS[1]],
        second_password=PASSWORD,
    )
    return "not let go" if page.form_to("/release/") else told(page)


ACTS: dict[str, Callable[[Job], str]] = {
    "press": press,
    "leave": press,
    "again": again,
    "resend": resend,
    "release": release,
}


def browser_of(job: Job, staff: int) -> Browser:
    return Browser.of(NAMES[staff], os.environ[NO_LINE_OFFICE if job.fault == NO_LINE else OFFICE])


def _take(mine: Browser, job: Job, chance: random.Random) -> Page:
    """Fill in the page for new orders and press Charge."""
    page = _with_customer(mine, job, looks=chance.random() < 0.2)
    form = _need(page, page.forms.get("order-form"))
    stored = sorted(set(form.choices["card"]) - {NEW_CARD})
    places = DECIMALS[job.currency]
    whole, rest = divmod(job.amount_minor, 10**places)
    typed = {
        "source": "phone",
        "reference": job.reference,
        "currency": job.currency,
        "amount": f"{whole}.{rest:0{places}d}",
        "wants": job.wants,
        "card": NEW_CARD if job.card else stored[0],
    }
    if job.loses_session:
        _press_signed_out(mine, form, typed)
    page = _press(mine, form, job, button="charge", **typed)
    if page.status == 422 and ONLY_A_SUPERVISOR not in page.text:
        raise OfficeFailed(f"order refused: {re.findall('error[^>]*>([^<]+)<', page.text)[:3]}")
    return page


def _with_customer(mine: Browser, job: Job, *, looks: bool) -> Page:
    """The page with the customer chosen, by searching or by the address that names them."""
    name, known = f"Customer {job.customer}", _customers().get(job.customer)
    if known and not looks:
        return mine.get(f"{NEW_ORDER}?customer={known}")
    form = mine.get(NEW_ORDER).forms["order-form"]
    page = mine.press(form, "find", customer_search=name)
    form = page.forms["order-form"]
    found = [value for kind, value, words in form.buttons if kind == "choose" and name in words]
    chosen = found[0]
    _customers()[job.customer] = chosen
    page = mine.press(form, "choose", chosen)
    mine.sent.clear()  # these searched, and changed nothing
    return page


@cache
def _customers() -> dict[int, str]:
    """The keys of the customers that this process has found already."""
    return {}


def _type_card(mine: Browser, page: Page, job: Job) -> Page:
    """The gateway's form, the gateway's answer, and the way back without a cookie."""
    if page.path.endswith(f"/{page.path.split('/')[2]}/") and "/card/" not in page.path:
        entry = [link for link in page.links if link.endswith("/card/")]
        page = mine.get(entry[0]) if entry and page.form_to("/charge/") is None else page
    form = page.forms.get("card-form")
    if form is None or "card_number" not in form.typed:
        return page
    asked = {name: text for name, text in CARD.items() if name in form.typed}
    pairs = mine.filled(form, card_number=job.card or CARDS["good"], **asked)
    back = mine.send(form.action, pairs, with_session=False)
    way = _need(back, next(iter(back.forms.values()), None))
    returned = mine.filled(way)
    page = mine.send(way.action, returned, with_session=False)
    if job.double:
        page = mine.send(way.action, returned, with_session=False)
    return page


def _charge(mine: Browser, page: Page, job: Job) -> Page:
    form = page.form_to("/charge/")
    if form is None:
        return page
    if job.loses_session:
        _press_signed_out(mine, form, {})
    return _press(mine, form, job)


def _press(mine: Browser, form: Form, job: Job, *, button: str = "", **typed: str) -> Page:
    """One press; doubled at the same instant by the same person, or by a colleague who has the
    order's page open.
    """
    pairs = mine.filled(form, button, **typed)
    mine.sent.append((form.action, pairs))
    presses = [(mine, form.action, pairs)] * (3 if job.double == "press" else 1)
    if job.double == "colleague" and form.action.endswith("/charge/"):
        colleague = browser_of(job, SUPERVISORS[0])
        theirs = colleague.get(form.action.removesuffix("charge/")).form_to("/charge/")
        if theirs:
            presses.append((colleague, theirs.action, colleague.filled(theirs)))
    if len(presses) == 1:
        return _going_on(mine, mine.send(form.action, pairs), button)
    with ThreadPoolExecutor(len(presses)) as hands:
        pages = list(hands.map(lambda one: one[0].send(one[1], one[2]), presses))
    return _going_on(mine, pages[0], button)


def _going_on(mine: Browser, page: Page, button: str) -> Page:
    """Asked about charges that look like it, give a reason; what needs a supervisor is left."""
    for _asked in range(MOST_ASKED):
        form = next((one for one in page.forms.values() if "reason" in one.typed), None)
        if form is None or "seen" not in form.typed:
            return page
        page = mine.press(form, button, reason="the customer orders often")
    return page


def _press_signed_out(mine: Browser, form: Form, typed: dict[str, str]) -> None:
    """The session was lost: the press must come to nothing."""
    button = "charge" if typed else ""
    page = mine.send(form.action, mine.filled(form, button, **typed), with_session=False)
    if page.status != 403 and not page.form_to("/accounts/login/"):
        raise OfficeFailed(f"{form.action} took a form from nobody: {page.status} {page.url}")


def _mark_paid(mine: Browser, page: Page, job: Job) -> Page:
    form = page.form_to("/paid/")
    return mine.press(form) if form and job.marks_paid else page


def order_page(mine: Browser, job: Job) -> Page:
    page = _found(mine, job)
    if page is None:
        raise OfficeFailed(f"{mine.office} does not find {job.reference}")
    return page


def _found(mine: Browser, job: Job) -> Page | None:
    """The page of the order with that reference, found in the list of orders."""
    page = mine.get(f"/orders/?q={job.reference}")
    row = rf'href="([^"]+)"><bdi dir="ltr">[^<]+</bdi></a><bdi class="row-note">{job.reference}<'
    found = re.search(row, page.text)
    return mine.get(found[1]) if found else None


def _need(page: Page, form: Form | None) -> Form:
    if form is None:
        raise OfficeFailed(f"no form at {page.url} ({page.status}): {page.text[:200]}")
    return form


def told(page: Page) -> str:
    found = _STATE.search(page.text)
    return f"page: {found[1] if found else page.status}"
