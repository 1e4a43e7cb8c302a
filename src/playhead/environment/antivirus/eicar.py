"""The file that every scanner takes for a virus and that is none: the EICAR standard antivirus test file.

It is put together when it is needed. Written down in one piece, this module would be quarantined.

Source: https://www.eicar.org/download-anti-malware-testfile/ (68 bytes of ASCII, alone in the file).
"""

from typing import Final

SIZE: Final = 68


def eicar() -> bytes:
    """The bytes of the file."""
    parts = (r"X5O!P%@AP[4\PZX54", "(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE", "!$H+H*")
    return "".join(parts).encode()
