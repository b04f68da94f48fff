"""`python -m guardrails [PATH...]`."""

import sys

from guardrails.command import main

if __name__ == "__main__":
    sys.exit(main())
