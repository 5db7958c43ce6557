"""Where a store may live: SQLite's locks are not to be trusted over a network (ruling 25)."""

from pathlib import Path, PurePosixPath

from services.kernel.errors import Fatal

NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "beegfs", "gfs2", "ocfs2",
    "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone", "fuse.davfs", "davfs",
})  # fmt: skip
"""Filesystem types of other machines. 9p and virtiofs share a folder of the same machine, so they may serve."""


def refuse_network(path: Path, mounts: Path = Path("/proc/mounts")) -> None:
    """Raises Fatal when `path` lies on a network filesystem. A system without a list of mounts is not judged."""
    try:
        listed = mounts.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    kind = filesystem(PurePosixPath(path.resolve()), listed)
    if kind in NETWORK:
        raise Fatal(str(path), f"the store lies on a network filesystem ({kind})",
                    "Give a folder on a local disk of this machine")  # fmt: skip


def filesystem(path: PurePosixPath, mounts: str) -> str:
    """The type of the filesystem that holds `path`, from lines of `device folder type …`; "" when none does."""
    best, found = -1, ""
    for line in mounts.splitlines():
        words = line.split()
        if len(words) < 3:  # noqa: PLR2004
            continue
        folder = PurePosixPath(words[1].replace("\\040", " "))
        if path.is_relative_to(folder) and len(folder.parts) >= best:
            best, found = len(folder.parts), words[2]
    return found
