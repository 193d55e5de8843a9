"""How often something may be tried, and what counts as the same thing twice: part of the settings.

All are settings so that an office may be stricter and a drill more patient. `settings.py` takes
every name in. What each one stops is told in `.env.example`.
"""

from motooffice.environment import env

NEAR_DUPLICATE_S = env.int("NEAR_DUPLICATE_S", default=86_400)
OPEN_DUPLICATE_S = env.int("OPEN_DUPLICATE_S", default=600)
CARD_REFUSALS_A_DAY = env.int("CARD_REFUSALS_A_DAY", default=10)
CARD_REFUSALS_A_MONTH = env.int("CARD_REFUSALS_A_MONTH", default=15)
ORDER_TRIES_A_DAY = env.int("ORDER_TRIES_A_DAY", default=5)
PERSON_REFUSALS = env.int("PERSON_REFUSALS", default=5)
PERSON_REFUSALS_S = env.int("PERSON_REFUSALS_S", default=600)
API_REFUSALS = env.int("API_REFUSALS", default=20)
CARD_FORMS_AN_HOUR = env.int("CARD_FORMS_AN_HOUR", default=30)
API_CARD_FORMS_AN_HOUR = env.int("API_CARD_FORMS_AN_HOUR", default=120)
PAUSE_REFUSED_PERCENT = env.int("PAUSE_REFUSED_PERCENT", default=40)
PAUSE_CHARGES = env.int("PAUSE_CHARGES", default=20)
PAUSE_S = env.int("PAUSE_S", default=900)
# Charges of repeat runs: how many leave a second on all machines together, how many a process has
# on the wire at once, and how many processes share one run.
REPEAT_RATE = env.float("REPEAT_RATE", default=20.0)
REPEAT_IN_FLIGHT = env.int("REPEAT_IN_FLIGHT", default=8)
REPEAT_HANDS = env.int("REPEAT_HANDS", default=4)
RECEIPTS_AN_HOUR = env.int("RECEIPTS_AN_HOUR", default=5)
