"""The secrets that messages to an address are signed with: encrypted in the database."""

from django.conf import settings

from orders.models import WebhookEndpoint
from orders.services.sealing import cipher


def seal(secret: str) -> str:
    """The secret as it is stored."""
    return cipher(settings.WEBHOOKS_KEY).encrypt(secret.encode()).decode()


def held(endpoint: WebhookEndpoint) -> list[str]:
    """The secrets that hold now, the newest first. Raises ``InvalidToken`` where WEBHOOKS_KEY is
    not what it was: rotate the secret.
    """
    sealed = [endpoint.secret]
    if endpoint.has_old_secret:
        sealed.append(endpoint.old_secret)
    return [cipher(settings.WEBHOOKS_KEY).decrypt(one.encode()).decode() for one in sealed]
