import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { KublerError } from '../../errors.ts';
import type { Port } from '../../ports/engine.ts';

const hostAddress = '127.0.0.1';
/** A free port may be taken by someone else before it is published. */
const tries = 5;

/**
 * Publishes a port through the API socket of slirp4netns (slirp4netns(1), "API SOCKET").
 * @param dir where the socket is, @param socket its name there
 * @returns the port with the host port it got; rejects with `ENGINE_REFUSED` when it is taken
 */
export async function publishPort(dir: string, socket: string, guest: string, port: Port): Promise<Port> {
  // The address of a socket has 108 bytes at most (unix(7)); a path through a descriptor is always short.
  await using folder = await open(dir);
  const api = `/proc/self/fd/${folder.fd}/${socket}`;
  for (let left = port.hostPort === 0 ? tries : 1; ; left -= 1) {
    const hostPort = port.hostPort === 0 ? await freePort(port.protocol) : port.hostPort;
    const reason = await forward(api, guest, { ...port, hostPort });
    if (reason === undefined) return { ...port, hostPort };
    if (left <= 1) throw refused({ ...port, hostPort }, reason);
  }
}

/** Returns why it cannot be forwarded. */
async function forward(api: string, guest: string, port: Port): Promise<string | undefined> {
  const request = {
    execute: 'add_hostfwd',
    arguments: {
      proto: port.protocol,
      host_addr: hostAddress,
      host_port: port.hostPort,
      guest_addr: guest,
      guest_port: port.containerPort,
    },
  };
  const connection = connect(api);
  connection.end(JSON.stringify(request));
  const answer = JSON.parse(await text(connection)) as { readonly error?: { readonly desc: string } };
  return answer.error?.desc;
}

const refused = ({ hostPort, protocol }: Port, reason: string): KublerError =>
  new KublerError('ENGINE_REFUSED', `cannot publish port ${hostAddress}:${hostPort}/${protocol}: ${reason}`, {
    hint: 'another program may listen there, or ports below 1024 may need root: choose another one',
  });

async function freePort(protocol: Port['protocol']): Promise<number> {
  if (protocol === 'tcp') {
    const server = createServer().listen(0, hostAddress);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return port;
  }
  const socket = createSocket('udp4').bind(0, hostAddress);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}
