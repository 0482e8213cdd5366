import { KublerError } from '../../errors.ts';
import type { ApiEngineName } from '../../model/engine-status.ts';
import { describeEndpoint, type Endpoint } from './endpoint.ts';
import type { Candidate } from './find-endpoints.ts';

export interface Circumstances {
  readonly engine: ApiEngineName;
  /** Whether this machine has the engine's program. */
  readonly isInstalled: boolean;
  /** The user who called. */
  readonly user: { readonly name: string; readonly uid: number };
}

/** How the engines are called in sentences. */
export const engineTitles: Readonly<Record<ApiEngineName, string>> = { docker: 'Docker', podman: 'Podman' };

/**
 * `ENGINE_UNAVAILABLE` for a connection that failed, with the line that helps. Codes are Node's: those of errno(3), of
 * getaddrinfo(3) and of OpenSSL.
 */
export function explainConnection(
  error: unknown,
  { endpoint, source }: Candidate,
  circumstances: Circumstances,
): KublerError {
  if (error instanceof KublerError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const { reason, hint } = explain(code, message, { endpoint, source }, circumstances);
  const title = engineTitles[circumstances.engine];
  return new KublerError(
    'ENGINE_UNAVAILABLE',
    `cannot use ${title} at ${describeEndpoint(endpoint)} (${source}): ${reason}`,
    { hint, cause: error },
  );
}

interface Explanation {
  readonly reason: string;
  readonly hint: string;
}

function explain(code: string, message: string, candidate: Candidate, who: Circumstances): Explanation {
  const { endpoint, source } = candidate;
  if (endpoint.kind === 'unix') {
    const known = explainSocket(code, who, source === 'default socket');
    if (known) return known;
  }
  if (endpoint.kind === 'tcp' && isTlsFault(code, message)) return explainTls(endpoint, message);
  if (endpoint.kind === 'ssh') return explainForward(endpoint, message);
  const reason = code === 'ABORT_ERR' ? 'it does not answer' : message || code;
  return { reason, hint: `${source} says where it is; is it running there?` };
}

function explainSocket(code: string, who: Circumstances, isUsual: boolean): Explanation | undefined {
  if (code === 'ENOENT' && isUsual && !who.isInstalled)
    return { reason: 'it is not installed', hint: installLines[who.engine] };
  if (code === 'ENOENT') return { reason: 'there is no socket, so it does not run', hint: startLine(who) };
  if (code === 'ECONNREFUSED') return { reason: 'nobody listens, so it does not run', hint: startLine(who) };
  if (code === 'EACCES' || code === 'EPERM') return { reason: 'permission denied', hint: accessLine(who) };
  return undefined;
}

const installLines: Readonly<Record<ApiEngineName, string>> = {
  docker: 'sudo apt-get install --yes --no-install-recommends docker.io',
  podman: 'sudo apt-get install --yes podman',
};

function startLine({ engine, user }: Circumstances): string {
  if (engine === 'docker') return 'sudo systemctl start docker';
  return user.uid === 0 ? 'systemctl start podman.socket' : 'systemctl --user start podman.socket';
}

/** Podman has a service for each user; Docker one for a group, which is root as good as, or a rootless one. */
function accessLine({ engine, user }: Circumstances): string {
  if (engine === 'podman') return 'systemctl --user start podman.socket';
  return `sudo usermod --append --groups docker ${user.name}, and log in again; or have a Docker of your own: dockerd-rootless-setuptool.sh install`;
}

const isTlsFault = (code: string, message: string): boolean =>
  /^(?:ERR_(?:TLS|SSL)_|CERT_|EPROTO|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/.test(code) ||
  /HTTP request to an HTTPS server|certificate/.test(message);

function explainTls({ tls }: Endpoint & { readonly kind: 'tcp' }, message: string): Explanation {
  if (!tls) return { reason: 'it wants TLS', hint: 'set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH' };
  if (/wrong version number/i.test(message))
    return {
      reason: 'it has no TLS',
      hint: 'unset DOCKER_TLS_VERIFY, if the network between can be trusted',
    };
  const reason = message
    .replace(/^.*?SSL routines:[^:]*:/, '')
    .replace(/:[^:]*:\d+:.*$/s, '')
    .trim();
  return {
    reason: `TLS: ${reason}`,
    hint: `ca.pem, cert.pem and key.pem are looked for beside ${tls.caFile}`,
  };
}

const explainForward = (endpoint: Endpoint & { readonly kind: 'ssh' }, message: string): Explanation => ({
  reason: `ssh works, but the socket there does not answer: ${message}`,
  hint: `is there a ${endpoint.socketPath} that ${endpoint.user ?? 'the user'} may use? ssh://USER@HOST/path/to/socket names another`,
});
