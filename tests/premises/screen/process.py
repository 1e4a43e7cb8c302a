"""A premises as a process of its own, to be killed: ``python process.py FOLDER`` prints its port when it listens."""

import asyncio
import sys
from pathlib import Path

from premises.screen.rig import Premises


async def main(folder):
    async with Premises(folder, commit_s=0.02).running() as premises:
        print(premises.service.port, flush=True)  # noqa: T201 # it is read by the test
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
