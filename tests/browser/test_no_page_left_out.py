"""Every address of the office is a page that a browser test looks at, or is listed as none."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, get_resolver

from orders.api.urls import calls

pytestmark = pytest.mark.urls("tests.middleware.pages")

# What is no page: it answers a script, a machine or a form, or the office does not offer it.
NOT_PAGES = set(
    "order-charge order-ask order-paid order-resend order-cancel-card attention-take awaited "
    "repeat-act repeat-progress repeat-results "
    "attention-try-again difference-ask difference-take "
    "webhook-again webhook-ping webhook-switch "
    "manual-order-check customer-search feedback healthz readyz metrics set_language "
    "mfa_download_recovery_codes mfa_reauthenticate_webauthn account_set_password "
    "account_confirm_login_code account_signup account_email account_email_verification_sent "
    "account_confirm_email sent-mail-html typed page card None api-openapi api-problem".split()
)
PAGES = set(
    "home manual-order order-history order-detail order-card order-release card-return broken "
    "order-capture order-void order-refund order-settle order-outside order-outside-back "
    "order-approval approvals ceilings card-expiring card-withdraw "
    "repeat-list repeat-new repeat-pick repeat-detail repeat-approval "
    "api-docs api-key-list api-key-new api-key-rotate api-key-revoke "
    "webhook-list webhook-new webhook-detail webhook-edit webhook-rotate webhook-replay "
    "webhook-message "
    "order-receipt order-send-receipt sent-mail attention attention-close attention-unlock "
    "difference-note customer-list customer-new customer-detail customer-edit "
    "account_login account_logout account_inactive account_reauthenticate account_change_password "
    "account_reset_password account_reset_password_done account_reset_password_from_key "
    "account_reset_password_from_key_done mfa_index mfa_authenticate mfa_reauthenticate "
    "mfa_activate_totp mfa_deactivate_totp mfa_view_recovery_codes mfa_generate_recovery_codes "
    "mfa_list_webauthn mfa_add_webauthn mfa_edit_webauthn mfa_remove_webauthn".split()
)


def test_no_page_is_left_out() -> None:
    names = set(_names(get_resolver().url_patterns))
    assert names == PAGES | NOT_PAGES, "add it to a test above, or to what is no page"


def _names(patterns: list[object]) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLPattern):
            # The calls of machines are told of in tests/api.
            if one not in calls:
                yield str(one.name)
        elif getattr(one, "app_name", "") != "admin":
            yield from _names(one.url_patterns)  # type: ignore[attr-defined]
