"""The command line: assembles roles from services and explains itself."""

import sys


def main() -> None:
    """Entry point of the ``playhead`` command: runs it and turns expected errors into one readable sentence."""
    from playhead.base.errors import PlayheadError
    from playhead.cli.app import playhead
    from playhead.cli.hints import HINTS, OF_THE_SYSTEM

    try:
        playhead(prog_name="playhead")
    except PlayheadError as error:
        print(f"playhead: {error.message}", file=sys.stderr)
        if hint := error.hint or HINTS.get(error.code, ""):
            print(f"  {hint}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        hint = OF_THE_SYSTEM.get(error.errno, "")
        if error.filename is None and not hint:
            raise
        where = "" if error.filename is None else f"{error.filename}: "
        print(f"playhead: {where}{error.strerror}.", file=sys.stderr)
        if hint:
            print(f"  {hint}", file=sys.stderr)
        sys.exit(1)
