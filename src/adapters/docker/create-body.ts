import type { HealthCheck, Port, RunSpec } from '../../ports/engine.ts';
import { buildCapabilities } from './capabilities.ts';
import type { DockerHost } from './host.ts';

interface Given {
  readonly spec: RunSpec;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Volumes, and where they are mounted. */
  readonly binds: readonly string[];
  readonly takesInput: boolean;
  readonly health?: HealthCheck | undefined;
}

/** A container to be run as `POST /containers/create` takes it. What it writes is kept nowhere: it is read as it comes. */
export function toCreateBody(host: DockerHost, given: Given): object {
  const { spec, imageId, labels, takesInput } = given;
  const { argv, cwd, uid, gid, hostname, tty, ports, tmpfs = [] } = spec;
  const volumes = (spec.volumes ?? []).filter((path) => !tmpfs.includes(path));
  return {
    ...{ Image: imageId, Labels: labels, Entrypoint: [], Cmd: argv, WorkingDir: cwd, Hostname: hostname },
    ...{ User: `${uid}:${gid}`, Env: environment(host, spec), Tty: tty },
    ...{ OpenStdin: takesInput, StdinOnce: takesInput, AttachStdin: takesInput },
    ...{ AttachStdout: true, AttachStderr: true },
    ExposedPorts: Object.fromEntries(ports.map((port) => [portName(port), {}])) as unknown,
    Volumes: Object.fromEntries(volumes.map((path) => [path, {}])) as unknown,
    ...(given.health && { Healthcheck: toHealthcheck(given.health) }),
    HostConfig: hostConfig(host, given),
  };
}

/** A health check as `POST /containers/create` takes it: durations in nanoseconds. Kubler counts the answers itself. */
const toHealthcheck = ({ argv, intervalMs, timeoutMs }: HealthCheck): object => ({
  ...{ Test: ['CMD', ...argv], Interval: intervalMs * 1e6, Timeout: timeoutMs * 1e6 },
  ...{ StartPeriod: 0, Retries: 1 },
});

function hostConfig({ ulimits }: DockerHost, { spec, binds }: Given): object {
  const { mounts, ports, readOnly, additionalGids } = spec;
  const hasNone = spec.capabilities === 'none';
  return {
    NetworkMode: spec.network === 'published' ? 'bridge' : spec.network,
    Mounts: mounts.map(({ hostPath, containerPath, readOnly: ReadOnly }) => ({
      ...{ Type: 'bind', Source: hostPath, Target: containerPath, ReadOnly },
    })),
    Binds: binds,
    PortBindings: Object.fromEntries(ports.map((port) => [portName(port), bindings(ports, port)])) as unknown,
    ReadonlyRootfs: readOnly,
    CapDrop: ['ALL'],
    CapAdd: hasNone ? [] : [...buildCapabilities, 'NET_RAW'],
    // Without it, programs with file capabilities could not even be started by who may have none.
    SecurityOpt: hasNone ? ['no-new-privileges'] : [],
    GroupAdd: additionalGids.map(String),
    LogConfig: { Type: 'none' },
    Ulimits: ulimits,
  };
}

/** As the API names a port of a container. */
export const portName = ({ containerPort, protocol }: Port): string => `${containerPort}/${protocol}`;

/** Everywhere one port of a container is reached. No host port: any that is free. */
const bindings = (ports: readonly Port[], port: Port): readonly object[] =>
  ports
    .filter((each) => portName(each) === portName(port))
    .map(({ hostPort }) => ({ HostIp: '127.0.0.1', HostPort: hostPort === 0 ? '' : String(hostPort) }));

/** What engines add by themselves an image did not ask for. */
function environment({ name }: DockerHost, { env, tty }: RunSpec): readonly string[] {
  const has = (name: string): boolean => env.some((each) => each.startsWith(`${name}=`));
  return [
    ...env,
    ...(tty && !has('TERM') ? ['TERM=xterm'] : []),
    // Without a value: Docker leaves its own out. Podman knows no way to do so.
    ...(name === 'docker' && !has('HOSTNAME') ? ['HOSTNAME'] : []),
  ];
}
