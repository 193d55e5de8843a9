"""The office with a stopwatch, and with the minimal safe view beside its own addresses."""

from django.conf import settings

from bench.timed_wsgi import application

__all__ = ["application"]

settings.ROOT_URLCONF = "bench.minimal_urls"
