"""The made-up premises' library: filters, sorting, facets, changes to many, saved views; and the wall."""

import itertools
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from web.wire import Answer, Request, json_answer, refusal

PAGE_ITEMS_MAX = 200
_SORTED_BY = {"started": lambda one: one["startedAt"], "length": lambda one: one["durationMs"]}


def _texts(item):
    return " ".join((item["agent"], item["workstation"]["name"], *item["tags"])).lower()


def _flag(value):
    return {"true": True, "false": False}.get(value)


def matches(item, request: Request, groups):
    """Whether an item is what a request for the list asks for."""
    any_of = {
        "agent": [item["agent"]],
        "workstation": [item["workstation"]["id"]],
        "state": [item["state"]],
        "tag": item["tags"],
    }
    for key, values in any_of.items():
        wanted = request.many(key)
        if wanted and not set(wanted) & set(values):
            return False
    query = request.query
    seconds = item["durationMs"] / 1000
    started = datetime.fromisoformat(item["startedAt"])
    members = groups.get(query.get("group", ""), {}).get("members", [])
    return all(
        (
            query.get("site") in {None, item["site"]},
            "group" not in query or item["agent"] in members,
            "from" not in query or started >= datetime.fromisoformat(query["from"]),
            "to" not in query or started < datetime.fromisoformat(query["to"]),
            seconds >= float(query.get("minLength", 0)),
            seconds <= float(query.get("maxLength", "inf")),
            _flag(query.get("gap")) in {None, item["gaps"] > 0},
            _flag(query.get("blackout")) in {None, item["blackout"]},
            _flag(query.get("held")) in {None, item["held"]},
            all(word in _texts(item) for word in query.get("q", "").lower().split()),
        )
    )


@dataclass
class Shelf:
    """What surrounds the recordings of a premises."""

    recordings: dict
    workstations: dict
    groups: dict[str, dict] = field(default_factory=dict)
    views: dict[str, dict] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    """Recordings that nobody may change."""
    orders: list[dict] = field(default_factory=list)
    pictures: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """By workstation the newest picture of its screen: a tag, and the JPEG."""
    fetched: list[str] = field(default_factory=list)
    """Workstations whose picture was asked for, and what came of it."""
    _numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

    def answer(self, request: Request) -> Answer | None:
        """The answer to a request about any of this, or None."""
        match request.path.split("/")[2:]:
            case ["recordings", "facets"]:
                return self._facets(request.query.get("q", ""))
            case ["recordings", "bulk"]:
                return self._bulk(request.json())
            case ["views", *rest]:
                return self._views(request, rest[0] if rest else None)
            case ["wall"]:
                return json_answer({"items": [self._tile(one) for one in self.workstations.values() if one.recording]})
            case ["wall", workstation, "thumbnail"]:
                return self._picture(request, workstation)
        return None

    def page(self, request: Request, page_items):
        """One page of the list."""
        order = request.query.get("order", "-started")
        key = _SORTED_BY[order.lstrip("-")]
        items = sorted((one.item() for one in self.recordings.values()), key=key, reverse=order.startswith("-"))
        found = [one for one in items if matches(one, request, self.groups)]
        first = int(request.query.get("before", "0"))
        count = min(int(request.query.get("limit", page_items)), page_items, PAGE_ITEMS_MAX)
        more = first + count < len(found)
        return json_answer({"items": found[first : first + count], "next": str(first + count) if more else None})

    def _facets(self, prefix):
        items = [one.item() for one in self.recordings.values()]

        def of(values):
            return sorted({one for one in values if one.lower().startswith(prefix.lower())})[:200]

        return json_answer(
            {
                "agents": of(one["agent"] for one in items),
                "workstations": of(one["workstation"]["id"] for one in items),
                "tags": of(tag for one in items for tag in one["tags"]),
                "sites": of(one["site"] for one in items),
                "groups": [{"id": key, "name": one["name"]} for key, one in self.groups.items()],
            }
        )

    def _bulk(self, order):
        self.orders.append(order)
        done, refused = 0, []
        for identifier in order["recordings"]:
            recording = self.recordings.get(identifier)
            if recording is None or identifier in self.refused:
                code = "recording.not_found" if recording is None else "access.refused"
                refused.append({"id": identifier, "code": code})
                continue
            done += 1
            if order["action"] == "tag" and order["tag"] not in recording.tags:
                recording.tags.append(order["tag"])
            elif order["action"] == "untag" and order["tag"] in recording.tags:
                recording.tags.remove(order["tag"])
            elif order["action"] in {"hold", "release"}:
                recording.held = order["action"] == "hold"
        return json_answer({"done": done, "refused": refused})

    def _views(self, request, identifier):
        if request.method == "GET":
            return json_answer({"items": list(self.views.values())})
        if request.method == "DELETE":
            del self.views[identifier]
            return Answer(b"", 204)
        body = request.json()
        taken = [one for one in self.views.values() if one["name"] == body["name"] and one["id"] != identifier]
        if taken:
            return refusal(409, "view.name_taken", "There is a view of that name.", "Choose another.")
        identifier = identifier or f"v{next(self._numbers)}"
        self.views[identifier] = {**body, "id": identifier, "mine": True}
        return json_answer(self.views[identifier])

    def _tile(self, workstation):
        recording = self.recordings.get(workstation.recording)
        known = workstation.id in self.pictures
        began = None if recording is None else recording.item()["startedAt"]
        at = datetime.fromtimestamp(time.time(), UTC).isoformat().replace("+00:00", "Z") if known else None
        age_ms = None if recording is None else recording.progress_age_ms
        return workstation.item() | {"recordingStartedAt": began, "thumbnailAt": at, "progressAgeMs": age_ms}

    def _picture(self, request, workstation):
        known = self.pictures.get(workstation)
        if known is None:
            return refusal(404, "thumbnail.none", "There is no picture yet.")
        tag, jpeg = known
        if request.headers.get("if-none-match") == f'"{tag}"':
            self.fetched.append(f"{workstation} same")
            return Answer(b"", 304, headers={"etag": f'"{tag}"'})
        self.fetched.append(f"{workstation} {tag}")
        return Answer(jpeg, 200, "image/jpeg", {"etag": f'"{tag}"'})
