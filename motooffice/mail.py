"""How the office sends mail: part of the settings, from one address in the environment.

The demo writes its mail to files, which a page of the office shows. `settings.py` takes every name
in.
"""

from motooffice.environment import BASE_DIR, DEMO, env

_FILES = f"filemail:///{BASE_DIR / 'var' / 'mail'}"
_mail = env.email_url("EMAIL_URL", default=_FILES if DEMO else "consolemail://")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_FILE_PATH = _mail.get("EMAIL_FILE_PATH") or ""
EMAIL_HOST = _mail.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = bool(_mail.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(_mail.get("EMAIL_USE_SSL"))
# Seconds; a mail server that hangs must not hang whoever mails. Receipts wait longer, in a process
# of their own: RECEIPT_TIMEOUT_S.
EMAIL_TIMEOUT = 10
