"""How long things may take, when the office asks again, and how long it keeps what it may forget:
part of the settings, in seconds unless the name says days.

All are settings so that tests and drills can shorten them. `settings.py` takes every name in.
"""

from motooffice.environment import TESTING, env

CONNECT_TIMEOUT_S = env.float("CONNECT_TIMEOUT_S", default=5.0)
CHARGE_DEADLINE_S = env.float("CHARGE_DEADLINE_S", default=40.0)
PREPARED_EXPIRES_S = env.int("PREPARED_EXPIRES_S", default=900)
RELEASE_AFTER_S = env.int("RELEASE_AFTER_S", default=1800)
NOT_FOUND_WINDOW_S = env.int("NOT_FOUND_WINDOW_S", default=900)
NOT_FOUND_COUNT = env.int("NOT_FOUND_COUNT", default=3)
NOT_FOUND_SPACING_S = env.int("NOT_FOUND_SPACING_S", default=300)
# A reservation this old is listed for a person; one older than its life may have lapsed.
RESERVED_ALARM_S = env.int("RESERVED_ALARM_S", default=345_600)
RESERVED_LIFE_S = env.int("RESERVED_LIFE_S", default=604_800)
# How long a request waits for a second person; a reservation must live longer.
APPROVAL_EXPIRES_S = env.int("APPROVAL_EXPIRES_S", default=172_800)
RESOLVE_SCHEDULE_S = env.list(
    "RESOLVE_SCHEDULE_S", cast=int, default=[5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600]
)
RECHECK_AFTER_S = env.list("RECHECK_AFTER_S", cast=int, default=[3600, 21_600, 86_400, 259_200])
# When a doubt about a proven capture or refund is looked at again that cannot be settled now.
DOUBT_WAITS_S = env.int("DOUBT_WAITS_S", default=3600)
# A capture, void or refund asks first about a charge that was not heard about for so long.
ASK_FIRST_AFTER_S = env.int("ASK_FIRST_AFTER_S", default=60)
RESOLVE_JITTER = env.float("RESOLVE_JITTER", default=0.2)
RESOLVE_PARALLEL = env.int("RESOLVE_PARALLEL", default=8)
RESOLVE_BREAKER_AFTER = env.int("RESOLVE_BREAKER_AFTER", default=5)
RESOLVER_SILENCE_S = env.int("RESOLVER_SILENCE_S", default=0 if TESTING else 60)  # 0: never
ALARM_YELLOW_S = env.int("ALARM_YELLOW_S", default=300)
ALARM_RED_S = env.int("ALARM_RED_S", default=900)
# How long a mail server that has a whole receipt may take to say so; RFC 5321 asks for ten minutes.
RECEIPT_TIMEOUT_S = env.int("RECEIPT_TIMEOUT_S", default=300)
# How long a password that was typed holds for giving money back.
ACCOUNT_REAUTHENTICATION_TIMEOUT = env.int("PASSWORD_HOLDS_S", default=300)
IDLE_LIMIT_S = env.int("IDLE_LIMIT_S", default=900)
ABSOLUTE_SESSION_S = env.int("ABSOLUTE_SESSION_S", default=36_000)
# How long the words of an answer of the API and of a webhook message are kept; 0: for ever.
API_ANSWERS_KEPT_DAYS = env.int("API_ANSWERS_KEPT_DAYS", default=90)
WEBHOOK_MESSAGES_KEPT_DAYS = env.int("WEBHOOK_MESSAGES_KEPT_DAYS", default=90)
