"""Reads text in pictures with RapidOCR: PP-OCR's models, which come with it, on the CPU; nothing leaves the machine."""

# RapidOCR has no types.
# pyright: reportMissingImports=false, reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from playhead.base.errors import UnavailableError
from playhead.domain.cards import Word

THREADS: Final = 2
"""More gain little, and the server has other work."""

SIDE_MAX: Final = 8_192
"""Pixels of a side up to which a picture is read as it is; small text does not survive being made smaller."""

_PARAMETERS: Final = {
    "Global.log_level": "error",
    "Global.use_cls": False,  # whether text stands on its head: on a desktop it does not
    "Global.max_side_len": SIDE_MAX,
    "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


class RapidOcrReader:
    """See `playhead.premises.proof.cards.Reader`. Takes a second to make.

    Raises:
        UnavailableError: ``ocr.missing``: it is not installed.
    """

    def __init__(self) -> None:
        try:
            from rapidocr import RapidOCR  # noqa: PLC0415 - an optional dependency, a hundred megabytes
        except ImportError:
            hint = "Install it on this machine: pip install 'playhead[ocr]'."
            raise UnavailableError("ocr.missing", "There is no program here that reads text.", hint=hint) from None
        self._engine: Any = RapidOCR(params=dict(_PARAMETERS))
        self.name = f"rapidocr {version('rapidocr')}, its own models"

    def read(self, picture: npt.NDArray[np.uint8]) -> Sequence[Word]:
        """See `Reader.read`.

        Raises:
            UnavailableError: ``ocr.failed``.
        """
        try:
            found: Any = self._engine(np.ascontiguousarray(picture[:, :, ::-1]))  # blue first, as OpenCV has it
        except Exception as error:  # whatever a model runtime raises: it is counted as a picture that was not read
            raise UnavailableError("ocr.failed", f"A picture cannot be read: {type(error).__name__}.") from error
        if found.txts is None or found.boxes is None:
            return []
        return [_word(text, box) for text, box in zip(found.txts, found.boxes, strict=True)]


def _word(text: str, box: npt.NDArray[np.float32]) -> Word:
    left, top = (float(side) for side in box.min(axis=0))
    right, bottom = (float(side) for side in box.max(axis=0))
    return Word(text, left, top, right - left, bottom - top)
