import pytest

from playhead.workstation.indicator.keys import MODIFIERS, Keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("ctrl+alt+b", Keys(0b1100, ord("b"))),
        ("Ctrl + Alt + B", Keys(0b1100, ord("b"))),
        ("super+1", Keys(MODIFIERS["super"], ord("1"))),
        ("pause", Keys(0, 0xFF13)),
        ("shift+f12", Keys(1, 0xFFC9)),
        ("f1", Keys(0, 0xFFBE)),
    ],
)
def test_what_people_write(text: str, keys: Keys) -> None:
    assert Keys.parse(text) == keys


@pytest.mark.parametrize("text", ["", "+", "ctrl+", "b", "shift+b", "hyper+b", "ctrl+ü", "f13", "ctrl+alt", "b+ctrl"])
def test_what_is_no_hotkey(text: str) -> None:
    with pytest.raises(ValueError, match=r"key|ctrl"):
        Keys.parse(text)
