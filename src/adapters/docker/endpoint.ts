import { KublerError } from '../../errors.ts';

/** Files that a TLS connection is made with, as `docker --tlscacert --tlscert --tlskey` names them. */
export interface Tls {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Whether the daemon must prove who it is. */
  readonly verify: boolean;
}

/** Where an engine's API is: a socket of this machine, a port, or a socket of a machine reached by ssh. */
export type Endpoint = DirectEndpoint | SshEndpoint;

export type DirectEndpoint =
  | { readonly kind: 'unix'; readonly socketPath: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls?: Tls };

export interface SshEndpoint {
  readonly kind: 'ssh';
  /** A name or address, or one of the user's ssh configuration. */
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  /** The API's socket over there. */
  readonly socketPath: string;
  /** File of a private key, besides those ssh knows. */
  readonly identityFile?: string;
}

export interface EndpointOptions {
  /** For `tcp`. */
  readonly tls?: Tls | undefined;
  /** For `ssh`. */
  readonly identityFile?: string | undefined;
  /** The socket of the other machine, where an `ssh` address names none. */
  readonly remoteSocket: string;
  /** Where the address stands, for the error: `DOCKER_HOST`. */
  readonly source: string;
}

/**
 * Reads an address as DOCKER_HOST has it: `unix:///path`, `tcp://host:port` (2376 with TLS, else 2375), a bare `host:port`,
 * `ssh://[user@]host[:port][/path/to/socket]`. Throws `ENGINE_UNAVAILABLE` for any other.
 * https://docs.docker.com/reference/cli/docker/#host
 */
export function parseEndpoint(text: string, options: EndpointOptions): Endpoint {
  const [, scheme = 'tcp', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(text) ?? [];
  if (scheme === 'unix' && rest.startsWith('/')) return { kind: 'unix', socketPath: rest };
  const url = scheme === 'tcp' || scheme === 'ssh' ? tryUrl(`${scheme}://${rest}`) : undefined;
  if (!url || url.password !== '' || !isPlainHost(url.hostname)) throw unreadable(text, options.source);
  return scheme === 'tcp' ? toTcp(url, options) : toSsh(url, options);
}

/** What ssh or a URL would not take for something else. */
const isPlainHost = (host: string): boolean => /^(?:[a-z0-9_][a-z0-9._-]*|\[[0-9a-f:.]+\])$/i.test(host);

function tryUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

const bareHost = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

function toTcp(url: URL, { tls }: EndpointOptions): Endpoint {
  const port = url.port === '' ? (tls ? 2376 : 2375) : Number(url.port);
  return { kind: 'tcp', host: bareHost(url), port, ...(tls && { tls }) };
}

function toSsh(url: URL, { identityFile, remoteSocket }: EndpointOptions): Endpoint {
  const path = decodeURIComponent(url.pathname);
  return {
    kind: 'ssh',
    host: bareHost(url),
    ...(url.port !== '' && { port: Number(url.port) }),
    ...(url.username !== '' && { user: decodeURIComponent(url.username) }),
    socketPath: path === '' || path === '/' ? remoteSocket : path,
    ...(identityFile !== undefined && { identityFile }),
  };
}

const unreadable = (text: string, source: string): KublerError =>
  new KublerError(
    'ENGINE_UNAVAILABLE',
    `cannot use ${source}: "${text.replace(/:[^:@/]*@/, ':…@')}" is no address of an engine`,
    {
      hint: 'unix:///path/to/socket, tcp://HOST:PORT or ssh://USER@HOST',
    },
  );

/** The address as people write it. */
export function describeEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === 'unix') return `unix://${endpoint.socketPath}`;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  if (endpoint.kind === 'tcp') return `tcp://${host}:${endpoint.port}${endpoint.tls ? ' (TLS)' : ''}`;
  const user = endpoint.user === undefined ? '' : `${endpoint.user}@`;
  const port = endpoint.port === undefined ? '' : `:${endpoint.port}`;
  return `ssh://${user}${host}${port}${endpoint.socketPath}`;
}
