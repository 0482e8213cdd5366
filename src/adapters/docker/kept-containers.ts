import type { Root } from '../../ports/engine.ts';
import type { DockerHost } from './host.ts';
import { dataDirName, isGone, removeLabelled, sessionLabel } from './labels.ts';
import { listKept, keptPrefix, type KeptContainer } from './list-kept.ts';
import { apiPath, request } from './request.ts';
import { needBuilder, needTarget } from './session-containers.ts';
import { inTurn, type SessionState } from './session-state.ts';

/**
 * Leaves the containers of a session to people, instead of those of the same name that were left before; see `Session.keep`.
 * Labels cannot be changed: it is by its name that a container is known to be kept.
 */
export async function keepContainers(state: SessionState, name: string): Promise<ReadonlyMap<Root, string>> {
  const { host } = state;
  const isFormer = new RegExp(`^${keptPrefix}${name}-(builder|target)-[0-9a-f]{8}$`);
  await removeSessions(
    host,
    (await listOwn(host)).filter((kept) => isFormer.test(kept.name)),
  );
  return inTurn(state, async () => {
    await (state.roots.has('builder') ? needBuilder(state, false) : needTarget(state, undefined, false));
    const commands = new Map<Root, string>();
    for (const root of ['builder', 'target'] as const) {
      const running = state.roots.get(root)?.running;
      if (!running) continue;
      const own = `${keptPrefix}${name}-${root}-${running.id.slice(0, 8)}`;
      const path = apiPath`/containers/${running.id}/rename`;
      await request(host, { verb: 'keep a container', method: 'POST', path, query: { name: own } });
      state.isKept = true;
      commands.set(root, `${host.name} exec -it ${own} ${root === 'builder' ? 'bash' : 'sh'}`);
    }
    return commands;
  });
}

/** Removes the kept containers of this data dir, with all that belongs to them. @returns their names */
export async function removeKept(host: DockerHost, dryRun: boolean): Promise<readonly string[]> {
  const own = await listOwn(host);
  const isLeft = await Promise.all(
    own.map(async ({ owner }) => owner === host.owner || (await isGone(owner))),
  );
  const left = own.filter((_, at) => isLeft[at]);
  if (!dryRun) await removeSessions(host, left);
  return left.map(({ name }) => name).sort();
}

const listOwn = async (host: DockerHost): Promise<readonly KeptContainer[]> =>
  (await listKept(host)).filter(({ dataDir }) => dataDir === dataDirName(host.dataDir));

async function removeSessions(host: DockerHost, kept: readonly KeptContainer[]): Promise<void> {
  for (const session of new Set(kept.map((each) => each.session)))
    await removeLabelled(host, `${sessionLabel}=${session}`);
}
