from pathlib import Path
from typing import Annotated, Literal

import pytest
from msgspec import Meta

from playhead.base.addresses import Address
from playhead.base.config import CONFIG_BYTES_MAX, KeyFaultError, Section, line_of, load, parse
from playhead.base.errors import InvalidInputError, LimitError, UnavailableError
from playhead.base.ids import WorkstationId
from playhead.base.quantities import Duration, Size


class Rule(Section):
    name: Annotated[str, Meta(description="Its name.")]


class Recorder(Section):
    id: Annotated[WorkstationId, Meta(description="Who.")]
    fps: Annotated[int, Meta(ge=1, le=15, description="Frames.")] = 5
    pre_buffer: Annotated[Duration, Meta(description="Before.")] = Duration(10_000_000)
    room: Annotated[Size, Meta(description="Bytes.")] = Size(1 << 30)
    folder: Annotated[Path, Meta(description="Where.")] = Path("/var/lib/x")
    listen: Annotated[Address | None, Meta(description="Address.")] = None
    codec: Annotated[Literal["h264", "ffv1"], Meta(description="How.")] = "h264"
    names: Annotated[tuple[str, ...], Meta(description="Names.")] = ()
    rule: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        if self.pre_buffer > Duration.parse("1 min"):
            raise ValueError("pre_buffer is at most 1 min")


class File(Section):
    recorder: Recorder | None = None


def read(text: str) -> Recorder:
    value = parse(text, File, source="file.toml", folder=Path("/etc/playhead")).recorder
    assert value is not None
    return value


def refusal(text: str) -> InvalidInputError:
    with pytest.raises(InvalidInputError) as caught:
        parse(text, File, source="file.toml", folder=Path("/etc/playhead"))
    return caught.value


def test_values_of_every_type_are_read() -> None:
    value = read("""
        [recorder]
        id = "desk-7"
        pre_buffer = "2.5 s"
        room = "20 GB"
        folder = "data"
        listen = "[::1]:5633"
        [[recorder.rule]]
        name = "first"
    """)
    assert value.id == WorkstationId("desk-7")
    assert value.pre_buffer == Duration(2_500_000)
    assert value.room == Size(20_000_000_000)
    assert value.folder == Path("/etc/playhead/data")
    assert value.listen == Address("::1", 5633)
    assert value.rule == (Rule(name="first"),)
    assert value.fps == 5


def test_an_absolute_and_a_home_path_stay_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/agent")
    assert read('recorder.id = "a"\nrecorder.folder = "/srv"').folder == Path("/srv")
    assert read('recorder.id = "a"\nrecorder.folder = "~/d"').folder == Path("/home/agent/d")


def test_an_unknown_key_names_file_line_and_the_likely_one() -> None:
    error = refusal('# comment\n[recorder]\nid = "a"\npre_bufer = "1 s"\n')
    assert error.code == "config.unknown_key"
    assert error.message == "file.toml, line 4: there is no key 'recorder.pre_bufer'."
    assert error.hint == "Did you mean 'pre_buffer'?"


def test_an_unknown_key_unlike_any_other_lists_the_known_ones() -> None:
    error = refusal("[zzzzzz]\n")
    assert (error.message, error.hint) == ("file.toml, line 1: there is no key 'zzzzzz'.", "Known here: recorder.")


def test_an_unknown_key_in_a_list_of_tables_is_found() -> None:
    error = refusal('[recorder]\nid = "a"\n[[recorder.rule]]\nname = "x"\ncolour = 1\n')
    assert error.message == "file.toml, line 5: there is no key 'recorder.rule.colour'."


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("fps = 16", "file.toml, line 3: recorder.fps: Expected a whole number <= 15."),
        ("fps = true", "file.toml, line 3: recorder.fps: Expected a whole number, got true or false."),
        (
            "pre_buffer = 10",
            (
                "file.toml, line 3: recorder.pre_buffer: Expected a duration as text with its unit "
                "(us, ms, s, min, h, d), such as '10 s'."
            ),
        ),
        ('codec = "h265"', 'file.toml, line 3: recorder.codec: Expected "h264" or "ffv1", got "h265".'),
        ("codec = 4", 'file.toml, line 3: recorder.codec: Expected "h264" or "ffv1", got a whole number.'),
        ('names = "a"', "file.toml, line 3: recorder.names: Expected a list in [ ], got text in double quotes."),
        ('rule = "a"', "file.toml, line 3: recorder.rule: Expected a list in [ ], got text in double quotes."),
        (
            'listen = "*:65536"',
            ("file.toml, line 3: recorder.listen: '*:65536' has no port that there is. Ports are numbers up to 65535."),
        ),
        ('pre_buffer = "61 s"', "file.toml, line 1: recorder: pre_buffer is at most 1 min."),
        ("folder = 7", "file.toml, line 3: recorder.folder: Expected text in double quotes, got a whole number."),
    ],
)
def test_a_wrong_value_names_file_line_key_and_mend(line: str, message: str) -> None:
    error = refusal(f'[recorder]\nid = "a"\n{line}\n')
    assert (error.code, error.message) == ("config.value", message)


def test_a_bad_name_says_what_a_name_is() -> None:
    assert "Use 1 to 63 of a-z" in refusal('[recorder]\nid = "A b"\n').message


def test_a_missing_key_is_named() -> None:
    error = refusal("[recorder]\nfps = 3\n")
    assert (error.code, error.message) == ("config.missing_key", "file.toml, line 1: 'recorder.id' is missing.")
    assert error.hint == 'Add it under [recorder]: id = "…"'


class Wanted(Section):
    recorder: Recorder
    rules: tuple[Rule, ...]
    port: int
    names: tuple[str, ...] | None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "Add it: [recorder]"),
        ('recorder = {id = "a"}', "Add it: [[rules]]"),
        ('recorder = {id = "a"}\nrules = []', "Add it: port = …"),
        ('recorder = {id = "a"}\nrules = []\nport = 1', "Add it: names = […]"),
    ],
)
def test_what_is_missing_is_shown_as_it_is_written(text: str, hint: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse(text, Wanted, source="file.toml", folder=Path("/etc/playhead"))
    assert caught.value.hint == hint


def test_broken_toml_names_the_line() -> None:
    error = refusal("[recorder\n")
    assert error.code == "config.syntax"
    assert "line 1" in error.message


def test_load_reads_a_file_relative_to_itself(tmp_path: Path) -> None:
    path = tmp_path / "playhead.toml"
    path.write_text('[recorder]\nid = "a"\nfolder = "spool"\n')
    value = load(path, File).recorder
    assert value is not None
    assert value.folder == tmp_path / "spool"


def test_load_of_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"Cannot read .*nowhere.toml: No such file"):
        load(tmp_path / "nowhere.toml", File)


def test_load_takes_a_file_at_the_limit_and_refuses_one_past_it(tmp_path: Path) -> None:
    path = tmp_path / "big.toml"
    path.write_text("#" * (CONFIG_BYTES_MAX - 1) + "\n")
    assert load(path, File) == File()
    path.write_text("#" * CONFIG_BYTES_MAX + "\n")
    with pytest.raises(LimitError) as caught:
        load(path, File)
    assert caught.value.code == "config.too_large"


def test_load_refuses_what_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInputError, match="not UTF-8"):
        load(path, File)


class Ends(Section):
    low: Annotated[int, Meta(description="From.")] = 1
    high: Annotated[int, Meta(description="To.")] = 9

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise KeyFaultError(["high", "low"], "low is above high; swap them.")


class Ranges(Section):
    ends: Ends = Ends()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[ends]\nlow = 5\nhigh = 3", "file.toml, line 3: ends.high:"),
        ("[ends]\n\nlow = 50", "file.toml, line 3: ends.low:"),
        ("ends = { low = 50 }", "file.toml: ends.high:"),
    ],
)
def test_of_values_that_do_not_go_together_the_one_in_the_file_is_named(text: str, place: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse(text, Ranges, source="file.toml", folder=Path("/"))
    assert str(caught.value) == f"{place} low is above high; swap them."


def test_where_a_key_stands() -> None:
    text = 'id = 1\n[a . "b"]\nc = 2\n# c = 3\n[[d]]\ne = 1\n'
    found = {path: line_of(text, path) for path in ("id", "a.b", "a.b.c", "d.e", "c", "a")}
    assert found == {"id": 1, "a.b": 2, "a.b.c": 3, "d.e": 6, "c": None, "a": None}
