"""``python -m afterframe.service``: what a host starts when no service runs."""

from __future__ import annotations

import argparse
import sys

from afterframe.errors import AfterframeError

from .server import IDLE_MINUTES, run


def main() -> None:
    """Serve; when this user's service is running already, end at once, and well."""
    parser = argparse.ArgumentParser(prog="afterframe.service")
    parser.add_argument("--idle-minutes", type=float, default=IDLE_MINUTES)
    try:
        run(parser.parse_args().idle_minutes)
    except AfterframeError as error:
        sys.exit(f"{error.message()} {error.fix()}")


if __name__ == "__main__":
    main()
