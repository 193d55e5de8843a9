"""What follows a charge, through the pages that the office serves."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bench.faults.after_services import seen
from bench.faults.browser import Browser, Form, OfficeFailed, Page, Pairs
from bench.faults.plan import SUPERVISORS, Job
from bench.faults.through_pages import DECIMALS, browser_of, order_page, told
from bench.faults.through_services import NAMES, PASSWORD
from orders.models import Operation

MOST_PASSWORDS = 3  # colleagues share a session here, and one may overwrite what the other wrote
Press = tuple[Browser, str, Pairs]


def follow(job: Job) -> str:
    """A supervisor captures, voids or refunds; doubled at the same instant, or against another."""
    mine = browser_of(job, job.staff)
    ready = _ready(mine, job, job.kind, job.moves_minor)
    if ready is None:
        return f"{job.kind} is not offered"
    presses = [ready] * (3 if job.double == "press" else 1)
    if job.double in ("colleague", "against"):
        theirs = browser_of(job, sum(SUPERVISORS) - job.staff)
        kind = {"capture": "void", "void": "capture"}[job.kind] if job.double == "against" else ""
        other = _ready(theirs, job, kind or job.kind, job.moves_minor)
        presses += [other] if other else []
    with ThreadPoolExecutor(len(presses)) as hands:
        pages = list(hands.map(lambda one: one[0].send(one[1], one[2]), presses))
    return f"{job.kind}: {told(pages[0])}"


def settle(job: Job) -> str:
    """Two supervisors say what they both see in the gateway's books, one by name and password."""
    mine = browser_of(job, job.staff)
    page = mine.get(f"{order_page(mine, job).url}settle/{job.operation}/")
    form = next((one for one in page.forms.values() if "said" in one.choices), None)
    if form is None:
        return f"{told(page)}, settling is not offered"
    happened, fort_id = seen(Operation.objects.get(pk=job.operation))
    page = mine.press(
        form,
        said="happened" if happened else "did_not",
        seen_fort_id=fort_id if happened else "",
        reason="Seen in the books",
        second_username=NAMES[sum(SUPERVISORS) - job.staff],
        second_password=PASSWORD,
    )
    is_again = any("said" in one.choices for one in page.forms.values())
    return "not settled" if is_again else f"settled: {told(page)}"


ACTS: dict[str, Callable[[Job], str]] = {"follow": follow, "settle": settle}


def _ready(mine: Browser, job: Job, kind: str, amount_minor: int) -> Press | None:
    """The last press of the form, whose button names the amount; None where none is offered."""
    address = f"{order_page(mine, job).url}{kind}/"
    if job.of_duplicate:
        address += f"?charge={job.merchant_reference}"
    page = _with_password(mine, mine.get(address))
    form = _form(page)
    if form is None:
        return None
    typed = {"reason_code": "other", "reason": "bench"}
    if str(amount_minor) == form.typed["left_minor"] or "how" not in form.choices:
        return mine, form.action, mine.filled(form, **typed)
    places = DECIMALS[job.currency]
    whole, rest = divmod(amount_minor, 10**places)
    part = f"{whole}.{rest:0{places}d}"
    page = mine.press(form, how="part", amount=part, **typed)
    form = _form(page)
    return (mine, form.action, mine.filled(form)) if form else None


def _with_password(mine: Browser, page: Page) -> Page:
    """The page behind the one that asks for the password once more."""
    for _time in range(MOST_PASSWORDS):
        forms = page.forms.values()
        form = next((one for one in forms if "/reauthenticate/" in one.action), None)
        if form is None:
            return page
        page = mine.press(form, password=PASSWORD)
    raise OfficeFailed(f"the password is asked for again and again at {page.url}")


def _form(page: Page) -> Form | None:
    return next((one for one in page.forms.values() if "agreed_minor" in one.typed), None)
