# SPDX-License-Identifier: MIT
"""The line between a client and the server: counts connections and bytes."""

import asyncio
import threading


class Line:
    """Forwards a loopback port of its own to target, once that is set."""

    def __init__(self):
        self.target = None
        self.connections = 0
        self.sent = 0
        self.received = 0
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self.serve, "127.0.0.1", 0), self.loop
        ).result()
        self.port = self.server.sockets[0].getsockname()[1]

    async def serve(self, reader, writer):
        self.connections += 1
        far_reader, far_writer = await asyncio.open_connection(
            "127.0.0.1", self.target
        )
        await asyncio.gather(
            self.copy(reader, far_writer, "sent"),
            self.copy(far_reader, writer, "received"),
        )

    async def copy(self, reader, writer, counter):
        try:
            while data := await reader.read(65536):
                setattr(self, counter, getattr(self, counter) + len(data))
                writer.write(data)
                await writer.drain()
            writer.write_eof()
        except (ConnectionError, OSError):
            writer.close()

    def counts(self):
        return {
            "connections": self.connections,
            "bytes": self.sent + self.received,
        }

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
