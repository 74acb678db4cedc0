# SPDX-License-Identifier: MIT
"""What a virtual disk was told, write by write, as QEMU's blklogwrites keeps it
(the format of Linux' dm-log-writes), and what is left of it after a power cut."""

import os
import random
import struct

SECTOR = 512
BLOCK = 4096
FLUSH, FUA = 1, 2


def drive(disk, log):
    """QEMU's options for a disk in a file, with a cache that a power cut
    empties, and a log of it."""
    return [
        "-blockdev", f"driver=file,filename={disk},node-name=disk",
        "-blockdev", f"driver=file,filename={log},node-name=log",
        "-blockdev", "driver=blklogwrites,file=disk,log=log,node-name=logged",
        "-device", "virtio-blk-pci,drive=logged,write-cache=on",
    ]


class Entry:
    """One thing that the disk was told. end: how long the log was with it."""

    def __init__(self, sector, flags, data, end):
        self.sector, self.flags, self.data, self.end = sector, flags, data, end


class BlockLog:
    """A disk as it was at first, and the log of all that came after."""

    def __init__(self, image, log):
        self.entries = list(read_log(log))
        with open(image, "rb") as file:
            blocks = iter(lambda: file.read(BLOCK), b"")
            self.blocks = [
                (at * BLOCK, block) for at, block in enumerate(blocks)
                if block.strip(b"\0")
            ]

    def count_at(self, end):
        """How many entries there were when the log was that long."""
        return sum(entry.end <= end for entry in self.entries)

    def end_of(self, count):
        """How long the log was with that many entries."""
        return self.entries[count - 1].end if count else 0

    def cut(self, file, offset, count, kept):
        """Writes to that place of a file of zeros what is on the disk where the
        power goes after that many entries.

        Before the last flush everything is there; of what came after it, each
        block is with the probability kept: a disk writes what is in its cache
        when and in the order it likes. A block is written whole or not at all:
        where it can be torn, ext4 does not survive, whatever is on it.
        """
        entries = self.entries[:count]
        flushes = [i for i, entry in enumerate(entries) if entry.flags & FLUSH]
        flushed = flushes[-1] if flushes else 0
        for at, block in self.blocks:
            file.seek(offset + at)
            file.write(block)
        for i, entry in enumerate(entries):
            sure = i < flushed or entry.flags & FUA
            for at in range(0, len(entry.data), BLOCK):
                if sure or random.random() < kept:
                    file.seek(offset + entry.sector * SECTOR + at)
                    file.write(entry.data[at:at + BLOCK])


def read_log(path):
    size = os.path.getsize(path)
    with open(path, "rb") as log:
        log.seek(SECTOR)  # its count of entries is not kept up to date
        while log.tell() < size:
            sector, sectors, flags, _ = struct.unpack("<4Q", log.read(32))
            assert flags & ~(FLUSH | FUA) == 0, "a log that is not understood"
            log.seek(SECTOR - 32, os.SEEK_CUR)
            data = log.read(sectors * SECTOR)
            yield Entry(sector, flags, data, log.tell())
