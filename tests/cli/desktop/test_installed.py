import pytest

from playhead.base.errors import UnavailableError
from playhead.cli.desktop.installed import Places, find_programs, missing_packages
from playhead.cli.desktop.script import Role

ROLES = tuple(Role)
NEEDED = {"Xvfb", "openbox", "xrandr"}


def having(*names):
    return lambda name: f"/usr/bin/{name}" if name in NEEDED | set(names) else None


def executables(*names):
    return {role: path.rpartition("/")[2] for role, (_, path) in find_programs(ROLES, find=having(*names)).items()}


def test_the_best_installed_program_plays_each_role():
    everything = ("chromium", "firefox-esr", "xterm", "mousepad")
    assert executables(*everything) == {Role.BROWSER: "chromium", Role.TERMINAL: "xterm", Role.EDITOR: "mousepad"}
    assert executables("firefox-esr", "xterm") == {Role.BROWSER: "firefox-esr", Role.TERMINAL: "xterm"}
    assert executables("mousepad") == {Role.EDITOR: "mousepad"}


@pytest.mark.parametrize(
    ("executable", "package"), [("Xvfb", "xvfb"), ("openbox", "openbox"), ("xrandr", "x11-xserver-utils")]
)
def test_what_no_desktop_can_do_without_is_named_with_its_package(executable, package):
    with pytest.raises(UnavailableError) as caught:
        find_programs(ROLES, find=lambda name: None if name == executable else f"/usr/bin/{name}")
    assert caught.value.code == "desktop.missing_program"
    assert caught.value.hint == f"On Debian: apt-get install --no-install-recommends {package}"


def test_without_any_program_the_hint_names_one_for_each_role():
    with pytest.raises(UnavailableError, match="None of the programs") as caught:
        find_programs(ROLES, find=having())
    assert caught.value.hint.endswith(" chromium xterm mousepad")


def test_a_bare_display_needs_no_program():
    assert find_programs((), find=having()) == {}


def test_missing_packages_are_those_of_roles_that_nothing_can_play():
    assert missing_packages(ROLES, find=having("firefox-esr")) == ["xterm", "mousepad"]
    assert missing_packages(ROLES, find=having("chromium", "xterm", "mousepad")) == []


def test_firefox_gets_a_profile_of_its_own_that_asks_nothing(tmp_path):
    program, path = find_programs((Role.BROWSER,), find=having("firefox-esr"))[Role.BROWSER]
    command = program.command(path, Places(tmp_path, (tmp_path / "page.html",)))
    assert command[-1] == (tmp_path / "page.html").as_uri()
    assert str(tmp_path / "firefox") in command
    assert 'user_pref("termsofuse.bypassNotification", true);' in (tmp_path / "firefox" / "user.js").read_text()


@pytest.mark.parametrize(("user", "sandboxed"), [(0, False), (1000, True)])
def test_chromium_gives_up_its_sandbox_only_as_root(tmp_path, monkeypatch, user, sandboxed):
    monkeypatch.setattr("os.geteuid", lambda: user)
    program, path = find_programs((Role.BROWSER,), find=having("chromium"))[Role.BROWSER]
    assert ("--no-sandbox" not in program.command(path, Places(tmp_path, ()))) is sandboxed
