"""Status codes with their phrases (RFC 2326 §7.1.1, RFC 7826 §17), and which the errors of parsing get."""

from typing import Final

REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    408: "Request Timeout",
    410: "Gone",
    413: "Request Message Body Too Large",
    414: "Request-URI Too Long",
    451: "Parameter Not Understood",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    456: "Header Field Not Valid for Resource",
    457: "Invalid Range",
    459: "Aggregate Operation Not Allowed",
    460: "Only Aggregate Operation Allowed",
    461: "Unsupported Transport",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "RTSP Version Not Supported",
    551: "Option Not Supported",
}
"""Those that this server answers with."""

OF_ERRORS: Final = {"rtsp.address_length": 414, "rtsp.body_length": 413, "rtsp.version": 505}
"""Errors of the parser that are not 400."""
