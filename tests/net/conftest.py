import asyncio

import uvloop

BOTH = {"test_screen.py", "test_enrolment.py"}
"""What is proven on asyncio's own loop, which workstations may run, and on uvloop, which premises run."""


def pytest_asyncio_loop_factories(config, item):  # noqa: ARG001 - the hook's signature
    factories = {"asyncio": asyncio.new_event_loop}
    return factories | {"uvloop": uvloop.new_event_loop} if item.path.name in BOTH else factories
