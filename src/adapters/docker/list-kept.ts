import type { DockerHost } from './host.ts';
import { dataDirLabel, ownerLabel, sessionLabel } from './labels.ts';
import { request } from './request.ts';

/** What the names of containers begin with that are kept for people; see `Session.keep`. */
export const keptPrefix = 'kubler-kept-';

/** A container that was kept when its session ended. */
export interface KeptContainer {
  readonly name: string;
  readonly session: string;
  readonly owner: string;
  readonly dataDir: string;
}

interface Listed {
  readonly Names: readonly string[] | null;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** All of a daemon, whoever made them. */
export async function listKept(host: DockerHost): Promise<readonly KeptContainer[]> {
  const query = { all: true, filters: JSON.stringify({ label: [ownerLabel] }) };
  const call = { verb: 'list containers', method: 'GET', path: '/containers/json', query } as const;
  const containers = await request<readonly Listed[]>(host, call);
  return containers.flatMap(({ Names, Labels }) => {
    const name = Names?.map((each) => each.replace(/^\//, '')).find((each) => each.startsWith(keptPrefix));
    if (name === undefined) return [];
    const label = (key: string): string => Labels?.[key] ?? '';
    return [{ name, session: label(sessionLabel), owner: label(ownerLabel), dataDir: label(dataDirLabel) }];
  });
}
