"""docs/wire/screen.md says what the code does: its messages, fields, states, limits, times and codes."""

import re
from pathlib import Path

import msgspec
import pytest

from playhead.wire.screen import limits, messages
from playhead.wire.screen.states import CHANNEL, CONNECTION, State

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "wire" / "screen.md").read_text()
CONTROL = messages.Control.__args__


def section(title):
    found = re.search(rf"^###? {title}.*?(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[0]


@pytest.mark.parametrize("kind", CONTROL, ids=lambda kind: kind.__name__)
def test_every_message_with_its_fields_and_no_others(kind):
    text = section(f"{kind.__name__}, `{kind.__struct_config__.tag}`")
    documented = re.findall(r"^\| ([a-z]\w*) \| (.*?) \|", text, re.MULTILINE)
    fields = msgspec.structs.fields(kind)
    assert [name for name, _ in documented if name != "field"] == [info.encode_name for info in fields]
    for info, (_, described) in zip(fields, [row for row in documented if row[0] != "field"], strict=True):
        assert ("default" in described) == (not info.required), info.name


def test_every_state_and_transition():
    cells = [line.strip("| ").split("|", 1) for line in section("5. States").splitlines() if line.startswith("| ")]
    listed = {cell[0].strip(): " ".join(cell[1:]) for cell in cells}
    for state in State:
        if state is not State.CLOSED:
            said = {
                kind.__name__ for (before, _, kind) in CONNECTION if before is state and kind is not messages.Goodbye
            }
            assert set(re.findall(r"\b[A-Z][a-z]+[A-Za-z]*\b", listed[state.name])) == said


def test_every_transition_of_a_channel():
    text = section("5. States")
    for before, kind in CHANNEL:
        name = before.name if before else "–"
        rows = [row for row in text.splitlines() if row.startswith("|") and kind.__name__ in row]
        assert any(name in row for row in rows), (name, kind)


@pytest.mark.parametrize(
    "number",
    [
        limits.MAX_CONTROL_BYTES,
        limits.MAX_FIRST_BYTES,
        limits.MAX_RECORDS_BYTES,
        limits.MAX_CHANNELS,
        limits.MAX_COMMANDS,
        limits.MAX_HEADER_BYTES,
        limits.MAX_REPORT_BYTES,
        limits.MAX_CERTIFICATE_BYTES,
        limits.MAX_TEXT_CHARACTERS,
        limits.MAX_MONITOR_CHARACTERS,
        limits.MAX_JOURNAL_ENTRIES,
        limits.MAX_DETAIL_CHARACTERS,
        limits.HANDSHAKE_S,
        limits.SILENCE_S,
    ],
)
def test_every_limit(number):
    assert re.search(rf"\b{int(number):,}\b|\b{int(number)}\b", PAGE)


def test_every_code_that_is_sent():
    sources = [*(ROOT / "src/playhead/wire/screen").glob("*.py"), ROOT / "src/playhead/net/screen.py"]
    used = {
        code
        for source in sources
        for code in re.findall(r'(?:ProtocolError|close)\(\s*"(screen\.\w+)"', source.read_text())
    }
    assert len(used) > 15
    assert {code for code in used if f"`{code}`" not in PAGE} == set()
