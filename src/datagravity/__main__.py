"""The command line: `datagravity COMMAND`, or `python -m datagravity COMMAND`."""

import sys

from datagravity.command.line import main

if __name__ == "__main__":
    sys.exit(main())
