"""The made-up premises server with people in it: sign-in in steps, users, groups, roles, sessions, the audit log."""

import hashlib
import time

from web.premises import PASSWORD, USER, Premises, instant
from web.wire import Answer, json_answer, refusal

EVERYTHING = (
    "view",
    "play",
    "live",
    "export",
    "annotate",
    "hold",
    "delete",
    "record",
    "blackout_on",
    "blackout_off",
    "audit",
    "administer",
    "operate",
)
CODE, RECOVERY = "123456", "abcd-efgh-1"
QR = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path fill="#fff" d="M0 0h9v9H0z"/>'
    '<path d="M1 1h3v3H1zM5 1h3v3H5zM1 5h3v3H1zM5 5h1v1H5zM7 5h1v2H7zM6 7h1v1H6z"/></svg>'
)
_ACTIONS = list(EVERYTHING)


def _grants(scope, *actions):
    return [{"action": action, "scope": scope} for action in actions]


def built_in_roles():
    looks = ("view", "play", "live", "export", "annotate", "record", "blackout_on", "blackout_off")
    return [
        _role("agent", "Agent", _grants("own", "view", "play", "blackout_on")),
        _role("supervisor", "Supervisor", _grants("team", *looks)),
        _role("manager", "Manager", _grants("all", *looks, "hold")),
        _role("auditor", "Auditor", _grants("all", "view", "audit")),
        _role("administrator", "Administrator", _grants("all", *_ACTIONS)),
    ]


def _role(key, name, grants, *, built_in=True):
    return {"id": key, "name": name, "builtIn": built_in, "grants": grants}


def person(key, name, *roles, **facts):
    """A user; ``roles`` are ids, or pairs of an id and the instant from which on it holds."""
    pairs = [one if isinstance(one, tuple) else (one, None) for one in roles]
    return {
        "id": key,
        "name": name,
        "roles": [{"role": role, "since": since} for role, since in pairs],
        "groups": [],
        "disabled": False,
        "totp": False,
        "lockedUntil": None,
        "lastSignInAt": None,
        "oidc": False,
        **facts,
    }


def ago(seconds):
    return instant(time.time_ns() // 1000 - round(seconds * 1_000_000))


class PeoplePremises(Premises):
    """Attributes change what it does, as in `Premises`."""

    def __init__(self, recordings=(), workstations=()):
        super().__init__(recordings, workstations)
        self.permissions = list(EVERYTHING)
        self.totp = False
        self.locked_s = 0
        self.expired = False
        self.oidc = None
        self.password = PASSWORD
        self.users = {}
        self.groups = {}
        self.roles = {role["id"]: role for role in built_in_roles()}
        self.logins = [self.login("s-here", USER, current=True)]
        self.log = []
        self.whole = True
        self.mine = []
        self.refuse_next = None
        self.heard = []
        """Changes as they came: (method, path, body)."""
        for one in (person(USER, "Sam Rivera", "administrator", lastSignInAt=ago(60)),):
            self.users[one["id"]] = one

    # ---- what tests put in

    def login(self, key, user, *, current=False, agent="Firefox on Linux", address="10.0.0.7", seen_s=30):
        return {
            "id": key,
            "user": user,
            "createdAt": ago(3600),
            "seenAt": ago(seen_s),
            "expiresAt": ago(-36_000),
            "address": address,
            "agent": agent,
            "current": current,
        }

    def note(self, actor, action, subject="", *, seconds_ago=0, page="", **details):
        """Adds an entry to the audit log; later calls must be of later times."""
        key = len(self.log) + 1
        before = self.log[-1]["hash"] if self.log else ""
        entry = {
            "id": key,
            "at": ago(seconds_ago),
            "actor": actor,
            "action": action,
            "subject": subject,
            "address": details.pop("address", "10.0.0.7"),
            "page": page,
            "details": details,
        }
        self.log.append(entry | {"hash": hashlib.sha256(f"{before}{entry}".encode()).hexdigest()})

    # ---- answers

    async def _api(self, request):
        if request.path == "/api/signin":
            return json_answer({"oidc": self.oidc, "passwords": True, "minLength": 12})
        if request.path == "/api/session/password":
            return self._renew(request)
        part = request.path.split("/")[2]
        handler = {
            "users": self._users,
            "groups": self._groups,
            "roles": self._roles,
            "sessions": self._sessions,
            "access": self._access,
            "account": self._account,
            "audit": self._audit,
            "audit.csv": self._csv,
            "mine": self._mine,
        }.get(part)
        if handler is None:
            return await super()._api(request)
        if not self.signed_in or request.cookies.get("playhead_session") != "yes":
            return refusal(401, "session.none", "You are not signed in.")
        if request.method != "GET":
            if request.headers.get("x-csrf-token") != "csrf":
                return refusal(403, "session.csrf", "The request did not come from this page.")
            self.heard.append((request.method, request.path, request.json() if request.body else None))
            if self.refuse_next is not None:
                answer, self.refuse_next = refusal(*self.refuse_next), None
                return answer
        return handler(request, request.path.split("/")[3:])

    def _session(self, request):
        if request.method == "POST":
            body = request.json()
            if self.locked_s:
                answer = refusal(429, "session.locked", "There were too many failed attempts.", "Wait a little.")
                answer.headers["retry-after"] = str(self.locked_s)
                return answer
            if (body["user"], body["password"]) != (USER, self.password):
                return refusal(401, "session.refused", "The name or the password is wrong.")
            if self.expired:
                return refusal(403, "password.expired", "The password has to be replaced.")
            if (refused := self._second_factor(body)) is not None:
                return refused
            self.signed_in = True
            return json_answer(self._session_item(), **{"set-cookie": _COOKIE})
        return super()._session(request)

    def _session_item(self):
        return {
            "user": {"name": USER, "displayName": "Sam Rivera", "role": "x", "permissions": self.permissions},
            "capabilities": self.capabilities,
            "csrfToken": "csrf",
            "tokenUrl": f"{self.tokens.origin}/token",
            "site": "site-1",
            "expiresAt": ago(-3600),
        }

    def _second_factor(self, body):
        if not self.totp:
            return None
        if "code" not in body:
            return refusal(401, "signin.code_needed", "The second factor is needed.")
        return (
            None
            if body["code"] in (CODE, RECOVERY)
            else refusal(401, "signin.code", "The code is wrong.", "Wait for the next one.")
        )

    def _renew(self, request):
        body = request.json()
        if (body["user"], body["old"]) != (USER, self.password):
            return refusal(401, "session.refused", "The name or the password is wrong.")
        if len(body["new"]) < 12:
            return refusal(400, "password.weak", "The password is too short.")
        if (refused := self._second_factor(body)) is not None:
            return refused
        self.password, self.expired, self.signed_in = body["new"], False, True
        return json_answer(self._session_item(), **{"set-cookie": _COOKIE})

    def _users(self, request, rest):
        if not rest:
            if request.method == "POST":
                body = request.json()
                if body["id"] in self.users:
                    return refusal(409, "user.exists", f"There is a user {body['id']} already.")
                self.users[body["id"]] = person(body["id"], body["name"]) | {"roles": body["roles"]}
                return json_answer(self.users[body["id"]], 201)
            wanted, after = request.query.get("q", "").lower(), request.query.get("after", "")
            found = sorted(
                (one for one in self.users.values() if wanted in one["id"] or wanted in one["name"].lower()),
                key=lambda one: one["id"],
            )
            found = [one for one in found if one["id"] > after]
            page = found[: self.page_items]
            return json_answer({"items": page, "next": page[-1]["id"] if len(found) > len(page) else None})
        user = self.users.get(rest[0])
        if user is None:
            return refusal(404, "user.not_found", "There is no such user.")
        match request.method, rest[1:]:
            case "PATCH", []:
                user |= request.json()
            case "DELETE", ["totp"]:
                user["totp"] = False
            case "POST", ["unlock"]:
                user["lockedUntil"] = None
        return json_answer(user)

    def _groups(self, request, rest):
        return self._table(request, rest, self.groups, "group", {"members": [], "supervisors": []})

    def _roles(self, request, rest):
        return self._table(request, rest, self.roles, "role", {"builtIn": False, "grants": []})

    def _table(self, request, rest, table, what, empty):
        if not rest and request.method == "POST":
            key = f"{what}-{len(table) + 1}"
            table[key] = {"id": key, **empty, **request.json()}
            return json_answer(table[key], 201)
        if not rest:
            return json_answer({"items": list(table.values()), "next": None})
        if rest[0] not in table:
            return refusal(404, f"{what}.not_found", f"There is no such {what}.")
        if request.method == "DELETE":
            del table[rest[0]]
            return Answer(b"", 204)
        if request.method == "PATCH":
            table[rest[0]] |= request.json()
        return json_answer(table[rest[0]])

    def _sessions(self, request, rest):
        user = request.query.get("user")
        if request.method == "DELETE":
            gone = (lambda one: one["id"] == rest[0]) if rest else (lambda one: one["user"] == user)
            self.logins = [one for one in self.logins if one["current"] or not gone(one)]
            return Answer(b"", 204)
        return json_answer({"items": [one for one in self.logins if user in (None, one["user"])]})

    def _access(self, request, _rest):
        user, recording = self.users.get(request.query["user"]), request.query["recording"]
        if user is None:
            return refusal(404, "user.not_found", "There is no such user.")
        if recording not in self.recordings:
            return refusal(404, "recording.not_found", "There is no such recording.")
        allowed = any(one["role"] in ("manager", "administrator") for one in user["roles"])
        yes, no = ["Role “manager” allows it for everyone."], ["None of the roles allows it."]
        shown = [one for one in _ACTIONS if one not in ("audit", "administer", "operate")]
        actions = {one: {"allowed": allowed, "why": yes if allowed else no} for one in shown}
        return json_answer({"allowed": allowed, "actions": actions})

    def _account(self, request, rest):
        body = request.json() if request.body else {}
        me = self.users[USER]
        match request.method, rest:
            case "POST", ["password"]:
                if body["old"] != self.password:
                    return refusal(403, "password.wrong", "The password you have is not that one.")
                self.password = body["new"]
                return Answer(b"", 204)
            case "POST", ["totp"]:
                secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
                return json_answer({"secret": secret, "uri": f"otpauth://totp/x?secret={secret}", "qr": QR})
            case "PUT", ["totp"]:
                if body["code"] != CODE:
                    return refusal(400, "totp.code", "The code is wrong.", "Codes change every 30 seconds.")
                me["totp"] = True
                return json_answer({"recovery": [f"abcd-efgh-{at}" for at in range(10)]})
            case "DELETE", ["totp"]:
                if body["password"] != self.password:
                    return refusal(403, "password.wrong", "The password you have is not that one.")
                me["totp"] = False
                return Answer(b"", 204)
        return json_answer(
            {"totp": me["totp"], "recoveryLeft": 9 if me["totp"] else None, "oidc": False, "password": True}
        )

    def _found(self, request):
        query = request.query
        found = [
            one
            for one in reversed(self.log)
            if all(query.get(key, one[key]) == one[key] for key in ("actor", "action", "subject", "address", "page"))
            and query.get("q", "").lower() in str(one).lower()
            and query.get("from", "") <= one["at"]
            and ("to" not in query or one["at"] <= query["to"])
        ]
        return [one for one in found if one["id"] < int(query.get("before", "1000000"))]

    def _audit(self, request, rest):
        if rest == ["verify"]:
            head = self.log[-1]["hash"] if self.log else ""
            bad = None if self.whole else 4
            return json_answer(
                {
                    "whole": self.whole,
                    "entries": len(self.log),
                    "firstBad": bad,
                    "problem": None if self.whole else "changed",
                    "head": head,
                }
            )
        found = self._found(request)
        page = found[: self.page_items]
        return json_answer({"items": page, "next": str(page[-1]["id"]) if len(found) > len(page) else None})

    def _csv(self, request, _rest):
        lines = [f"{one['at']},{one['actor']},{one['action']}" for one in self._found(request)]
        headers = {"content-disposition": 'attachment; filename="audit.csv"'}
        return Answer("\r\n".join(["at,actor,action", *lines]).encode(), 200, "text/csv", headers)

    def _mine(self, request, _rest):
        first = int(request.query.get("before", "0"))
        page = self.mine[first : first + self.page_items]
        more = first + len(page) < len(self.mine)
        return json_answer({"items": page, "next": str(first + len(page)) if more else None})


_COOKIE = "playhead_session=yes; HttpOnly; SameSite=Strict; Path=/"
