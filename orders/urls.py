"""The addresses of the orders application."""

from django.urls import path

from orders.views import health
from orders.views.api_key_list import api_key_list
from orders.views.api_key_new import api_key_new
from orders.views.api_key_revoke import api_key_revoke
from orders.views.api_key_rotate import api_key_rotate
from orders.views.approvals import approvals
from orders.views.attention import attention
from orders.views.attention_close import attention_close
from orders.views.attention_take import attention_take
from orders.views.attention_try_again import attention_try_again
from orders.views.attention_unlock import attention_unlock
from orders.views.awaited import awaited
from orders.views.card_expiring import card_expiring
from orders.views.card_return import card_return
from orders.views.card_withdraw import card_withdraw
from orders.views.ceilings import ceilings
from orders.views.customer_detail import customer_detail
from orders.views.customer_edit import customer_edit
from orders.views.customer_list import customer_list
from orders.views.customer_new import customer_new
from orders.views.customer_search import customer_search
from orders.views.difference_ask import difference_ask
from orders.views.difference_note import difference_note
from orders.views.difference_take import difference_take
from orders.views.feedback import feedback
from orders.views.home import home
from orders.views.manual_order import manual_order
from orders.views.manual_order_check import manual_order_check
from orders.views.metrics import metrics
from orders.views.order_approval import order_approval
from orders.views.order_ask import order_ask
from orders.views.order_capture import order_capture
from orders.views.order_card import order_cancel_card, order_card
from orders.views.order_charge import order_charge
from orders.views.order_detail import order_detail
from orders.views.order_history import order_history
from orders.views.order_outside import order_outside
from orders.views.order_outside_back import order_outside_back
from orders.views.order_paid import order_paid
from orders.views.order_receipt import order_receipt
from orders.views.order_refund import order_refund
from orders.views.order_release import order_release
from orders.views.order_resend import order_resend
from orders.views.order_send_receipt import order_send_receipt
from orders.views.order_settle import order_settle
from orders.views.order_void import order_void
from orders.views.repeat_act import repeat_act
from orders.views.repeat_approval import repeat_approval
from orders.views.repeat_detail import repeat_detail
from orders.views.repeat_list import repeat_list
from orders.views.repeat_new import repeat_new
from orders.views.repeat_pick import repeat_pick
from orders.views.repeat_progress import repeat_progress
from orders.views.repeat_results import repeat_results
from orders.views.sent_mail import sent_mail
from orders.views.sent_mail_html import sent_mail_html
from orders.views.webhook_again import webhook_again
from orders.views.webhook_detail import webhook_detail
from orders.views.webhook_edit import webhook_edit
from orders.views.webhook_list import webhook_list
from orders.views.webhook_message import webhook_message
from orders.views.webhook_new import webhook_new
from orders.views.webhook_ping import webhook_ping
from orders.views.webhook_replay import webhook_replay
from orders.views.webhook_rotate import webhook_rotate
from orders.views.webhook_switch import webhook_switch

urlpatterns = [
    path("", home, name="home"),
    path("orders/", order_history, name="order-history"),
    path("orders/new/", manual_order, name="manual-order"),
    path("orders/new/check/", manual_order_check, name="manual-order-check"),
    path("orders/awaited/", awaited, name="awaited"),
    path("orders/card-return/", card_return, name="card-return"),
    path("orders/<str:number>/card/", order_card, name="order-card"),
    path("orders/<str:number>/card/cancel/", order_cancel_card, name="order-cancel-card"),
    path("cards/expiring/", card_expiring, name="card-expiring"),
    path("cards/<int:pk>/withdraw/", card_withdraw, name="card-withdraw"),
    path("customers/", customer_list, name="customer-list"),
    path("customers/new/", customer_new, name="customer-new"),
    path("customers/search/", customer_search, name="customer-search"),
    path("customers/<int:pk>/", customer_detail, name="customer-detail"),
    path("customers/<int:pk>/edit/", customer_edit, name="customer-edit"),
    path("orders/<str:number>/", order_detail, name="order-detail"),
    path("orders/<str:number>/charge/", order_charge, name="order-charge"),
    path("orders/<str:number>/ask/", order_ask, name="order-ask"),
    path("orders/<str:number>/paid/", order_paid, name="order-paid"),
    path("orders/<str:number>/release/", order_release, name="order-release"),
    path("orders/<str:number>/resend/", order_resend, name="order-resend"),
    path("orders/<str:number>/capture/", order_capture, name="order-capture"),
    path("orders/<str:number>/void/", order_void, name="order-void"),
    path("orders/<str:number>/refund/", order_refund, name="order-refund"),
    path("orders/<str:number>/outside/", order_outside, name="order-outside"),
    path(
        "orders/<str:number>/outside/<int:pk>/back/", order_outside_back, name="order-outside-back"
    ),
    path("orders/<str:number>/settle/<int:pk>/", order_settle, name="order-settle"),
    path("orders/<str:number>/receipt/", order_receipt, name="order-receipt"),
    path("orders/<str:number>/receipt/send/", order_send_receipt, name="order-send-receipt"),
    path("orders/<str:number>/approvals/<int:pk>/", order_approval, name="order-approval"),
    path("approvals/", approvals, name="approvals"),
    path("repeat/", repeat_list, name="repeat-list"),
    path("repeat/new/", repeat_new, name="repeat-new"),
    path("repeat/pick/", repeat_pick, name="repeat-pick"),
    path("repeat/<int:pk>/", repeat_detail, name="repeat-detail"),
    path("repeat/<int:pk>/act/", repeat_act, name="repeat-act"),
    path("repeat/<int:pk>/approval/", repeat_approval, name="repeat-approval"),
    path("repeat/<int:pk>/progress/", repeat_progress, name="repeat-progress"),
    path("repeat/<int:pk>/results/", repeat_results, name="repeat-results"),
    path("ceilings/", ceilings, name="ceilings"),
    path("attention/", attention, name="attention"),
    path("attention/try-again/", attention_try_again, name="attention-try-again"),
    path("attention/<int:pk>/take/", attention_take, name="attention-take"),
    path("attention/differences/<int:pk>/ask/", difference_ask, name="difference-ask"),
    path("attention/differences/<int:pk>/note/", difference_note, name="difference-note"),
    path("attention/differences/<int:pk>/take/", difference_take, name="difference-take"),
    path("attention/<str:what>/<int:pk>/close/", attention_close, name="attention-close"),
    path("attention/locked/<int:pk>/", attention_unlock, name="attention-unlock"),
    path("practice/mail/", sent_mail, name="sent-mail"),
    path("practice/mail/<str:key>/", sent_mail_html, name="sent-mail-html"),
    path("api-keys/", api_key_list, name="api-key-list"),
    path("api-keys/new/", api_key_new, name="api-key-new"),
    path("api-keys/<int:pk>/rotate/", api_key_rotate, name="api-key-rotate"),
    path("api-keys/<int:pk>/revoke/", api_key_revoke, name="api-key-revoke"),
    path("webhooks/", webhook_list, name="webhook-list"),
    path("webhooks/new/", webhook_new, name="webhook-new"),
    path("webhooks/<int:pk>/", webhook_detail, name="webhook-detail"),
    path("webhooks/<int:pk>/edit/", webhook_edit, name="webhook-edit"),
    path("webhooks/<int:pk>/rotate/", webhook_rotate, name="webhook-rotate"),
    path("webhooks/<int:pk>/switch/", webhook_switch, name="webhook-switch"),
    path("webhooks/<int:pk>/ping/", webhook_ping, name="webhook-ping"),
    path("webhooks/<int:pk>/replay/", webhook_replay, name="webhook-replay"),
    path("webhooks/messages/<int:pk>/", webhook_message, name="webhook-message"),
    path("webhooks/messages/<int:pk>/again/", webhook_again, name="webhook-again"),
    path("gateway/feedback/", feedback, name="feedback"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
