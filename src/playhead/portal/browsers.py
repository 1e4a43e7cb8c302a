"""What a browser says it is, in the few words that a person knows it by. Only ever shown."""

import re
from typing import Final

HEADER_CHARS_MAX: Final = 512
"""More of the header is not looked at."""

_BROWSERS: Final = (
    ("Edge", re.compile(r"\bEdg(?:A|iOS)?/(\d+)")),
    ("Opera", re.compile(r"\bOPR/(\d+)")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS)/(\d+)")),
    ("Safari", re.compile(r"\bVersion/(\d+)[^ ]* (?:Mobile/\S+ )?Safari/")),
)
"""The first that fits: each later one is imitated by those before it."""

_SYSTEMS: Final = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac OS X\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Linux", re.compile(r"\bLinux\b")),
)


def browser_name(header: str) -> str:
    """Such as ``Firefox 128 on Linux``, of a ``User-Agent`` header (RFC 9110 §10.1.5); empty where it says nothing."""
    text = header[:HEADER_CHARS_MAX]
    found = ((name, pattern.search(text)) for name, pattern in _BROWSERS)
    browser = next((f"{name} {match[1][:4]}" for name, match in found if match is not None), "")
    system = next((name for name, pattern in _SYSTEMS if pattern.search(text)), "")
    return " on ".join(word for word in (browser, system) if word)
