"""What browsers say they are."""

import pytest

from playhead.portal.browsers import HEADER_CHARS_MAX, browser_name

LIKE = "AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {LIKE} Chrome/126.0.0.0 Safari/537.36"
SAFARI = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {LIKE} Version/17.5 Safari/605.1.15"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {LIKE} Version/17.5 Mobile/15E148 Safari/604.1"
ANDROID = f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {LIKE} Chrome/126.0.0.0 Mobile Safari/537.36"
CHROMEBOOK = f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {LIKE} Chrome/126.0.0.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (CHROME, "Chrome 126 on Windows"),
        (f"{CHROME} Edg/126.0.2592.81", "Edge 126 on Windows"),
        (f"{CHROME} OPR/112.0.0.0", "Opera 112 on Windows"),
        (FIREFOX, "Firefox 128 on Linux"),
        (SAFARI, "Safari 17 on macOS"),
        (IPHONE, "Safari 17 on iPhone"),
        (ANDROID, "Chrome 126 on Android"),
        (CHROMEBOOK, "Chrome 126 on ChromeOS"),
        ("Mozilla/5.0 (Windows NT 10.0)", "Windows"),
        ("Firefox/99999999999", "Firefox 9999"),
        ("curl/8.5.0", ""),
        ("", ""),
        ("x" * HEADER_CHARS_MAX + "Firefox/1", ""),
    ],
)
def test_names(header, expected):
    assert browser_name(header) == expected
