"""The web application as it is built and locked."""

import gzip
import json
import re
from pathlib import Path

from playhead.portal.pages import STATIC

WEB = Path(__file__).parents[2] / "web"
FIRST_LOAD_BYTES_MAX = 60_000
"""Script before the player opens, compressed. The agreement allows 150 kB; this keeps it from creeping up unseen."""
FACE_BYTES_MAX = 60_000
"""The face of the Latin alphabet. The others are fetched only where a name needs them."""


def test_what_is_loaded_first_is_small():
    page = (STATIC / "index.html").read_text()
    scripts = re.findall(r'(?:src|href)="/(assets/[^"]+\.js)"', page)
    assert scripts
    assert sum(len(gzip.compress((STATIC / one).read_bytes())) for one in scripts) < FIRST_LOAD_BYTES_MAX


def test_the_face_is_asked_for_at_once_and_comes_with_its_licence():
    page = (STATIC / "index.html").read_text()
    (face,) = re.findall(r'href="/(assets/[^"]+\.woff2)"', page)
    assert 'rel="preload"' in page
    assert (STATIC / face).stat().st_size < FACE_BYTES_MAX
    assert "SIL OPEN FONT LICENSE" in (STATIC / "inter-license.txt").read_text()


def test_the_page_has_no_inline_script_or_style():
    page = (STATIC / "index.html").read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))


def test_the_lock_file_names_no_registry_and_every_dependency_has_a_reason():
    locked = (WEB / "package-lock.json").read_text()
    assert '"resolved"' not in locked
    package = json.loads((WEB / "package.json").read_text())
    reasons = (WEB / "README.md").read_text()
    for name, version in (package["dependencies"] | package["devDependencies"]).items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert f"`{name}`" in reasons
