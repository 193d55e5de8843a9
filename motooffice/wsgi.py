"""The WSGI entrance. It refuses to serve while a system check of the office finds an error."""

import os
import sys

from django.core import checks
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motooffice.settings")

# gunicorn ends, instead of starting the worker again and again, at this exit code alone.
GUNICORN_GIVES_UP = 3

application = get_wsgi_application()

_found = checks.run_checks(tags=["office"])
sys.stderr.writelines(f"{warning}\n" for warning in _found if not warning.is_serious())
_errors = [found for found in _found if found.is_serious()]
if _errors:
    lines = "\n".join(f"  {found}" for found in _errors)
    sys.stderr.write(f"MotoOffice does not start:\n{lines}\n")
    sys.exit(GUNICORN_GIVES_UP)
