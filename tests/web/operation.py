"""What the made-up premises accounts for and sets aside: coverage of a site, its quarantine, what is kept how long."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from web.wire import Answer, Request, json_answer, refusal

HOUR_MS = 3_600_000
PAGE_ITEMS_MAX = 100
ZONE = "Europe/Berlin"
TODAY = date(2026, 11, 23)
NOW_MS = 15 * HOUR_MS
"""What time it is at the site, from midnight on."""


def midnight(day):
    """When a day begins at the site, which is an hour east of Greenwich in winter."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=1)


def text_of(at):
    return at.isoformat().replace("+00:00", "Z")


def at_hour(hour, day=TODAY):
    """An instant of the day by the site's clock, as the API says it."""
    return text_of(midnight(day) + timedelta(hours=hour))


def account(*spans):
    """A day's account of stretches ``(from hour, to hour, kind)``, all of which were due."""
    strip = [
        {"fromMs": round(begin * HOUR_MS), "toMs": round(end * HOUR_MS), "kind": kind} for begin, end, kind in spans
    ]
    sums = {}
    for one in strip:
        sums[one["kind"]] = sums.get(one["kind"], 0) + one["toMs"] - one["fromMs"]
    kept = sums.pop("kept", 0)
    missing = [{"code": code, "ms": ms} for code, ms in sums.items()]
    return {"dueMs": kept + sum(sums.values()), "keptMs": kept, "missing": missing, "strip": strip}


USUAL = ((8, 10.5, "kept"), (10.5, 10.75, "locked"), (10.75, 15, "kept"))


def station(name, agent, *spans, state="recording", covered=True, code=None, since=None, alarm=False):
    """A workstation's row of a day, as the list gives it."""
    return {
        "workstation": name,
        "agent": agent,
        "state": state,
        "covered": covered,
        "code": code,
        "since": since,
        "alarm": alarm,
        **account(*(spans or USUAL)),
    }


def full_disk(name, agent):
    """A workstation that should be recorded, and is not: its disk has been full for an hour."""
    spans = ((8, 14, "kept"), (14, 15, "disk_full"))
    return station(
        name, agent, *spans, state="disk_full", covered=False, code="disk_full", since=at_hour(14), alarm=True
    )


def waiting(key, kind="segment", **facts):
    """Something in quarantine."""
    item = {"id": key, "kind": kind, "segment": f"s-{key}", "recording": None, "workstation": "ws-01"}
    item |= {"place": "aside", "location": f"quarantine/s-{key}.vid", "code": "segment.chain", "firstAt": at_hour(8)}
    item |= {"message": "Its records do not follow from one another.", "bytes": 4_200_000, "at": at_hour(9)}
    return item | {"attempts": 3, "order": None} | facts


def rule(key, name, days, **facts):
    return {"id": key, "name": name, "days": days, "agents": [], "groups": [], "tags": [], "states": []} | facts


def erased(key, agent, **facts):
    item = {"id": key, "recording": f"r-{key}", "agent": agent, "startedAt": at_hour(-2_000), "erasedAt": at_hour(2)}
    return item | {"by": "system", "reason": "Its time was over.", "phase": "removed"} | facts


NOTHING_PENDING = {"recordings": 0, "bytes": 0, "share": 0.0, "needsConfirmation": False}


@dataclass
class Operation:
    """Attributes are what it answers; tests change them between two requests."""

    recordings: dict
    stations: list[dict] = field(default_factory=list)
    days: dict[str, dict] = field(default_factory=dict)
    """Of every workstation: other days than today, by their names."""
    quarantine: list[dict] = field(default_factory=list)
    problems: list[dict] = field(default_factory=list)
    aside: list[dict] = field(default_factory=list)
    rules: list[dict] = field(default_factory=list)
    default_days: int | None = None
    last: dict | None = None
    pending: dict = field(default_factory=lambda: dict(NOTHING_PENDING))
    preview: dict = field(default_factory=lambda: {"recordings": 0, "bytes": 0, "share": 0.0, "held": 0})
    erasures: list[dict] = field(default_factory=list)
    heard: list[tuple] = field(default_factory=list)
    """Orders as they came: what, of which, and what was said with it."""
    refuse_next: tuple | None = None

    def answer(self, request: Request) -> Answer | None:
        """The answer to a request about any of this, or None."""
        if request.method != "GET" and self.refuse_next is not None:
            answer, self.refuse_next = refusal(*self.refuse_next), None
            return answer
        match request.method, request.path.split("/")[2:]:
            case "GET", ["coverage"]:
                return self._coverage(request)
            case "GET", ["coverage", "now"]:
                return self._now()
            case "GET", ["coverage", "workstations", name]:
                return self._days(request, name)
            case "GET", ["recordings", key, "coverage"] if key in self.recordings:
                return json_answer(self._ledger(self.recordings[key]))
            case "DELETE", ["recordings", key]:
                return self._delete(request, key)
            case _, ["quarantine", *rest]:
                return self._quarantined(request, rest)
            case _, ["retention", *rest]:
                return self._retention(request, rest)
            case "GET", ["health"]:
                return json_answer({"status": "ok", "version": "1", "problems": self.problems})
            case "GET", ["erasures"]:
                return json_answer({"items": self.erasures, "next": None})
        return None

    def _coverage(self, request):
        day = date.fromisoformat(request.query.get("day", str(TODAY)))
        found = [self._of(one, day) for one in self.stations]
        words = request.query.get("q", "").lower()
        found = [one for one in found if words in f"{one['agent']} {one['workstation']}".lower()]
        if request.query.get("problem") == "true":
            excused = {"locked", "logged_out", "asleep", "off", "blackout"}
            found = [
                one for one in found if one["alarm"] or any(each["code"] not in excused for each in one["missing"])
            ]
        first, limit = int(request.query.get("after", "0")), min(int(request.query["limit"]), PAGE_ITEMS_MAX)
        more = first + limit < len(found)
        frame = {"day": str(day), "from": text_of(midnight(day)), "to": text_of(midnight(day + timedelta(days=1)))}
        frame |= {
            "site": "site-1",
            "now": at_hour(NOW_MS / HOUR_MS),
            "timeZone": ZONE,
            "next": str(first + limit) if more else None,
        }
        return json_answer(frame | {"items": found[first : first + limit]})

    def _of(self, one, day):
        if day == TODAY:
            return one
        past = self.days.get(str(day), account())
        return one | past | {"covered": None, "code": None, "since": None, "alarm": False}

    def _now(self):
        alarms = [one for one in self.stations if one["alarm"]]
        excused = [one for one in self.stations if one["covered"] is False and not one["alarm"]]
        answer = {"covered": sum(one["covered"] is True for one in self.stations), "excused": len(excused)}
        keys = ("workstation", "agent", "code", "since")
        told = [{key: one[key] for key in keys} | {"message": "Its disk is full."} for one in alarms]
        return json_answer(answer | {"uncovered": len(alarms), "alarms": told})

    def _days(self, request, name):
        found = next((one for one in self.stations if one["workstation"] == name), None)
        if found is None:
            return refusal(404, "workstation.not_found", "There is no such workstation.")
        first, last = (date.fromisoformat(request.query[key]) for key in ("from", "to"))
        days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
        keys = ("dueMs", "keptMs", "missing", "strip")
        return json_answer(
            {"items": [{"day": str(day)} | {key: self._of(found, day)[key] for key in keys} for day in days]}
        )

    def _ledger(self, recording):
        due = recording.known_us // 1000
        missing = [
            {"fromMs": one["fromUs"] // 1000, "toMs": one["toUs"] // 1000, "code": "off"} for one in recording.gaps
        ]
        lost = sum(one["toMs"] - one["fromMs"] for one in missing)
        sums = [{"code": "off", "ms": lost}] if missing else []
        return {"dueMs": due, "keptMs": due - lost, "missing": missing, "byReason": sums}

    def _delete(self, request, key):
        self.heard.append(("delete", key, request.json()["reason"]))
        self.recordings.pop(key)
        return Answer(b"", 204)

    def _quarantined(self, request, rest):
        if not rest:
            return json_answer({"items": self.quarantine, "next": None, "aside": self.aside})
        key, what = rest
        self.heard.append((what, key, request.json()["reason"] if request.body else None))
        (acted,) = [one for one in self.quarantine if one["id"] == key]
        if acted["place"] == "workstation":
            acted["order"] = {"name": what, "state": "waiting", "message": ""}
            return json_answer({"order": acted["order"]})
        self.quarantine.remove(acted)
        return json_answer({"order": None})

    def _retention(self, request, rest):
        if request.method == "GET":
            rules = [one | {"position": at} for at, one in enumerate(self.rules)]
            answer = {"rules": rules, "defaultDays": self.default_days}
            return json_answer(answer | {"last": self.last, "pending": self.pending})
        body = request.json() if request.body else None
        self.heard.append((rest[0] if rest else "save", None, body))
        match rest:
            case ["preview"]:
                return json_answer(self.preview)
            case ["confirm" | "run" as what]:
                deleted = body["recordings"] if what == "confirm" else 0
                run = {"at": at_hour(15), "deleted": deleted, "bytes": 1, "held": 0, "failed": 0, "waiting": 0}
                self.last, self.pending = run, dict(NOTHING_PENDING)
            case _:
                self.rules = [{"id": f"made-{at}"} | one for at, one in enumerate(body["rules"])]
                self.default_days = body["defaultDays"]
        return Answer(b"", 204)
