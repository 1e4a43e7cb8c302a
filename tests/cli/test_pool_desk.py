"""What ``playhead pool status`` says of a link."""

import pytest

from playhead.cli.pool_desk import show_link
from playhead.domain.link import LinkState


def test_a_site_without_a_cloud_is_told_how_to_join(capsys):
    show_link(LinkState(joined=False))
    assert "playhead premises join CODE" in capsys.readouterr().out


@pytest.mark.parametrize("plain", [False, True])
def test_a_link_that_is_not_encrypted_is_called_that(capsys, plain):
    show_link(LinkState(joined=True, up=True, cloud="cloud.example:2010", site="acme/berlin", plain=plain))
    told = capsys.readouterr().out
    assert "acme/berlin at cloud.example:2010: up" in told
    assert ("not encrypted" in told) is plain
