"""The Django project: settings, addresses and the WSGI entrance. No rule of the office lives here."""
