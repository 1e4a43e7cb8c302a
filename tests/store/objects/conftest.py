import pytest

from playhead.testing import s3


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory):
    with s3.serving(tmp_path_factory.mktemp("s3")) as server:
        yield server
