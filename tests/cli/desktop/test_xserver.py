from playhead.cli.desktop.xserver import authority


def test_the_authority_file_has_one_entry_for_every_display():
    cookie = bytes(range(16))
    expected = bytes.fromhex("ffff 0000 0000 0012") + b"MIT-MAGIC-COOKIE-1" + bytes.fromhex("0010") + cookie
    assert authority(cookie) == expected
