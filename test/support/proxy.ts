// A loopback HTTP proxy that opens tunnels (CONNECT) and remembers to where; or says no, or nothing.

import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type TestProxy = {
  url: string;
  /** What was asked for, in order: `host:port`. */
  asked: string[];
  close(): Promise<void>;
};

/** `says`: the head it answers with instead of opening the tunnel; '' = nothing at all. */
export async function testProxy(says?: string): Promise<TestProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  };
  const server = createServer((socket) => {
    keep(socket);
    socket.once('data', (head) => {
      const [, host = '', port = ''] = /^CONNECT (\S+):(\d+) HTTP\/1\.1\r\n/.exec(head.toString('latin1')) ?? [];
      asked.push(`${host}:${port}`);
      if (says !== undefined) {
        socket.write(says, 'latin1');
        return;
      }
      const onward = connect(Number(port), host, () => {
        // Whatever the client knows of the tunnel, it may come in two pieces.
        socket.write('HTTP/1.1 200 Connection', 'latin1', () =>
          setImmediate(() => {
            socket.write(' established\r\nvia: test\r\n\r\n', 'latin1');
            socket.pipe(onward).pipe(socket);
          }),
        );
      });
      keep(onward);
      onward.on('close', () => socket.destroy());
      socket.on('close', () => onward.destroy());
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
