"""Runs the measurements from the command line."""

import sys

from evaluation.platform_speed.command import main

if __name__ == "__main__":
    sys.exit(main())
