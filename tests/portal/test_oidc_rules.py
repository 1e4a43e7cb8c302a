"""Claims and what they mean here, without a provider."""

import pytest

from playhead.base.errors import RefusedError
from playhead.portal.oidc_config import OidcConfig
from playhead.portal.oidc_rules import NEXT_CHARS_MAX, SUBJECT_CHARS_MAX, local_path, outsider_of

CONFIG = {"issuer": "https://login.example", "client_id": "playhead"}


def outsider(config=None, **claims):
    return outsider_of(OidcConfig(**CONFIG, **(config or {})), {"sub": "42", **claims})


@pytest.mark.parametrize(
    ("config", "claims", "user"),
    [
        ({}, {"preferred_username": "Jo.Doe"}, "jo.doe"),
        ({}, {"preferred_username": "jo@example.org"}, None),
        ({}, {"preferred_username": "not a login"}, None),
        ({}, {"preferred_username": 7}, None),
        ({}, {}, None),
        ({"user_domain": "example.org"}, {"preferred_username": "jo@EXAMPLE.org"}, "jo"),
        # A guest of another domain is not ours of the same name.
        ({"user_domain": "example.org"}, {"preferred_username": "jo@evil.example"}, None),
        ({"user_domain": "example.org"}, {"preferred_username": "jo@evil.example@example.org"}, None),
        ({"user_domain": "example.org"}, {"preferred_username": "jo"}, None),
        (
            {"user_claim": "email", "user_domain": "example.org"},
            {"email": "jo@example.org", "email_verified": True},
            "jo",
        ),
        ({"user_claim": "email", "user_domain": "example.org"}, {"email": "jo@example.org"}, None),
        (
            {"user_claim": "email", "user_domain": "example.org"},
            {"email": "jo@example.org", "email_verified": "true"},
            None,
        ),
    ],
)
def test_who_somebody_would_be_here(config, claims, user):
    found = outsider(config, **claims).user
    assert (None if found is None else str(found)) == user


ROLES = {"roles": ("Leads = supervisor", "Leads = auditor", "A = B = manager")}


@pytest.mark.parametrize(
    ("config", "groups", "roles"),
    [
        ({}, ["Leads"], None),
        (ROLES, ["Leads", "Others"], ("supervisor", "auditor")),
        (ROLES, ["A = B"], ("manager",)),
        (ROLES, "Leads", ("supervisor", "auditor")),
        (ROLES, ["leads"], ()),
        (ROLES, [7, None, {}], ()),
        (ROLES, None, ()),
        (ROLES, {"Leads": True}, ()),
    ],
)
def test_groups_give_the_roles_that_the_operator_said(config, groups, roles):
    found = outsider(config, groups=groups).roles
    assert (None if found is None else tuple(str(one) for one in found)) == roles


def test_a_name_is_what_people_write_or_the_login():
    assert outsider(name=" Jo Doe ").name == "Jo Doe"
    assert outsider(preferred_username="jo").name == "jo"
    assert len(outsider(name="x" * 1000).name) == 64


@pytest.mark.parametrize("subject", [None, "", 42, "x" * (SUBJECT_CHARS_MAX + 1)])
def test_without_a_subject_it_is_nobody(subject):
    with pytest.raises(RefusedError) as caught:
        outsider(sub=subject)
    assert caught.value.code == "oidc.subject"


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://login.example", "client_id": ""},
        {"issuer": "", "client_id": "playhead"},
        {"issuer": "http://login.example", "client_id": "playhead"},
        {"issuer": "login.example", "client_id": "playhead"},
        {**CONFIG, "roles": ("Leads",)},
        {**CONFIG, "roles": ("= supervisor",)},
    ],
)
def test_a_configuration_that_cannot_work_is_refused(wrong):
    with pytest.raises(ValueError, match=r"\w"):
        OidcConfig(**wrong)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/", "/"),
        ("/recordings/1?t=5", "/recordings/1?t=5"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        ("/a b", "/"),
        ("/\r\nset-cookie: x", "/"),
        ("/" + "x" * NEXT_CHARS_MAX, "/"),
    ],
)
def test_only_a_path_of_this_site_is_gone_on_to(text, path):
    assert local_path(text) == path
