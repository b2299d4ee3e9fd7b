#!/usr/bin/env python
"""The console's command line."""

import sys

if sys.version_info < (3, 11):
    sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}.")

if __name__ == "__main__":
    try:
        from console.command_line import main
    except ModuleNotFoundError as error:
        sys.exit(
            f"{error.name} is not installed for {sys.executable}: `python3 bin/setup` installs everything into .venv, "
            "then run .venv/bin/python manage.py …"
        )
    sys.exit(main(sys.argv))
