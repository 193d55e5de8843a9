"""Reading the environment for settings.py: the kind of office, secrets, and keys made from them."""

import hashlib
import hmac
import os
import sys
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules

env = environ.Env()
# What is started as a demo never meets the secrets of a real office on the same machine.
if not TESTING and not env.bool("DEMO", default=False):
    env.read_env(str(BASE_DIR / ".env"))

DEMO = env.bool("DEMO", default=TESTING)


def demo(value: str) -> str:
    """Return the demo's value in the demo and nothing elsewhere."""
    return value if DEMO else ""


def secret(name: str, demo_value: str = "") -> str:
    """Return a secret as it stands.

    `environ.Env` would read a leading dollar sign, with which APS's own phrases begin, as the
    name of another variable.
    """
    return os.environ.get(name) or demo(demo_value)


def derived_key(secret_key: str, purpose: str) -> str:
    """Return a key for one purpose, so that knowing one does not give away another."""
    return hmac.new(secret_key.encode(), purpose.encode(), hashlib.sha256).hexdigest()
