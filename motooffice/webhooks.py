"""Where webhooks may go, and how long one may take: part of the settings.

`settings.py` takes every name in.
"""

from motooffice.environment import env

# Networks of the merchant's own that may be told although they are private, by http too.
WEBHOOK_PRIVATE_TARGETS = env.list("WEBHOOK_PRIVATE_TARGETS", default=[])
WEBHOOK_DEADLINE_S = env.float("WEBHOOK_DEADLINE_S", default=15.0)
