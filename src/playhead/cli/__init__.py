"""The command line: assembles roles from services and explains itself."""

import sys


def main() -> None:
    """Entry point of the ``playhead`` command: runs it and turns expected errors into one readable sentence."""
    from playhead.base.errors import PlayheadError
    from playhead.cli.app import playhead
    from playhead.cli.hints import HINTS

    try:
        playhead(prog_name="playhead")
    except PlayheadError as error:
        print(f"playhead: {error.message}", file=sys.stderr)
        if hint := error.hint or HINTS.get(error.code, ""):
            print(f"  {hint}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        if error.filename is None:
            raise
        print(f"playhead: {error.filename}: {error.strerror}.", file=sys.stderr)
        sys.exit(1)
