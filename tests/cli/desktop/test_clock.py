from hypothesis import given
from hypothesis import strategies as st

from playhead.cli.desktop.clock import code_bits, time_of


@given(st.integers(0, (1 << 48) - 1))
def test_a_time_survives_its_cells(milliseconds):
    assert time_of(code_bits(milliseconds * 1000)) == milliseconds * 1000


@given(st.integers(0, (1 << 48) - 1), st.integers(0, 63))
def test_one_wrong_cell_is_noticed(milliseconds, cell):
    bits = code_bits(milliseconds * 1000)
    bits[cell] = not bits[cell]
    assert time_of(bits) is None


def test_the_cells_of_a_known_time():
    # 2026-11-02T09:00:00Z is 1793610000000 ms = 0x01A19BE37680; CRC-16/XMODEM of 01 A1 9B E3 76 80 computed apart
    payload = bytes.fromhex("01a19be37680")
    crc = 0
    for byte in payload:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    expected = f"{int.from_bytes(payload + crc.to_bytes(2, 'big'), 'big'):064b}"
    assert "".join("01"[bit] for bit in code_bits(0x01A19BE37680 * 1000)) == expected
