"""Rules for firewalls that no test has, read back by parsers of their languages: Terraform's and PowerShell's."""

import hcl2
import pytest
import tree_sitter
import tree_sitter_powershell
from environment.firewall.made import CLOUDED, INSTALLATION, OPEN, OPEN_CLOUDED

from playhead.environment.firewall.rules import Direction, Role, rules_of
from playhead.environment.firewall.written import FORMS

POWERSHELL = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
INSTALLATIONS = pytest.mark.parametrize(
    "installation", [INSTALLATION, OPEN, CLOUDED, OPEN_CLOUDED], ids=["known", "open", "to-cloud", "to-any"]
)
SERVERS = pytest.mark.parametrize("role", [Role.PREMISES, Role.CLOUD])


def resources(text, kind):
    """The blocks of one kind, by their names."""
    return {name: values for block in hcl2.loads(text)["resource"] for name, values in block.get(kind, {}).items()}


def inward(rules):
    return [rule for rule in rules if rule.direction is Direction.IN]


def others(rule):
    return rule.sources if rule.direction is Direction.IN else rule.targets


@SERVERS
@INSTALLATIONS
def test_aws_gets_every_rule_for_every_range(installation, role):
    rules = rules_of(role, installation)
    text = FORMS["aws"].render(rules)
    (group,) = resources(text, "aws_security_group").values()
    assert group["description"] == f"Playhead {'cloud' if role is Role.CLOUD else 'premises server'}"
    ways = [resources(text, f"aws_vpc_security_group_{way}_rule") for way in ("ingress", "egress")]
    assert len(ways[0]) == sum(len(rule.sources or (4, 6)) for rule in inward(rules))
    found = [one for way in ways for one in way.values()]
    assert {one["security_group_id"] for one in found} == {"${aws_security_group.playhead.id}"}
    assert {one["ip_protocol"] for one in found} == {"tcp"}
    assert sorted((one["from_port"], one["to_port"], one.get("cidr_ipv4") or one["cidr_ipv6"]) for one in found) == (
        sorted((rule.port, rule.port, str(other)) for rule in rules for other in others(rule) or ("0.0.0.0/0", "::/0"))
    )


@SERVERS
@INSTALLATIONS
def test_azure_gets_every_rule_with_a_priority_of_its_own(installation, role):
    rules = rules_of(role, installation)
    text = FORMS["azure"].render(rules)
    assert len(resources(text, "azurerm_network_security_group")) == 1
    found = resources(text, "azurerm_network_security_rule").values()
    assert [(one["name"], one["destination_port_range"]) for one in found] == [
        (rule.name, str(rule.port)) for rule in rules
    ]
    assert len({one["priority"] for one in found}) == len(rules)
    assert {(one["access"], one["protocol"]) for one in found} == {("Allow", "Tcp")}
    for one, rule in zip(found, rules, strict=True):
        enters = rule in inward(rules)
        here, there = ("destination", "source") if enters else ("source", "destination")
        assert one["direction"] == ("Inbound" if enters else "Outbound")
        assert one[f"{here}_address_prefix"] == "*"
        told = one.get(f"{there}_address_prefixes", [one.get(f"{there}_address_prefix")])
        assert told == ([str(other) for other in others(rule)] or ["*"])


def commands(text):
    """The commands of a script: each its name, and its parameters with what follows them."""
    tree = POWERSHELL.parse(text.encode())
    assert not tree.root_node.has_error, text
    found = []
    waiting = [tree.root_node]
    while waiting:
        node = waiting.pop()
        waiting += reversed(node.children)
        if node.type == "command":
            found.append((node.child_by_field_name("command_name").text.decode(), _parameters(node)))
    return found


def _parameters(command):
    found, name = {}, ""
    for part in [one for child in command.children if child.type == "command_elements" for one in child.children]:
        text = part.text.decode()
        if part.type == "command_parameter":
            name = text
            found[name] = []
        elif part.type != "command_argument_sep":
            found[name] += [one.strip("'") for one in text.split(",")]
    return found


@pytest.mark.parametrize("role", [Role.PREMISES, Role.CLIENT, Role.CLOUD])
@INSTALLATIONS
def test_powershell_makes_every_rule_anew(installation, role):
    rules = rules_of(role, installation)
    found = commands(FORMS["powershell"].render(rules))
    assert [name for name, _ in found[:2]] == ["Get-NetFirewallRule", "Remove-NetFirewallRule"]
    made = [parameters for name, parameters in found if name == "New-NetFirewallRule"]
    for parameters, rule in zip(made, rules, strict=True):
        side, way = ("-LocalPort", "Inbound") if rule in inward(rules) else ("-RemotePort", "Outbound")
        assert parameters == {
            "-Name": [rule.name],
            "-DisplayName": [f"Playhead {rule.service}"],
            "-Description": [rule.why],
            "-Group": ["Playhead"],
            "-Direction": [way],
            "-Action": ["Allow"],
            "-Protocol": ["TCP"],
            side: [str(rule.port)],
            "-RemoteAddress": [str(one) for one in others(rule)] or ["Any"],
            "-Profile": ["Any"] if role is Role.CLOUD else ["Domain", "Private"],
        }


def test_powershell_takes_the_group_away():
    ((_, which), (name, _)) = commands(FORMS["powershell"].remove(()))
    assert (which["-Group"], name) == (["Playhead"], "Remove-NetFirewallRule")


def test_a_script_that_is_none_is_seen():
    with pytest.raises(AssertionError):
        commands("New-NetFirewallRule -Name 'playhead\n")
