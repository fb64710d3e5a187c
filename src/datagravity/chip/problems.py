"""What is wrong with a chip's file."""

from datagravity.sheet import SheetError


class ChipError(SheetError):
    """A chip's file is not valid; `problems` holds every reason, and the message prints them all."""
