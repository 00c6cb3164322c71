"""A place is a path of this machine. If the same file or folder is in a bucket too, the place knows its address there.

Every path below a place is a place too. Code that reads or writes a place does so through `stores.bucket`. Code that
uses a place as a plain path reaches only the disk of this machine.
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path


class Place(type(Path())):  # type: ignore[misc]  # the kind of path that this machine has
    """A path. address: where the same file or folder is in a bucket, such as s3://bucket/prefix/raw; empty if there is
    no bucket.
    """

    address: str = ""

    def __truediv__(self, below: str | PathLike[str]) -> Place:
        inside = self.address and not Path(below).is_absolute()
        return place(Path(str(self)) / below, f"{self.address}/{Path(below).as_posix()}" if inside else "")

    def with_name(self, name: str) -> Place:
        return self.parent / name

    @property
    def parent(self) -> Place:
        return place(Path(str(self)).parent, self.address.rpartition("/")[0])

    def __reduce__(self) -> tuple[object, ...]:
        return place, (Path(str(self)), self.address)


def place(path: Path, address: str = "") -> Place:
    """The place of a path whose file or folder is also at this address."""
    found = Place(path)
    found.address = address
    return found


def address_of(path: Path) -> str:
    """Where the same file or folder is in a bucket; empty for a plain path."""
    return path.address if isinstance(path, Place) else ""
