"""Rules for firewalls that no test has, read back by parsers of their languages: Terraform's and PowerShell's."""

import hcl2
import pytest
import tree_sitter
import tree_sitter_powershell
from environment.firewall.made import INSTALLATION, OPEN

from playhead.environment.firewall.rules import Role, rules_of
from playhead.environment.firewall.written import FORMS

POWERSHELL = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
INSTALLATIONS = pytest.mark.parametrize("installation", [INSTALLATION, OPEN], ids=["known", "open"])


def resources(text, kind):
    """The blocks of one kind, by their names."""
    return {name: values for block in hcl2.loads(text)["resource"] for name, values in block.get(kind, {}).items()}


@INSTALLATIONS
def test_aws_gets_every_rule_for_every_range(installation):
    rules = rules_of(Role.PREMISES, installation)
    text = FORMS["aws"].render(rules)
    assert len(resources(text, "aws_security_group")) == 1
    found = resources(text, "aws_vpc_security_group_ingress_rule").values()
    assert {one["security_group_id"] for one in found} == {"${aws_security_group.playhead.id}"}
    assert {one["ip_protocol"] for one in found} == {"tcp"}
    assert sorted((one["from_port"], one["to_port"], one.get("cidr_ipv4") or one["cidr_ipv6"]) for one in found) == (
        sorted(
            (rule.port, rule.port, str(source)) for rule in rules for source in rule.sources or ("0.0.0.0/0", "::/0")
        )
    )


@INSTALLATIONS
def test_azure_gets_every_rule_with_a_priority_of_its_own(installation):
    rules = rules_of(Role.PREMISES, installation)
    text = FORMS["azure"].render(rules)
    assert len(resources(text, "azurerm_network_security_group")) == 1
    found = resources(text, "azurerm_network_security_rule").values()
    assert [(one["name"], one["destination_port_range"]) for one in found] == [
        (rule.name, str(rule.port)) for rule in rules
    ]
    assert len({one["priority"] for one in found}) == len(rules)
    assert {(one["direction"], one["access"], one["protocol"]) for one in found} == {("Inbound", "Allow", "Tcp")}
    for one, rule in zip(found, rules, strict=True):
        sources = one.get("source_address_prefixes", [one.get("source_address_prefix")])
        assert sources == ([str(source) for source in rule.sources] or ["*"])


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


@pytest.mark.parametrize("role", [Role.PREMISES, Role.CLIENT])
@INSTALLATIONS
def test_powershell_makes_every_rule_anew(installation, role):
    rules = rules_of(role, installation)
    found = commands(FORMS["powershell"].render(rules))
    assert [name for name, _ in found[:2]] == ["Get-NetFirewallRule", "Remove-NetFirewallRule"]
    made = [parameters for name, parameters in found if name == "New-NetFirewallRule"]
    side, way = ("-LocalPort", "Inbound") if role is Role.PREMISES else ("-RemotePort", "Outbound")
    for parameters, rule in zip(made, rules, strict=True):
        others = rule.sources if role is Role.PREMISES else rule.targets
        assert parameters == {
            "-Name": [rule.name],
            "-DisplayName": [f"Playhead {rule.service}"],
            "-Description": [rule.why],
            "-Group": ["Playhead"],
            "-Direction": [way],
            "-Action": ["Allow"],
            "-Protocol": ["TCP"],
            side: [str(rule.port)],
            "-RemoteAddress": [str(one) for one in others] or ["Any"],
            "-Profile": ["Domain", "Private"],
        }


def test_powershell_takes_the_group_away():
    ((_, which), (name, _)) = commands(FORMS["powershell"].remove(()))
    assert (which["-Group"], name) == (["Playhead"], "Remove-NetFirewallRule")


def test_a_script_that_is_none_is_seen():
    with pytest.raises(AssertionError):
        commands("New-NetFirewallRule -Name 'playhead\n")
