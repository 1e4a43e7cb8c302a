"""What Microsoft Defender gets: scripts read by a parser of PowerShell, group policy written to a registry."""

import re
import subprocess
from pathlib import PureWindowsPath

import pytest
import tree_sitter
import tree_sitter_powershell
from environment.antivirus.hive import empty_hive

from playhead.environment.antivirus import defender
from playhead.environment.antivirus.exclusions import of_premises
from playhead.environment.antivirus.profiles import PROFILES

POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Exclusions"
ROWS = {
    "ours": of_premises(
        PureWindowsPath(r"C:\Program Data\Ann's \"Playhead"), PureWindowsPath(r"C:\Playhead\python.exe")
    ),
    "wfo-17": PROFILES["wfo-17"],
}
POWERSHELL = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))


def commands(text):
    """Name, parameter and value of each command of a script."""
    waiting = [POWERSHELL.parse(text.encode()).root_node]
    assert not waiting[0].has_error
    found = []
    while waiting:
        node = waiting.pop()
        waiting += reversed(node.children)
        if node.type == "command":
            name, parameter, value = (part.decode() for part in node.text.split(b" ", 2))
            found.append((name, parameter, value[1:-1].replace("''", "'")))
    return found


@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_one_command_and_one_that_takes_it_away(name):
    added, removed = (commands(defender.render_powershell(ROWS[name], remove=remove)) for remove in (False, True))
    assert [value for _, _, value in added] == [row.text.removeprefix("*.") for row in ROWS[name]]
    assert {command for command, _, _ in added} == {"Add-MpPreference"}
    assert removed == [("Remove-MpPreference", parameter, value) for _, parameter, value in added]
    kinds = {parameter for _, parameter, _ in added}
    assert kinds == {"-ExclusionPath", "-ExclusionProcess"} | ({"-ExclusionExtension"} if name == "wfo-17" else set())


@pytest.fixture
def registry(tmp_path):
    """Merges a file into a registry, and says which values each key has then."""
    hive = tmp_path / "software"
    hive.write_bytes(empty_hive())

    def merge(text):
        file = tmp_path / "some.reg"
        file.write_text(text, newline="")
        subprocess.run(["hivexregedit", "--merge", "--prefix", "HKLM", hive, file], check=True)
        command = ["hivexregedit", "--export", "--unsafe-printable-strings", "--prefix", "HKLM", hive, "\\"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found = {}
        for block in told.split("\n\n")[1:-1]:  # what it begins with, and what follows the last line
            key, *values = block.splitlines()
            names = [re.fullmatch(r'"((?:[^"\\]|\\.)*)"=(.*)', value).groups() for value in values]
            found[key.strip("[]")] = {re.sub(r"\\(.)", r"\1", name): value for name, value in names}
        return found

    # Windows makes the keys above by itself; this program asks for them.
    parts = POLICY.split("\\")
    above = ["\\".join(parts[:count]) for count in range(2, len(parts))]
    merge("\r\n\r\n".join(["Windows Registry Editor Version 5.00", *(f"[{key}]" for key in above), ""]))
    return merge


@pytest.mark.parametrize("name", ROWS)
def test_every_row_becomes_a_value_under_its_policy_and_goes_again(registry, name):
    rows = ROWS[name]
    for _ in range(2):  # twice is once
        found = registry(defender.render_registry(rows))
    lists = {key.rpartition("\\")[2]: values for key, values in found.items() if key.startswith(f"{POLICY}\\")}
    assert found[POLICY] == {f"Exclusions_{one}": "dword:00000001" for one in lists}
    named = {value for values in lists.values() for value in values}
    assert named == {row.text.removeprefix("*.") for row in rows}
    assert all(len(values) for values in lists.values())
    after = registry(defender.render_registry(rows, remove=True))
    assert not any(values for key, values in after.items() if key.startswith(f"{POLICY}\\"))
