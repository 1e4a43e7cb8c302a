"""Why somebody may see a recording, over HTTP."""

from uuid import UUID

import pytest
from http_answers import code_of

from playhead.base.ids import RecordingId, UserId
from playhead.domain.roles import MANAGER, SUPERVISOR, Assignment
from playhead.store.catalogue.access import set_assignments

RECORDING = RecordingId(UUID(int=7))
PATH = f"/api/recordings/{RECORDING}/why"


@pytest.fixture(autouse=True)
async def _recording(site):
    await site.add_recording(RECORDING, agent="CORP\\Jane", started_at_us=1_000_000)


async def test_of_ones_own(browser):
    await browser.sign_in("jane")
    answer = (await browser.get(PATH)).json()
    assert (answer["allowed"], answer["user"]) == (True, "jane")
    assert list(answer["actions"]) == ["view", "play", "live", "export", "annotate", "hold", "delete"]
    assert answer["actions"]["view"] == {
        "allowed": True,
        "why": ["The role “agent” allows jane “view” for their own."],
    }
    assert answer["actions"]["export"] == {"allowed": False, "why": ["No role of jane allows “export”."]}


async def test_of_others_it_tells_nothing(browser, site):
    await site.add_user("sam", SUPERVISOR)
    await browser.sign_in("sam")
    answer = await browser.get(PATH)
    assert not answer.json()["allowed"]
    assert "jane" not in answer.text.lower()
    assert answer.json()["actions"]["view"]["why"] == [
        "The role “supervisor” allows “view” for the groups that sam supervises, and this agent is in none of them."
    ]


async def test_the_list_the_item_and_the_reason_agree(browser, site):
    """With a first day: one recording is before it, and one after."""
    later = RecordingId(UUID(int=8))
    await site.add_recording(later, agent="joe", started_at_us=5_000_000)
    async with site.catalogue.writing() as connection:
        await set_assignments(connection, UserId("sue"), [Assignment(MANAGER, 2_000_000)])
    await browser.sign_in("sue")
    assert [one["id"] for one in (await browser.get("/api/recordings")).json()["items"]] == [str(later)]
    for recording, allowed in ((RECORDING, False), (later, True)):
        answer = await browser.get(f"/api/recordings/{recording}")
        assert (answer.status_code == 200) is allowed
        why = (await browser.get(f"/api/recordings/{recording}/why")).json()
        assert why["allowed"] is allowed
        if not allowed:
            assert code_of(answer) == (403, "access.refused")
            assert answer.json()["error"]["hint"] == why["actions"]["view"]["why"][0]
            assert answer.json()["error"]["hint"].endswith("1970-01-01T00:00:02Z, and this one is older.")


async def test_of_another_user_for_those_who_administer(browser):
    await browser.sign_in("root")
    query = {"user": "jane", "recording": str(RECORDING)}
    answer = (await browser.get("/api/access", params=query)).json()
    assert (answer["user"], answer["allowed"], answer["actions"]["delete"]["allowed"]) == ("jane", True, False)
    await browser.patch("/api/users/jane", json={"disabled": True})
    answer = (await browser.get("/api/access", params=query)).json()
    assert not answer["allowed"]
    assert answer["actions"]["view"]["why"] == ["jane is disabled and cannot sign in."]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"/api/recordings/{RecordingId(UUID(int=9))}/why", (404, "recording.not_found")),
        ("/api/recordings/x/why", (400, "id.malformed")),
        (f"/api/access?user=eve&recording={RECORDING}", (404, "user.not_found")),
        (f"/api/access?user=jane&recording={RecordingId(UUID(int=9))}", (404, "recording.not_found")),
        ("/api/access?user=jane", (400, "http.request")),
        (f"/api/access?recording={RECORDING}", (400, "http.request")),
    ],
)
async def test_questions_without_an_answer(browser, path, expected):
    await browser.sign_in("root")
    assert code_of(await browser.get(path)) == expected
