"""``python -m afterframe.service``: what a host starts when no service runs."""

from __future__ import annotations

import argparse

from .server import IDLE_MINUTES, run


def main() -> None:
    """Serve; when this user's service is running already, end at once, and well."""
    parser = argparse.ArgumentParser(prog="afterframe.service")
    parser.add_argument("--idle-minutes", type=float, default=IDLE_MINUTES)
    run(parser.parse_args().idle_minutes)


if __name__ == "__main__":
    main()
