"""What a clamd.conf(5) says about exclusions and scanning on access. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

LINES_MAX: Final = 10_000
"""Of a configuration: with one exclusion a line, more than anybody looks through."""
FOREIGN: Final = (
    "/a.vid",
    "/etc/cron.d/a",
    "/home/jo/.config/a",
    "/home/jo/Downloads/a.exe",
    "/opt/a/a.vid",
    "/root/a.log",
    "/srv/a/a.log",
    "/tmp/a.sh",  # noqa: S108 # named, not used
    "/usr/local/bin/a",
    "/var/tmp/a.vid",  # noqa: S108 # the same
    "/var/www/html/a.php",
)
"""Where what is foreign comes to lie. An exclusion that reaches one of these is a hole."""


@dataclass(frozen=True, slots=True)
class Directive:
    """One line."""

    name: str
    value: str
    line: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class ClamdConf:
    """The directives of a file, in order; many may be repeated."""

    directives: tuple[Directive, ...]

    @classmethod
    def parse(cls, text: str) -> "ClamdConf":
        """Comments and empty lines are passed over, as clamd does; so is what is past `LINES_MAX`."""
        found: list[Directive] = []
        for number, line in enumerate(text.splitlines()[:LINES_MAX], 1):
            name, _, value = line.strip().partition(" ")
            if name and not name.startswith("#"):
                found.append(Directive(name, value.strip().strip('"'), number))
        return cls(tuple(found))

    def all(self, name: str) -> list[str]:
        """The values of a directive, in the order of their lines."""
        return [one.value for one in self.directives if one.name == name]

    def first(self, name: str, default: str = "") -> str:
        """The value of a directive that counts once."""
        return next(iter(self.all(name)), default)

    def on(self, name: str) -> bool:
        """Whether a directive of yes and no says yes; none says so by default of those we ask for."""
        return self.first(name).lower() in {"yes", "true", "1"}


def broad(conf: ClamdConf, foreign: Iterable[str] = FOREIGN) -> list[tuple[Directive, str]]:
    """Exclusions that reach what may be foreign, each with the first such path.

    An expression that Python cannot read as POSIX does is passed over: clamd itself judges those it cannot read.
    """
    found: list[tuple[Directive, str]] = []
    for one in conf.directives:
        match one.name:
            case "ExcludePath":
                try:
                    expression = re.compile(one.value)
                except re.error:
                    continue
                reached = next((path for path in foreign if expression.search(path)), None)
            case "OnAccessExcludePath":
                reached = next((path for path in foreign if lies_in(path, one.value)), None)
            case _:
                reached = None
        if reached is not None:
            found.append((one, reached))
    return found


def watched_on_access(conf: ClamdConf, path: str) -> bool:
    """Whether clamonacc is told to look at a path at all."""
    if conf.all("OnAccessMountPath"):
        return True  # which mount a path is on is not for the file to say
    return any(lies_in(path, folder) for folder in conf.all("OnAccessIncludePath"))


def lies_in(path: str, folder: str) -> bool:
    """Whether a path is a folder's or below it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")
