"""A disk that can be made full: a small file system in memory, if we may mount one.

Where mounting is not allowed (not root, or a container without CAP_SYS_ADMIN) there is none, and
the run says that it goes without.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.processes import started_at

_ROOM = "6g"  # of which only what is written is taken
_SOURCE = "nenkin-chaos-"


@dataclass(frozen=True)
class Disk:
    """A mounted file system."""

    folder: Path

    @classmethod
    def on(cls, folder: Path) -> "Disk | None":
        """Mounted on ``folder``, which is made; ``None`` where that is not allowed."""
        _remove_abandoned()
        folder.mkdir(parents=True, exist_ok=True)
        options, source = f"size={_ROOM},mode=0755", f"{_SOURCE}{os.getpid()}"
        mounted = _run("mount", "-t", "tmpfs", "-o", options, source, str(folder))
        return cls(folder) if mounted else None

    def fill(self) -> None:
        """From now on nothing more goes in."""
        for _ in range(100):  # what is written meanwhile makes it too small: then once more
            found = os.statvfs(self.folder)
            used = (found.f_blocks - found.f_bfree) * found.f_frsize
            if self._resize(str(used)):
                return
        raise OSError(f"could not fill {self.folder}")

    def free(self) -> None:
        """There is room again."""
        self._resize(_ROOM)

    def remove(self) -> None:
        """With all that is on it."""
        _run("umount", "-l", str(self.folder))
        shutil.rmtree(self.folder, ignore_errors=True)

    def _resize(self, size: str) -> bool:
        return _run("mount", "-o", f"remount,size={size}", str(self.folder))


def _remove_abandoned() -> None:
    """What runs that were killed have left mounted."""
    for line in Path("/proc/mounts").read_text().splitlines():
        source, folder, *_ = line.split(" ")
        if source.startswith(_SOURCE) and started_at(int(source.removeprefix(_SOURCE))) is None:
            Disk(Path(folder)).remove()


def _run(*command: str) -> bool:
    done = subprocess.run(command, capture_output=True, check=False)
    return done.returncode == 0
