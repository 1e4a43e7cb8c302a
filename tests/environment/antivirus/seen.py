"""Sightings to judge."""

from pathlib import PurePosixPath

from playhead.environment.antivirus.sightings import Folder, Program, Sighting, Watched

SERVICE = Program(PurePosixPath("/opt/shop/bin/shopd"), replaceable=False)
DATA = PurePosixPath("/srv/shop/data")


def file(name, folder=DATA, **more):
    return Sighting(
        PurePosixPath(folder, name),
        **{"size": 4096, "looks": 60, "held": 0, "changed": 0, "programs": frozenset({SERVICE}), **more},
    )


def passing(count, name="tmp-{}.part", folder=DATA, **more):
    """Files that came and went."""
    return [
        file(name.format(f"q{number:04}z"), folder, **{"looks": 1, "created": True, "removed": True, **more})
        for number in range(count)
    ]


def watched(*files, folders=(), seconds=60.0, looks=60, **more):
    known = {PurePosixPath(one.path).parent for one in files} - {one.path for one in folders}
    return Watched(tuple(files), (*folders, *map(Folder, sorted(known))), seconds, looks, **more)
