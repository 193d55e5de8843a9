"""Secrets that must be read again are stored encrypted, each purpose under a key of its own."""

import base64
import hashlib

from cryptography.fernet import Fernet


def cipher(key: str) -> Fernet:
    """What encrypts and decrypts under ``key``, a text of any length."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))
