import type { Port } from '../../ports/engine.ts';
import type { PeerState } from './converse.ts';
import { portName } from './create-body.ts';
import type { DockerHost } from './host.ts';
import { apiPath, request } from './request.ts';

/** An answer to a health check; times as in RFC 3339. */
interface HealthEntry {
  readonly Start: string;
  readonly End: string;
  readonly ExitCode: number;
  readonly Output: string;
}

/** What a daemon says of a container. */
export interface ContainerFacts {
  readonly State: PeerState & { readonly Health?: { readonly Log: readonly HealthEntry[] | null } };
  readonly NetworkSettings: {
    readonly Ports: Readonly<Record<string, readonly { readonly HostPort: string }[] | null>> | null;
  };
}

/** Also after an interrupt, as long as the container lives. */
export const readContainer = (host: DockerHost, id: string): Promise<ContainerFacts> =>
  request<ContainerFacts>(host, {
    ...{ verb: 'look at a container', method: 'GET', path: apiPath`/containers/${id}/json` },
    evenInterrupted: true,
  });

/** Ports of a container that runs with the host ports they got; of one that has ended, those that were asked for. */
export async function publishedPorts(
  host: DockerHost,
  id: string,
  ports: readonly Port[],
): Promise<readonly Port[]> {
  if (ports.length === 0) return [];
  const { Ports } = (await readContainer(host, id)).NetworkSettings;
  return ports.map((port) => {
    const [bound] = Ports?.[portName(port)] ?? [];
    return port.hostPort !== 0 || bound === undefined ? port : { ...port, hostPort: Number(bound.HostPort) };
  });
}

/** Sends a signal to the first process of a container; one that has ended does not matter. */
export async function signalContainer(
  host: DockerHost,
  id: string,
  signal: NodeJS.Signals | number,
): Promise<void> {
  const path = apiPath`/containers/${id}/kill`;
  const call = {
    verb: 'signal a container',
    method: 'POST',
    path,
    query: { signal: String(signal) },
  } as const;
  await request(host, { ...call, evenInterrupted: true }).catch(() => undefined);
}
