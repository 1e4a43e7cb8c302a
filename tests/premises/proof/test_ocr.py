"""Numbers of cards in real windows, through the workstation's capture and encoder, are read; other numbers are not."""

from pathlib import Path

import numpy as np
from premises.proof.shoot import OFF, ON, S, Shoot
from premises.proof.windows import HEIGHT, WIDTH, screen

from playhead.domain.cards import card_of, masked
from playhead.premises.proof.recording import Proof, prove

FONTS = (
    "DejaVu Sans",
    "Liberation Sans",
    "Liberation Serif",
    "Liberation Mono",
    "DejaVu Serif",
    "Liberation Sans Narrow",
)
SIZES = (11, 12, 13, 14, 16, 20)
CARDS = (
    *("4111 1111 1111 1111", "5555-5555-5555-4444", "3782 822463 10005", "6011000990139424", "4012 8888 8888 1881"),
    *("5105 1051 0510 5100", "3714-496353-98431", "2223003122003222", "3056 930902 5904", "3530 1113 3330 0000"),
    *("4222222222222", "5200 8282 8282 8210", "6011 1111 1111 1117", "4000-0566-5566-5556", "3787 344936 71000"),
    *("5425 2334 3010 9903", "4263982640269299", "4917 4845 8989 7107", "6250 9410 0652 8599", "4001-9192-5753-7193"),
    *("4007 7027 7575 5776", "5019 7170 1010 3742", "2222 4200 0000 1113", "3741 0111 1111 112"),
)
OTHERS = (
    *("+49 40 5512 8812", "+1 (415) 555-0132", "0041 44 668 18 00", "Order 2026-1123-0815-4711", "2026-11-23 08:47:39"),
    *(
        "DE89 3704 0044 0532 0130 00",
        "Invoice 9000 0000 0000 0009",
        "4111 1111 1111 1112",
        "Customer 5312 0098 7712 3405",
    ),
)


def page(lines: tuple[str, ...], *, dark: bool) -> str:
    """Each line in another font and size, in a field or as text, in two columns on light and dark."""
    colours = ("#ddd", "#202020") if dark else ("#111", "#fff")
    cells = []
    for number, line in enumerate(lines):
        style = f"font:{SIZES[number % len(SIZES)]}px '{FONTS[number // 2 % len(FONTS)]}'"
        shown = f'<input size=30 style="{style}" value="{line}">' if number % 3 == 2 else line
        cells.append(f'<div style="{style};margin:7px 40px">{"Card " if number % 4 == 0 else ""}{shown}</div>')
    return f'<div style="flex:1;color:{colours[0]};background:{colours[1]};padding:20px">{"".join(cells)}</div>'


def proved(folder: Path, body: str, terminal: str) -> Proof:
    """What is read of windows that were shown before a blackout; behind it there is nothing."""
    (folder / "page.html").write_text(
        f'<meta charset=utf-8><body style="margin:0;display:flex;height:100vh">{body}'
        '<div style="position:fixed;right:4px;top:4px;width:12px;height:12px;background:#f0f"></div>'
    )
    (folder / "terminal.txt").write_text(terminal)
    pixels = screen(folder / "page.html", folder, terminal=str(folder / "terminal.txt"))
    shoot = Shoot("cards", size=(WIDTH, HEIGHT))
    shoot.picture(0, pixels)
    shoot.mark(S, ON)
    shoot.black(S)
    shoot.mark(2 * S, OFF)
    shoot.picture(2 * S, np.full_like(pixels, 200), key=True)
    shoot.seal(3 * S)
    from playhead.premises.proof.ocr import RapidOcrReader  # noqa: PLC0415 - loads a hundred megabytes

    return prove([shoot.part()], reader=RapidOcrReader())


def digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def test_cards_are_found_in_every_font_size_and_spelling_and_other_numbers_are_not(tmp_path: Path) -> None:
    assert all(card_of(digits(card)) for card in CARDS)
    light, dark, terminal = CARDS[:10], CARDS[10:20], CARDS[20:]
    body = page((*light, *OTHERS[:4]), dark=False) + page((*dark, *OTHERS[4:]), dark=True)
    first, second, third = terminal[:3]
    told = f"customer paid with {first} today\nand {second}\nsplit {third[:9]}\n      {third[10:]}\n"
    proof = proved(tmp_path, body, told)
    looked = proof.looked
    found = [one.sighting.masked for one in looked.seen if one.at_us == 0]
    wanted = [masked(digits(card)) for card in CARDS[:23]]
    assert (looked.pictures, looked.unreadable) == (2, 0)
    assert [card for card in wanted if card not in found] == []
    assert set(found) <= set(map(masked, map(digits, CARDS)))
    assert proof.is_whole
