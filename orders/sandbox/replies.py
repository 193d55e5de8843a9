"""What goes back over the wire, and the security headers of every page."""

import html
from dataclasses import dataclass, field

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin",
}
_FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/sandbox.css">{head}</head>
<body><header class="banner">Stand-in gateway: no money moves</header>
<main>{body}</main></body></html>
"""


@dataclass(frozen=True)
class Reply:
    """An HTTP answer. `drop` closes the connection instead; `delay_s` comes before either."""

    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    drop: bool = False


def page(
    title: str, body: str, head: str = "", form_action: str = "'none'", status: int = 200
) -> Reply:
    """An HTML page under a policy that allows no inline script and no inline style."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    )
    text = _FRAME.format(title=html.escape(title), head=head, body=body)
    headers = _HEADERS | {"Content-Security-Policy": policy}
    return Reply(text.encode(), "text/html; charset=utf-8", status, headers)
