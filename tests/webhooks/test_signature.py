"""The signature is the one of Standard Webhooks, and the function we publish verifies it."""

import base64
import time

import pytest

from orders.webhooks import headers, key_of, new_secret
from tests.webhooks.receiver import published

BODY = '{"id": "msg_a", "order": "Zoë"}'.encode()


def signed(*secrets: str, timestamp: int | None = None) -> dict[str, str]:
    at = int(time.time()) if timestamp is None else timestamp
    return headers(secrets, message_id="msg_a", timestamp=at, body=BODY)


def test_it_is_what_standard_webhooks_says() -> None:
    """The example of the specification's own libraries."""
    told = headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert told == {
        "Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "Webhook-Timestamp": "1614265330",
        "Webhook-Signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_the_published_function_verifies_it() -> None:
    secret = new_secret()
    assert published()(secret, signed(secret), BODY)


def test_it_verifies_by_either_of_two_secrets() -> None:
    old, new = new_secret(), new_secret()
    for one in (old, new):
        assert published()(one, signed(new, old), BODY)


@pytest.mark.parametrize("changed", ["body", "id", "time", "secret"])
def test_whatever_is_changed_is_noticed(changed: str) -> None:
    secret = new_secret()
    told, body = signed(secret), BODY
    if changed == "body":
        body = BODY + b" "
    elif changed == "id":
        told["Webhook-Id"] = "msg_b"
    elif changed == "time":
        told["Webhook-Timestamp"] = str(int(told["Webhook-Timestamp"]) + 1)
    else:
        secret = new_secret()
    assert not published()(secret, told, body)


def test_an_old_message_is_refused() -> None:
    secret = new_secret()
    assert not published()(secret, signed(secret, timestamp=int(time.time()) - 301), BODY)


def test_secrets_differ_and_hold_256_bits() -> None:
    assert len({new_secret() for _each in range(20)}) == 20
    assert len(key_of(new_secret())) == 32


@pytest.mark.parametrize("secret", ["", "whsec_!!", base64.b64encode(b"a" * 32).decode()])
def test_what_is_no_secret_is_said_to_be_none(secret: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        key_of(secret)
