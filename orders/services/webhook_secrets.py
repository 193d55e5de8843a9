"""The secrets that messages to an address are signed with: encrypted in the database."""

from contextlib import suppress

from cryptography.fernet import InvalidToken
from django.conf import settings

from orders.models import WebhookEndpoint
from orders.services.sealing import cipher


def seal(secret: str) -> str:
    """The secret as it is stored."""
    return cipher(settings.WEBHOOKS_KEY).encrypt(secret.encode()).decode()


def held(endpoint: WebhookEndpoint) -> list[str]:
    """The secrets that hold now, the newest first. Raises ``InvalidToken`` where WEBHOOKS_KEY is
    not what it was when the present one was made: it has to be replaced. A former one that cannot
    be read signs no more.
    """
    secrets = [_opened(endpoint.secret)]
    if endpoint.has_old_secret:
        with suppress(InvalidToken):
            secrets.append(_opened(endpoint.old_secret))
    return secrets


def _opened(sealed: str) -> str:
    return cipher(settings.WEBHOOKS_KEY).decrypt(sealed.encode()).decode()
