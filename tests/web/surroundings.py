"""What the made-up premises says of its environment: ports, what its doctor and those of workstations find, files."""

import asyncio
from dataclasses import dataclass, field

from playhead.environment.ports import REGISTRY, Service
from web.operation import at_hour
from web.wire import Answer, Request, json_answer, refusal

LISTENING = {Service.SCREEN, Service.PORTAL, Service.HTTPS, Service.TOKENS}


def finding(severity, code, subject, **words):
    """One finding; ``words`` are its message, meaning and mend."""
    plain = {"code": code, "severity": severity, "subject": subject, "evidence": {}, "mend": None}
    return plain | {"message": "It was seen.", "meaning": "It means something."} | words


DROPPED = finding(
    "error",
    "port.dropped",
    "5650 tokens → recorder.example",
    message="10.9.0.5:5650 does not answer at all (no answer within 2.5 s).",
    mend="Let it through at: server, site. It is the rule playhead-tokens (TCP 5650): `playhead environment firewall` "
    "writes it; load it with `nft -f FILE`.",
    meaning="A firewall swallows the connection, so token requests of the interaction player do not work.",
)
SHORT = finding(
    "warning",
    "disk.short",
    "/srv/playhead",
    message="Room for 9 days, and recordings are kept for 30.",
    mend="Make room, or keep recordings for fewer days: `playhead retention show`.",
    meaning="Recordings are made, and will not be kept as long as they should be.",
)
WELL = finding("ok", "port.reached", "5633 screen → recorder.example", message="It answers as ours.")


def report(*findings, machine="recorder", at=None, worst=None):
    worst = worst or (findings[0]["severity"] if findings else "ok")
    answer = {"machine": machine, "role": "premises", "version": "0.9.0", "at": at or at_hour(14.8), "elapsedMs": 2_340}
    return answer | {"worst": worst, "findings": list(findings)}


@dataclass
class Surroundings:
    """Attributes are what it answers; tests change them between two requests."""

    premises: dict | None = field(default_factory=lambda: report(WELL))
    stations: dict[str, dict | None] = field(default_factory=dict)
    """Reports by workstation; None of one that has told nothing."""
    absent: set[str] = field(default_factory=set)
    """Those that are not connected."""
    deaf: set[str] = field(default_factory=set)
    """Services that do not listen."""
    unreached: dict[str, list[str]] = field(default_factory=dict)
    found_next: dict | None = None
    """What the next look comes to, instead of the same."""
    hold: asyncio.Event | None = None
    """Where a look waits."""
    link: dict = field(default_factory=lambda: dict(NO_LINK))
    """What the API says of the link to the cloud."""
    asked: list[tuple] = field(default_factory=list)
    """Looks and files as they were asked for."""

    async def answer(self, request: Request) -> Answer | None:
        """The answer to a request about any of this, or None."""
        match request.method, request.path.split("/")[2:]:
            case "GET", ["environment", "ports"]:
                return json_answer({"items": [self._port(row) for row in REGISTRY]})
            case "GET", ["environment", "findings"]:
                return json_answer(self._findings())
            case "GET", ["link"]:
                return json_answer(self.link)
            case "GET", ["environment", "forms"]:
                return json_answer(FORMS)
            case "GET", ["environment", "workstations", name]:
                told = self.stations.get(name)
                none = refusal(404, "doctor.no_report", f"There is no report of workstation {name}.")
                return none if told is None else json_answer(told)
            case "GET", ["environment", "page"]:
                return self._page(request.query.get("workstation"))
            case "POST", ["environment", "doctor"]:
                self.premises = await self._look("premises") or self.premises
                return json_answer(self.premises)
            case "POST", ["environment", "workstations", name, "doctor"]:
                if name in self.absent:
                    return refusal(503, "screen.not_connected", f"Workstation {name} is not connected.")
                self.stations[name] = await self._look(name) or self.stations[name]
                return json_answer(self.stations[name])
            case "GET", ["environment", "rules" | "exclusions" as kind]:
                return self._file(request, kind)
        return None

    async def _look(self, where):
        self.asked.append(("doctor", where))
        if self.hold is not None:
            await self.hold.wait()
        found, self.found_next = self.found_next, None
        return found

    def _port(self, row):
        there = row.service in LISTENING
        missing = self.unreached.get(row.service, [])
        reached = len(self.stations) - len(missing) if there else 0
        return {
            "service": row.service, "number": row.number, "transport": row.transport, "from": row.source,
            "to": row.target, "bothWays": row.both_ways, "module": row.module, "purpose": row.purpose,
            "openAt": list(row.open_at), "secured": row.secured,
            "listening": row.service not in self.deaf if there else None, "local": False,
            "reach": {"reached": reached, "unreached": len(missing), "workstations": missing},
        }  # fmt: skip

    def _findings(self):
        groups = {}
        for name, told in self.stations.items():
            for one in (told or {"findings": []})["findings"]:
                if one["severity"] in {"error", "warning"}:
                    groups.setdefault(one["code"], (one, []))[1].append(name)
        problems = [{"finding": one, "count": len(names), "workstations": names} for one, names in groups.values()]
        return {
            "premises": self.premises, "busy": False, "problems": problems,
            "reports": sum(told is not None for told in self.stations.values()),
            "workstations": [self._station(name, told) for name, told in sorted(self.stations.items())], "next": None,
        }  # fmt: skip

    def _station(self, name, told):
        severities = [one["severity"] for one in (told or {"findings": []})["findings"]]
        return {
            "workstation": name, "connected": name not in self.absent, "at": None if told is None else told["at"],
            "worst": None if told is None else told["worst"],
            "counts": {one: severities.count(one) for one in set(severities)},
            "unreached": [service for service, names in self.unreached.items() if name in names],
        }  # fmt: skip

    def _page(self, workstation):
        self.asked.append(("page", workstation))
        headers = {"Content-Disposition": f'attachment; filename="playhead-doctor-{workstation or "here"}.html"'}
        return Answer(b"<!doctype html>", 200, "text/html; charset=utf-8", headers)

    def _file(self, request, kind):
        self.asked.append((kind, request.pairs))
        for one in request.many("from"):
            if "/" not in one:
                return refusal(400, "environment.network", f"{one!r} is no address range.", "Write it as 10.1.0.0/16.")
        if kind == "exclusions" and request.query["role"] == "workstation" and not request.query.get("folder"):
            return refusal(400, "environment.folder", "'' is no whole path.", "Write it from the root on.")
        headers = {"Content-Disposition": f'attachment; filename="playhead-{kind}.nft"'}
        return Answer(b"table inet playhead {\n}\n", 200, "text/plain; charset=utf-8", headers)


NO_LINK = {
    "joined": False, "up": False, "since": None, "cloud": "", "site": "", "linksWanted": 0, "plain": False,
    "capKbitS": None, "code": "", "message": "", "hint": "", "links": [], "traffic": [],
}  # fmt: skip


def linked(*slots, **more):
    """A link to the cloud with these connections, over which bulk goes."""
    lines = [
        {"slot": slot, "roundTripMs": 41.2, "roundTripMsMin": 40.0, "rateKbitS": 20_000, "flightBytes": 98_304,
         "sentBytes": 7_500_000, "receivedBytes": 120_000, "waiting": slot} for slot in slots
    ]  # fmt: skip
    traffic = [
        {"urgency": name, "streams": 1, "sentKbitS": rate, "receivedKbitS": 0.0, "sentBytes": 1_000,
         "receivedBytes": 0, "broken": 0}
        for name, rate in (("control", 0.4), ("interactive", 12.0), ("playback", 0.0), ("bulk", 1_987.6))
    ]  # fmt: skip
    return {
        **NO_LINK, "joined": True, "up": bool(slots), "since": "2026-01-01T12:00:00Z", "cloud": "cloud.example:2010",
        "site": "acme/berlin", "linksWanted": 2, "capKbitS": 2_000, "links": lines, "traffic": traffic, **more,
    }  # fmt: skip


FORMS = {
    "rules": [
        {"form": "request", "title": "a change request in words", "roles": ["premises", "client", "site", "cloud"],
         "removable": False},
        {"form": "nftables", "title": "nftables", "roles": ["premises", "client", "site", "cloud"], "removable": True},
        {"form": "aws", "title": "Terraform, AWS", "roles": ["premises", "cloud"], "removable": False},
        {"form": "powershell", "title": "Windows, PowerShell", "roles": ["premises", "client", "cloud"],
         "removable": True},
    ],
    "exclusions": [
        {"form": "csv", "title": "a spreadsheet", "roles": ["premises", "workstation"], "removable": False},
        {"form": "defender", "title": "Microsoft Defender, PowerShell", "roles": ["premises", "workstation"],
         "removable": False},
    ],
}  # fmt: skip
