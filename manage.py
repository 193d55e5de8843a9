#!/usr/bin/env python
"""The command line of the office: `manage.py check`, `migrate`, `resolve` and the rest."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one management command with the settings of this project."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motooffice.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
