"""Times of the office and of the stand-in, shortened so that a run takes minutes."""

TIME_SCALE = 0.05  # the stand-in's "5 min" are 15 s here, its "60 s" three
# What takes minutes to days in an office takes seconds here.
SHORTENED = {
    "DEMO": "true",
    "CHARGE_DEADLINE_S": "2",
    "PREPARED_EXPIRES_S": "8",
    "RELEASE_AFTER_S": "4",
    "NOT_FOUND_WINDOW_S": "6",
    "NOT_FOUND_COUNT": "3",
    "NOT_FOUND_SPACING_S": "1",
    # Close together for a while: on a busy machine some questions find no answer in two seconds.
    "RESOLVE_SCHEDULE_S": ",".join(
        map(str, [*range(1, 7), *range(8, 60, 4), *range(60, 300, 15), *range(300, 3600, 60)])
    ),
    # What comes to light has to be found however long a run takes on a busy machine.
    "RECHECK_AFTER_S": ",".join(map(str, [4, 8, 15, 30, 60, *range(120, 7200, 120)])),
    # A reservation is old after seconds, and captured in parts.
    "RESERVED_ALARM_S": "20",
    "RESERVED_LIFE_S": "10",
    "APPROVAL_EXPIRES_S": "9",
    "DOUBT_WAITS_S": "5",
    "MANY_CAPTURES": "true",
    # Here every request may fail, and no order shall be spared its fault because of those before.
    "RESOLVE_BREAKER_AFTER": "1000000",
    # A few people take all the orders of a run, every other one with a fault.
    **dict.fromkeys(
        (
            "CARD_REFUSALS_A_DAY",
            "CARD_REFUSALS_A_MONTH",
            "ORDER_TRIES_A_DAY",
            "PERSON_REFUSALS",
            "CARD_FORMS_AN_HOUR",
            "PAUSE_CHARGES",
        ),
        "1000000",
    ),
    # Where most orders come through the services, somebody's pages may rest for long.
    "IDLE_LIMIT_S": "86400",
    "LOG_LEVEL": "CRITICAL",
}
