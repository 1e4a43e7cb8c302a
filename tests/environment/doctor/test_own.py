"""The server's own ports and firewall, on the server itself."""

import os
import shutil
import socket
import subprocess

import pytest
from environment.doctor.faults import codes, foreign_tls, free_port, greet, impatient, mute, serving
from environment.doctor.test_web import portal
from premises.screen.rig import SITE, Premises

from playhead.base.clock import SystemClock
from playhead.cli.ports import why_not
from playhead.environment.doctor.checks.firewall import LISTINGS, look_at_own_firewall, rules_in
from playhead.environment.doctor.checks.own import Own, look_at_running, look_at_stopped
from playhead.environment.firewall import iptables, nftables, ufw
from playhead.environment.firewall.rules import Role, rules_of
from playhead.environment.installation import Installation, Listener, parse_networks
from playhead.environment.ports import Service


def at(port, service=Service.SCREEN, host="127.0.0.1"):
    return Listener(service, host, port)


def own(premises, *, plain=False, **certificates):
    return Own(SITE, premises.keyring.authority.certificate, plain, {Service(k): v for k, v in certificates.items()})


async def look(listener, known):
    return codes(await look_at_running(listener, known, clock=SystemClock()))


@pytest.mark.parametrize("transport", ["tls", "plain"])
async def test_the_screen_port_that_is_ours(tmp_path, transport):
    async with Premises(tmp_path, config={"transport": transport}).running() as premises:
        known = own(premises, plain=transport == "plain")
        assert await look(at(premises.service.port), known) == ["port.reached"]
        assert await look(at(premises.service.port, host="*"), known) == ["port.reached"]


async def test_who_has_the_screen_port_instead(tmp_path, monkeypatch):
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
    async with Premises(tmp_path / "here").running() as here, Premises(tmp_path / "there").running() as there:
        known = own(here)
        assert await look(at(there.service.port), known) == ["port.foreign"]
    impatient(monkeypatch)
    assert await look(at(free_port()), known) == ["port.refused"]
    for talk, tls, code in (
        (greet, None, "port.foreign"),
        (mute, None, "port.silent"),
        (mute, foreign_tls(tmp_path), "port.foreign"),
    ):
        async with serving(talk, tls) as port:
            assert await look(at(port), known) == [code]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "*", "0.0.0.0"])  # noqa: S104 - configured, not listened on
async def test_the_web_ports(tmp_path, host):
    (tmp_path / "web").mkdir()
    async with Premises(tmp_path).running() as premises:
        async with portal(tmp_path / "web") as (port, _):
            assert await look(at(port, Service.PORTAL, host), own(premises)) == ["web.reached"]
            assert await look(at(port, Service.TOKENS, host), own(premises)) == ["port.reached"]
        async with portal(tmp_path / "web", secure=True) as (port, certificate):
            assert await look(at(port, Service.HTTPS, host), own(premises, https=certificate)) == ["web.reached"]
            secured = own(premises, tokens=certificate)
            assert await look(at(port, Service.TOKENS, host), secured) == ["port.reached"]
            assert "tls.intercepted" in await look(at(port, Service.HTTPS, host), own(premises, https=b"c" * 32))


def test_ports_before_the_server_is_started():
    assert look_at_stopped(at(free_port()), why_not=why_not).code == "port.free"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = look_at_stopped(at(listener.getsockname()[1]), why_not=why_not)
    assert taken.code == "port.taken"
    assert str(os.getpid()) in taken.message
    assert look_at_stopped(at(443), why_not=lambda _host, _port: "needs root").code == "port.forbidden"


LISTENERS = (at(5633, host="*"), at(443, Service.HTTPS, "*"), at(2020, Service.PORTAL, "127.0.0.1"))
RULES = rules_of(Role.PREMISES, Installation(LISTENERS, clients=parse_networks(("10.1.0.0/16", "2001:db8::/32"))))
WRITTEN = {"nftables": nftables.render, "iptables": iptables.render, "ufw": ufw.render}


def listing(**texts):
    by_command = {LISTINGS[form]: text for form, text in texts.items()}
    return lambda command: by_command.get(tuple(command), "")


@pytest.mark.parametrize("form", WRITTEN)
def test_rules_that_are_loaded_for_the_ports_that_are_configured(form):
    text = WRITTEN[form](RULES)
    assert rules_in(text) == {("playhead-https", 443), ("playhead-screen", 5633)}
    (found,) = look_at_own_firewall(RULES, listing(**{form: text}))
    assert (found.code, found.subject) == ("firewall.fits", form)
    (found,) = look_at_own_firewall(RULES, listing(**{form: WRITTEN[form](RULES[:1])}))
    assert (found.code, found.evidence["rule"], found.evidence["port"]) == ("firewall.lacks", "playhead-screen", 5633)
    assert found.mend.endswith(f"`playhead environment firewall {form}`.")


@pytest.mark.parametrize("form", list(WRITTEN))
def test_the_same_port_at_the_cloud_is_another_rule(form):
    dialled = Installation(LISTENERS, parse_networks(("10.1.0.0/16",)), cloud=parse_networks(("203.0.113.5",)))
    loaded = tuple(rule for rule in rules_of(Role.PREMISES, dialled) if rule.service is not Service.HTTPS)
    (found,) = look_at_own_firewall(RULES, listing(**{form: WRITTEN[form](loaded)}))
    assert (found.code, found.evidence["rule"]) == ("firewall.lacks", "playhead-https")


def test_a_firewall_without_rules_of_ours_is_not_judged():
    foreign = 'table inet filter {\n  tcp dport 5633 drop comment "somebody else"\n}'
    assert look_at_own_firewall(RULES, listing(nftables=foreign)) == []
    assert look_at_own_firewall(RULES, listing()) == []


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("nft") is None, reason="needs root and nft")
def test_what_nft_itself_lists():
    script = f"nft -f - && {' '.join(LISTINGS['nftables'])}"
    done = subprocess.run(
        ["unshare", "--net", "sh", "-c", script],
        input=nftables.render(RULES),
        capture_output=True,
        text=True,
        check=True,
    )
    assert rules_in(done.stdout) == {("playhead-https", 443), ("playhead-screen", 5633)}
