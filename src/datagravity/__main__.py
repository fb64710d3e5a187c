"""The command line: `datagravity COMMAND`, or `python -m datagravity COMMAND`."""

import sys

if __name__ == "__main__":
    try:
        from datagravity.command.line import main
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(main())
