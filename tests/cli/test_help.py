"""The help is worth reading: every command has some, and what it shows as examples works."""

import re
import shlex

import click
import pytest
from cli.conftest import Run

from playhead import __version__
from playhead.cli.app import playhead

EXAMPLE = re.compile(r"^ +(playhead .+?)(?:  .*)?$", re.MULTILINE)
QUOTED = re.compile(r"`(playhead [^`]+)`")


def commands(command: click.Command, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], click.Command]:
    found = {path: command}
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            each = command.get_command(context, name)
            assert each is not None
            found |= commands(each, (*path, name))
    return found


ALL = commands(playhead)


def is_value_optional(option: click.Option) -> bool:
    return option._flag_needs_value


def assert_exists(text: str) -> None:
    """The command in ``text`` is there, with every option named, and with as many arguments as it takes."""
    words = shlex.split(text.partition(" > ")[0])[1:]
    words = words[: words.index("--")] if "--" in words else words  # what follows is for another program
    path: tuple[str, ...] = ()
    while words and (*path, words[0]) in ALL:
        path = (*path, words.pop(0))
    command = ALL[path]
    if isinstance(command, click.Group) and words == ["--help"]:
        return
    if isinstance(command, click.Group) and words:
        default = getattr(command, "default", None)  # what is meant where none of its commands is named
        assert default, f"{text!r}: there is no {words[0]!r}"
        command = command.commands[default]
    if isinstance(command, click.Group):
        return
    options = {name: option for option in command.params if isinstance(option, click.Option) for name in option.opts}
    arguments = 0
    while words:
        word = words.pop(0)
        if word.startswith("-"):
            name, given, _ = word.partition("=")
            assert name in options, f"{text!r}: there is no {name}"
            if not options[name].is_flag and not given and not is_value_optional(options[name]):
                words.pop(0)
        else:
            arguments += 1
    wanted = [argument for argument in command.params if isinstance(argument, click.Argument)]
    assert sum(each.required for each in wanted) <= arguments <= len(wanted), text


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_explains_itself(run: Run, path: tuple[str, ...]) -> None:
    said = run(*path, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(" ".join(["Usage: playhead", *path]))
    assert all(parameter.help for parameter in ALL[path].params if isinstance(parameter, click.Option))
    assert run(*path, "-h").out == said.out


def text_of(command: click.Command) -> str:
    """All that its help says, before it is laid out."""
    options = [each.help or "" for each in command.params if isinstance(each, click.Option)]
    return "\n".join([command.help or "", command.epilog or "", *options])


@pytest.mark.parametrize("command", [each for each in ALL.values() if isinstance(each, click.Group)])
def test_groups_show_examples(command: click.Command) -> None:
    assert len(EXAMPLE.findall(text_of(command))) >= 2


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_the_examples_are_of_commands_that_exist(path: tuple[str, ...]) -> None:
    text = text_of(ALL[path])
    for example in EXAMPLE.findall(text) + QUOTED.findall(text):
        assert_exists(example)


def test_the_version(run: Run) -> None:
    assert run("--version").out == f"playhead, version {__version__}\n"


def test_a_word_that_is_no_command(run: Run) -> None:
    said = run("recording", "list")
    assert said.code == 2
    assert "No such command" in said.err
