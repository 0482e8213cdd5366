import type { DockerHost } from './host.ts';
import { isGone, ownerLabel, removeLabelled, sessionLabel } from './labels.ts';
import { listKept } from './list-kept.ts';

/** Removes what processes of this machine that are gone have left in the daemon, but for what is kept. */
export async function removeStale(host: DockerHost): Promise<void> {
  const owners = new Set<string>();
  await removeLabelled(host, ownerLabel, (labels) => {
    owners.add(labels[ownerLabel] ?? '');
    return false;
  });
  const gone = new Set<string>();
  for (const owner of owners) if (await isGone(owner)) gone.add(owner);
  if (gone.size === 0) return;
  const kept = new Set((await listKept(host)).map(({ session }) => session));
  await removeLabelled(
    host,
    ownerLabel,
    (labels) => gone.has(labels[ownerLabel] ?? '') && !kept.has(labels[sessionLabel] ?? ''),
  );
}
