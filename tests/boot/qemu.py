# SPDX-License-Identifier: MIT
"""A machine of its own under QEMU, without KVM: its keyboard, its screen, and
a root shell on its serial line that runs commands and tells what they said."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from PIL import Image

QEMU = "qemu-system-x86_64"

# An emulated processor is slow, and the real one may be busy: with ten others at
# work on two processors a machine takes 50 seconds to start.
PATIENCE_S = 180


class Machine:
    """Boots at once; close() ends it. Whatever answers the lines on the first
    serial port must be a shell that reads them one by one and echoes none."""

    def __init__(
        self, kernel=None, initrd=None, append="", memory_mb=256, options=()
    ):
        self.folder = tempfile.TemporaryDirectory(prefix="grantty-qemu-")
        self.lines = []
        self.unfinished = b""
        self.serial, far_serial = socket.socketpair()
        self.monitor, far_monitor = socket.socketpair()
        argv = [QEMU, "-nodefaults", "-no-user-config", "-no-reboot"]
        argv += ["-accel", "tcg,thread=single", "-cpu", "max"]
        argv += ["-m", str(memory_mb), "-vga", "std", "-display", "none"]
        for name, far in ("serial", far_serial), ("monitor", far_monitor):
            argv += ["-chardev", f"socket,id={name},fd={far.fileno()}"]
        argv += ["-serial", "chardev:serial", "-mon", "monitor,mode=control"]
        if kernel:
            argv += ["-kernel", str(kernel), "-append", append]
        if initrd:
            argv += ["-initrd", str(initrd)]
        self.process = subprocess.Popen(
            [*argv, *options],
            stdin=subprocess.DEVNULL,
            stderr=sys.stderr,
            pass_fds=[far_serial.fileno(), far_monitor.fileno()],
        )
        far_serial.close()
        far_monitor.close()
        self.monitor.settimeout(PATIENCE_S)
        self.one_order = threading.Lock()  # a key may be held meanwhile
        self.answers = self.monitor.makefile("r", encoding="utf-8")
        self.answers.readline()  # a greeting
        self.order("qmp_capabilities")

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.answers.close()
        self.monitor.close()
        self.serial.close()
        self.folder.cleanup()

    # ---- Keyboard and screen, through the monitor

    def order(self, name, **arguments):
        """One of QMP's commands; returns what it returns."""
        words = {"execute": name, "arguments": arguments}
        with self.one_order:
            self.monitor.sendall(json.dumps(words).encode() + b"\n")
            while True:
                answer = json.loads(self.answers.readline())
                if "error" in answer:
                    raise AssertionError(f"{name}: {answer['error']}")
                if "return" in answer:
                    return answer["return"]

    def keys(self, *combinations):
        """Presses keys one after another: "a", "ctrl-alt-f2"."""
        for combination in combinations:
            keys = combination.split("-")
            self.order(
                "send-key",
                keys=[{"type": "qcode", "data": key} for key in keys],
            )

    def move(self, down, *keys):
        """Presses keys without releasing them, or releases them."""
        self.order("input-send-event", events=[
            {"type": "key",
             "data": {"down": down, "key": {"type": "qcode", "data": key}}}
            for key in keys
        ])

    @contextlib.contextmanager
    def held(self, combination):
        """Holds it down: as on a real keyboard, the last key is repeated until
        it is released. The machine must be reading its keyboard by then."""
        *others, last = combination.split("-")
        released = threading.Event()

        def repeat():
            # A keyboard repeats 11 times a second unless told otherwise.
            while not released.wait(0.09):
                self.move(True, last)

        self.move(True, *others, last)
        key = threading.Thread(target=repeat)
        key.start()
        try:
            yield
        finally:
            released.set()
            key.join()
            self.move(False, last, *others)

    def picture(self):
        """What is on the screen."""
        path = os.path.join(self.folder.name, "screen.ppm")
        self.order("screendump", filename=path)
        with Image.open(path) as image:
            return image.convert("RGB")

    def qr(self):
        """The texts of the QR codes on the screen."""
        path = os.path.join(self.folder.name, "screen.png")
        self.picture().save(path)
        return subprocess.run(
            ["zbarimg", "--quiet", "--raw", "--nodbus", "-S*.enable=0"]
            + ["-Sqrcode.enable=1", path],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            check=False,
        ).stdout.splitlines()

    # ---- The serial line

    def read(self, timeout):
        """Takes in what has come; False where nothing did within that time."""
        if not select.select([self.serial], [], [], timeout)[0]:
            return False
        data = self.serial.recv(65536)
        if not data:
            raise AssertionError(f"the machine is gone:\n{self.log()}")
        *whole, self.unfinished = (self.unfinished + data).split(b"\n")
        self.lines += [
            line.decode(errors="replace").rstrip("\r") for line in whole
        ]
        return True

    def log(self):
        """The last lines that came."""
        return "\n".join(f"| {line}" for line in self.lines[-60:])

    def wait_for_line(self, condition, timeout=PATIENCE_S, start=0):
        """The index of the first line from start on that is like that."""
        until = time.monotonic() + timeout
        while True:
            for i in range(start, len(self.lines)):
                if condition(self.lines[i]):
                    return i
            start = max(start, len(self.lines))
            if not self.read(max(0, until - time.monotonic())):
                raise AssertionError(
                    f"nothing more within {timeout} s:\n{self.log()}"
                )

    def try_run(self, command, timeout=PATIENCE_S):
        """Runs lines of shell; returns the exit status and the output."""
        start = len(self.lines)
        self.serial.sendall(
            f"{{ {command}\n}} </dev/null 2>&1; s=$?; echo; echo :=$s\n".encode()
        )
        end = self.wait_for_line(
            lambda line: line.startswith(":="), timeout, start
        )
        output = "\n".join(self.lines[start:end]).removesuffix("\n")
        return int(self.lines[end][2:]), output

    def run(self, command, timeout=PATIENCE_S):
        """The output of lines of shell that must succeed."""
        status, output = self.try_run(command, timeout)
        if status != 0:
            raise AssertionError(f"{command!r}: {status}\n{output}")
        return output

    def wait_until(self, command, timeout=PATIENCE_S):
        """Runs lines of shell again and again until they succeed."""
        until = time.monotonic() + timeout
        while True:
            status, output = self.try_run(command)
            if status == 0:
                return output
            if time.monotonic() > until:
                raise AssertionError(
                    f"not within {timeout} s: {command!r}: {status}\n{output}"
                )
            self.read(0.2)
