# SPDX-License-Identifier: MIT
"""A kernel from Debian's packages, and a file system in memory for it that
holds grantty, what that needs, and a shell."""

import contextlib
import fcntl
import gzip
import lzma
import os
import pathlib
import re
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]


def run(*argv, **how):
    return subprocess.run(
        argv, check=True, stdout=subprocess.PIPE, encoding="utf-8", **how
    ).stdout


def packages(folder, *names):
    """Unpacks Debian packages, which need not be installed, below folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        run("apt-get", "-q", "download", name, cwd=folder)
        for file in folder.glob(f"{name}_*.deb"):
            run("dpkg-deb", "-x", file, folder)
            file.unlink()


def unpacked_at(folder, name):
    """Where a package put that: below /usr since Debian 13."""
    path = folder / "usr" / name
    return path if path.exists() else folder / name


@contextlib.contextmanager
def alone(folder):
    """One process at a time: who finds a file there finds all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w", encoding="utf-8") as mutex:
        fcntl.flock(mutex, fcntl.LOCK_EX)
        yield


def kernel(folder):
    """The path of Debian's kernel for this release."""
    with alone(folder):
        found = list(folder.glob("boot/vmlinuz-*"))
        if not found:
            depends = run("apt-cache", "depends", "linux-image-amd64")
            name = re.search(r"Depends: (linux-image-\S+)", depends)[1]
            packages(folder, name)
            found = list(folder.glob("boot/vmlinuz-*"))
    return found[0]


def modules(folder, *names):
    """The kernel's modules of these names and what they need, as bytes and in
    the order in which they can be loaded. What is none of them is in the
    kernel."""
    paths = {
        path.name.partition(".")[0].replace("-", "_"): path
        for path in unpacked_at(folder, "lib/modules").glob(
            "*/kernel/**/*.ko*"
        )
    }
    found = {}

    def add(name):
        if name not in paths or name in found:
            return
        data = paths[name].read_bytes()
        if paths[name].suffix == ".xz":
            data = lzma.decompress(data)
        needs = re.search(rb"\0depends=([^\0]*)", data)[1].decode()
        for other in needs.split(","):
            add(other.replace("-", "_"))
        found[name] = data

    for name in names:
        add(name)
    return list(found.values())


def busybox(folder):
    """The path of a static busybox."""
    path = pathlib.Path("/bin/busybox")
    if path.exists():
        return path
    with alone(folder):
        if not unpacked_at(folder, "bin/busybox").exists():
            packages(folder, "busybox-static")
    return unpacked_at(folder, "bin/busybox")


def unpacked(path):
    return gzip.decompress(path.read_bytes())


def libraries(program):
    """What the program is linked with, the loader included."""
    return re.findall(r"(/\S+) \(0x", run("ldd", program))


class Archive:
    """A cpio archive as the kernel unpacks it (newc)."""

    def __init__(self):
        self.parts = []
        self.seen = set()

    def add(self, name, mode, data=b""):
        name = name.lstrip("/")
        if name in self.seen:
            return
        self.seen.add(name)
        parent = os.path.dirname(name)
        if parent:
            self.add(parent, 0o40755)
        # inode, mode, uid, gid, links, mtime, size, device and rdevice numbers,
        # length of the name, checksum
        fields = [len(self.seen), mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0]
        fields += [len(name) + 1, 0]
        header = "070701" + "".join(f"{field:08x}" for field in fields)
        entry = header.encode() + name.encode() + b"\0"
        entry += b"\0" * (-len(entry) % 4) + data
        self.parts.append(entry + b"\0" * (-len(data) % 4))

    def file(self, name, path, mode=0o100755):
        self.add(name, mode, pathlib.Path(path).read_bytes())

    def program(self, name, path):
        self.file(name, path)
        for library in libraries(path):
            self.file(library, library)

    def terminal(self, name):
        """What ncurses knows of a terminal, which only Debian 13 has in
        /usr/share."""
        found = [
            path
            for top in ("lib", "share")
            for path in pathlib.Path("/usr", top).glob(f"terminfo/*/{name}")
        ]
        self.file(f"/etc/terminfo/{name[0]}/{name}", found[0], 0o100644)

    def write(self, path):
        self.add("TRAILER!!!", 0)
        path.write_bytes(gzip.compress(b"".join(self.parts), 1))


def small_system(folder, *programs):
    """An archive with the first process, a shell, grantty's theme and these
    programs."""
    archive = Archive()
    archive.file("/init", TOP / "tests/boot/init")
    archive.file("/bin/busybox", busybox(folder))
    archive.add("/bin/sh", 0o120777, b"/bin/busybox")
    for name in "proc", "sys", "dev":
        archive.add(name, 0o40755)
    for path in map(pathlib.Path, programs):
        archive.program(f"/bin/{path.name}", path)
        second = path.parent / "libexec" / path.name
        if second.exists():
            archive.program(f"/bin/libexec/{path.name}", second)
    archive.file("/bin/themes/midnight.theme", TOP / "themes/midnight.theme")
    return archive
