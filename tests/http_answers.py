"""What several tests read out of HTTP answers."""


def code_of(answer):
    """Status and code of a refusal, which must have the one shape."""
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "hint"}
    return answer.status_code, error["code"]
