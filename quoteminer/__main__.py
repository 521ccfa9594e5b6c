"""`python -m quoteminer` is the command line."""

import sys

from quoteminer.cli import main

if __name__ == "__main__":
    sys.exit(main())
