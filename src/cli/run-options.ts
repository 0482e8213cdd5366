import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KublerError } from '../errors.ts';
import type { Mount, Port } from '../pipeline/run/run-image.ts';

type Env = Readonly<Record<string, string | undefined>>;

const invalid = (what: string, reason: string, hint?: string): KublerError =>
  new KublerError('USAGE_INVALID', `cannot ${what}: ${reason}`, { ...(hint !== undefined && { hint }) });

/** `--publish [127.0.0.1:][HOST_PORT:]PORT[/udp]`; without a host port any that is free. */
export function parsePublish(text: string): Port {
  const verb = `publish "${text}"`;
  const [, address, hostPort = '', containerPort = '', protocol = 'tcp'] =
    /^(?:(.*):(?=[^:]*:))?(?:(\d*):)?(\d+)(?:\/(tcp|udp))?$/.exec(text) ?? [];
  const form = 'write -p 8080:80, -p 127.0.0.1:8080:80/udp, or -p 80 for any free port';
  if (containerPort === '') throw invalid(verb, 'it is no port', form);
  if (address !== undefined && address !== '127.0.0.1') {
    const reason = `ports are published on 127.0.0.1 only, not on "${address}"`;
    throw invalid(verb, reason, 'put a proxy or an SSH tunnel in front of it to let others in');
  }
  const ports = { hostPort: Number(hostPort), containerPort: Number(containerPort) };
  if (ports.containerPort === 0 || Math.max(ports.hostPort, ports.containerPort) > 65535) {
    throw invalid(verb, 'ports are numbers from 1 to 65535', form);
  }
  return { ...ports, protocol: protocol as Port['protocol'] };
}

/** `--volume HOST:CONTAINER[:ro]`; a relative HOST begins with a dot. */
export function parseVolume(text: string, cwd: string): Mount {
  const verb = `mount "${text}"`;
  const [hostPath = '', containerPath, mode = 'rw', ...rest] = text.split(':');
  const form = 'write -v ./folder:/in/container, with :ro behind it to forbid writing';
  if (containerPath === undefined || rest.length > 0) throw invalid(verb, 'it is not HOST:CONTAINER', form);
  if (!/^[./]/.test(hostPath)) {
    const reason = 'a volume with a name is kept by nobody, as Kubler has no daemon';
    throw invalid(verb, reason, `use a folder: -v ./${hostPath}:${containerPath}`);
  }
  if (!containerPath.startsWith('/') || containerPath === '/') {
    throw invalid(verb, `"${containerPath}" is no absolute path in the container`, form);
  }
  if (mode !== 'rw' && mode !== 'ro') throw invalid(verb, `"${mode}" is neither ro nor rw`, form);
  return { hostPath: resolve(cwd, hostPath), containerPath, readOnly: mode === 'ro' };
}

/** Refuses two volumes at one place: one would hide the other. */
export function checkVolumes(volumes: readonly Mount[]): void {
  const seen = new Set<string>();
  for (const { containerPath } of volumes) {
    const place = containerPath.replace(/\/+$/, '');
    if (seen.has(place)) throw invalid(`mount two volumes at "${place}"`, 'one would hide the other');
    seen.add(place);
  }
}

/** `--env NAME=value`, or `NAME` for the caller's own value. Returns `NAME=value`; undefined when there is no value. */
export function parseEnv(text: string, env: Env): string | undefined {
  const [, name = '', value] = /^([^=\s]+)(?:=(.*))?$/s.exec(text) ?? [];
  if (name === '') throw invalid(`set "${text}"`, 'it is not NAME=value', 'write -e NAME=value, or -e NAME');
  const given = value ?? env[name];
  return given === undefined ? undefined : `${name}=${given}`;
}

/** The lines of `--env-file`: as `--env` takes them, without quotes; empty ones and those that begin with # are left out. */
export async function readEnvFile(file: string, cwd: string, env: Env): Promise<readonly string[]> {
  const text = await readFile(resolve(cwd, file), 'utf8').catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KublerError('USAGE_INVALID', `cannot read "${file}": ${reason}`, { cause });
  });
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.flatMap((line) => parseEnv(line, env) ?? []);
}

/** `--name`, which is the host name too (hostname(7)). */
export function parseContainerName(text: string): string {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/.test(text)) return text;
  throw invalid(
    `name a container "${text}"`,
    'letters, digits, "_", "." and "-" only, at most 63 characters',
  );
}
