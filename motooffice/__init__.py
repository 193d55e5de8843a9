"""The Django project: settings, addresses and the WSGI entrance. No rule lives here."""
