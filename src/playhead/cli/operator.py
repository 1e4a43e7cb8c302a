"""The command line as a client of the HTTP API of the server that runs on this machine."""

import json
import secrets
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any, Final, cast

from playhead.base.clock import SystemClock
from playhead.base.errors import PlayheadError, RefusedError, UnavailableError
from playhead.base.ids import RecordingId, UserId, WorkstationId
from playhead.cli.places import PremisesPlaces, Running
from playhead.cli.settings import PremisesSettings
from playhead.cli.web_tls import web_tls
from playhead.environment.doctor.findings import Report
from playhead.store.keyring import Keyring
from playhead.store.token_keys import signing_key
from playhead.wire.tokens import Audience, Claims, sign

OPERATOR: Final = UserId("operator")
"""Under this name the audit log keeps what the command line did."""
TOKEN_LIFE_S: Final = 60
ANSWER_WITHIN_S: Final = 15
EXAMINED_WITHIN_S: Final = 25
"""A workstation has 15 s to look over its machine; the server some more to say that it did not."""
ANSWER_BYTES_MAX: Final = 4 << 20


class Operator:
    """Whoever may read the site's keys may act as its operator, as long as the server runs on this machine.

    Raises:
        UnavailableError: ``server.not_running``.
    """

    def __init__(self, places: PremisesPlaces) -> None:
        self._places = places
        self._portal = Running.read(places).portal
        self._clock = SystemClock()
        self._keyring = Keyring.open_existing(places.keys, self._clock)

    def record(self, workstation: str, action: str) -> str:
        """Start or stop recording a workstation; the id of the recording."""
        answer = self._ask("POST", f"/api/workstations/{WorkstationId(workstation)}/record", {"action": action})
        return str(answer["recording"])

    def workstations(self) -> list[dict[str, Any]]:
        """Every enrolled workstation, as the API describes it."""
        return cast("list[dict[str, Any]]", self._ask("GET", "/api/workstations")["items"])

    def health(self) -> dict[str, Any]:
        """What is wrong with the server."""
        return self._ask("GET", "/api/health")

    def link(self) -> dict[str, Any]:
        """How the link to the cloud is."""
        return self._ask("GET", "/api/link")

    def examine(self, workstation: str) -> Report:
        """Have a workstation look over its machine now; what it found."""
        path = f"/api/environment/workstations/{WorkstationId(workstation)}/doctor"
        return Report.from_json(json.dumps(self._ask("POST", path, within_s=EXAMINED_WITHIN_S)))

    def newest_report(self, workstation: str) -> Report:
        """What a workstation's doctor found when it last told."""
        path = f"/api/environment/workstations/{WorkstationId(workstation)}"
        return Report.from_json(json.dumps(self._ask("GET", path)))

    def retry_quarantined(self, number: int) -> dict[str, Any]:
        """Try something in quarantine again; what became of it."""
        return self._ask("POST", f"/api/quarantine/{number}/retry")

    def drop_quarantined(self, number: int, reason: str) -> dict[str, Any]:
        """Give something in quarantine up; what became of it."""
        return self._ask("POST", f"/api/quarantine/{number}/drop", {"reason": reason})

    def log_levels(self) -> list[dict[str, Any]]:
        """Logs that say more for a while, as the API describes them."""
        return cast("list[dict[str, Any]]", self._ask("GET", "/api/logs/levels")["items"])

    def raise_log_level(self, order: Mapping[str, str | int]) -> dict[str, Any]:
        """Have a log say more for a while; how that stands now."""
        return self._ask("POST", "/api/logs/levels", order)

    def end_log_level(self, kind: str, name: str) -> dict[str, Any]:
        """Have a log say what it is configured to; what it was."""
        return self._ask("DELETE", f"/api/logs/levels/{kind}/{urllib.parse.quote(name, safe='')}")

    def recordings_of(self, workstation: str) -> list[dict[str, Any]]:
        """The newest of a workstation's recordings, as the API describes them."""
        query = urllib.parse.urlencode({"workstation": workstation, "limit": 200})
        return cast("list[dict[str, Any]]", self._ask("GET", f"/api/recordings?{query}")["items"])

    def coverage_of(self, recording: RecordingId) -> dict[str, Any]:
        """What of a recording should exist, what does, and why the rest does not."""
        return self._ask("GET", f"/api/recordings/{recording}/coverage")

    def delete_recording(self, recording: RecordingId, reason: str) -> dict[str, Any]:
        """Erase a recording; what became of it."""
        return self._ask("DELETE", f"/api/recordings/{recording}", {"reason": reason})

    def run_retention(self, confirmed: int | None) -> None:
        """Have a run of the policy begin, perhaps with leave for so many."""
        if confirmed is None:
            self._ask("POST", "/api/retention/run")
        else:
            self._ask("POST", "/api/retention/confirm", {"recordings": confirmed})

    def coverage(self) -> list[dict[str, Any]]:
        """Every workstation at this moment and today, as the API describes it."""
        items: list[dict[str, Any]] = []
        after: str | None = ""
        while after is not None:
            answer = self._ask("GET", f"/api/coverage?limit=100&after={after}")
            items += cast("list[dict[str, Any]]", answer["items"])
            after = cast("str | None", answer["next"])
        return items

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, str | int] | None = None,
        *,
        within_s: float = ANSWER_WITHIN_S,
    ) -> dict[str, Any]:
        """Ask the API.

        Raises:
            PlayheadError: what the server said.
            UnavailableError: ``server.no_answer``.
        """
        request = urllib.request.Request(  # noqa: S310 - the address is of our own making: http or https
            self._portal + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": f"Bearer {self._token()}", "content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=within_s, context=self._trust()) as answer:  # noqa: S310
                return cast("dict[str, Any]", json.loads(answer.read(ANSWER_BYTES_MAX)))
        except urllib.error.HTTPError as error:
            raise _said(error) from None
        except (OSError, json.JSONDecodeError) as error:
            reason = getattr(error, "reason", error)
            raise UnavailableError(
                "server.no_answer", f"The server at {self._portal} does not answer: {reason}."
            ) from None

    def _token(self) -> str:
        now_s = self._clock.wall_us() // 1_000_000
        claims = Claims(Audience.API, OPERATOR, secrets.token_urlsafe(12), now_s, now_s + TOKEN_LIFE_S)
        return sign(claims, signing_key(self._keyring), issuer=self._keyring.site)

    def _trust(self) -> ssl.SSLContext | None:
        """Exactly the certificate that the server was told to show, whoever issued it."""
        if not self._portal.startswith("https:"):
            return None
        tls = web_tls(self._places, PremisesSettings.load(self._places), self._clock).tls
        context = ssl.create_default_context(cafile=None if tls is None else tls.certificate)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.check_hostname = False  # the address comes from the server's own data folder
        return context


def _said(answer: urllib.error.HTTPError) -> PlayheadError:
    """The server's error, in its own words."""
    try:
        error = json.loads(answer.read(ANSWER_BYTES_MAX))["error"]
        code, message, hint = str(error["code"]), str(error["message"]), str(error.get("hint", ""))
    except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError):
        return UnavailableError("server.no_answer", f"The server answered {answer.code} {answer.reason}.")
    kind = RefusedError if answer.code in {401, 403} else PlayheadError
    return kind(code, message, hint=hint)
