"""The rules that keep the project a place to live in, as tests."""

import re
import stat
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "web").glob("*.md")])

LINES_PER_MODULE_MAX = 400
FORBIDDEN_NAMES = {"util", "utils", "helper", "helpers", "common", "misc", "manager"}


def named(paths):
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in paths]


@pytest.mark.parametrize("path", named(SOURCES))
def test_a_module_has_one_subject_and_a_size_to_match(path):
    text = path.read_text()
    assert len(text.splitlines()) <= LINES_PER_MODULE_MAX
    assert not FORBIDDEN_NAMES & set(path.with_suffix("").parts)
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text)


def test_every_dependency_says_why_it_is_there():
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    wanted = [line for line in lines if re.match(r'    "[a-z0-9-]+(\[[a-z]+\])?[>=]', line)]
    assert wanted
    assert [line for line in wanted if "#" not in line] == []


def test_the_lock_file_pins_every_dependency_with_hashes_and_names_no_host():
    locked = (ROOT / "requirements.lock").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for line in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        name = re.match(r"[a-z0-9-]+", line)[0]
        assert re.search(rf"^{name}==", locked, re.MULTILINE), name
    assert "://" not in locked
    assert '"resolved"' not in (ROOT / "web" / "package-lock.json").read_text()


@pytest.mark.parametrize("path", named(PAGES))
def test_links_between_pages_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text()):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", named([p for p in (ROOT / "script").iterdir() if "." not in p.name]))
def test_scripts_are_plain_sh_and_say_what_they_do(path):
    if path.name == "debian-packages":
        return
    first, second, *_ = path.read_text().splitlines()
    assert first == "#!/bin/sh"
    assert second.startswith("# ")
    assert path.stat().st_mode & stat.S_IXUSR


def test_decisions_are_numbered_without_a_hole():
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_continuous_integration_is_the_readme_test_command():
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("exec script/test")
    assert "script/test" in (ROOT / "README.md").read_text()
    assert "script/demo" in (ROOT / "README.md").read_text()
