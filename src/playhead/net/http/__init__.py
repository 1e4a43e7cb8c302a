"""HTTP for services: a server embedded in our event loop, and what every ASGI application of ours stands behind.

`listen` and `HttpServer` bind and serve; `guarded` refuses what no application should see (hosts, paths, bodies, slow
senders), puts security headers on every answer and gives every error one shape.
"""

from playhead.net.http.certificates import own_certificate
from playhead.net.http.errors import error_body, error_response, status_of, tell_unserved
from playhead.net.http.from_page import page_of
from playhead.net.http.guard import Guard, guarded
from playhead.net.http.headers import SECURE_SESSION_COOKIE, SESSION_COOKIE, SecurityPolicy, session_cookie
from playhead.net.http.hosts import AllowedHosts, HostHeader, client_address, is_loopback
from playhead.net.http.redirect import RedirectServer
from playhead.net.http.server import AsgiApp, HttpServer, TlsFiles
from playhead.net.listener import listen

__all__ = [
    "SECURE_SESSION_COOKIE",
    "SESSION_COOKIE",
    "AllowedHosts",
    "AsgiApp",
    "Guard",
    "HostHeader",
    "HttpServer",
    "RedirectServer",
    "SecurityPolicy",
    "TlsFiles",
    "client_address",
    "error_body",
    "error_response",
    "guarded",
    "is_loopback",
    "listen",
    "own_certificate",
    "page_of",
    "session_cookie",
    "status_of",
    "tell_unserved",
]
