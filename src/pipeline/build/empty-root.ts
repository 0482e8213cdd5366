import { newDirectory } from '../../oci/new-member.ts';
import { writeTar } from '../../oci/tar-write.ts';
import { stepKey } from '../../stages/plan/index.ts';
import { saveStream } from '../../stages/rootfs/index.ts';
import type { Workspace } from '../workspace.ts';

/**
 * Folders that programs take for granted, and in which engines mount what every container has: where they are missing, some
 * engines make them.
 */
const folders: readonly (readonly [path: string, mode: number])[] = [
  ...(['dev', 'etc', 'proc', 'run', 'sys', 'var'] as const).map((path) => [path, 0o755] as const),
  ['root', 0o700],
  ['tmp', 0o1777],
  ['var/tmp', 0o1777],
];

/** Snapshot of a root with nothing in it but empty folders, which is made unless it is there. */
export async function makeEmptyRoot({
  engine,
  openTempDir,
  signal,
}: Pick<Workspace, 'engine' | 'openTempDir' | 'signal'>): Promise<string> {
  const id = stepKey('empty root', { folders: JSON.stringify(folders) });
  if (await engine.hasSnapshot(id)) return id;
  await using temp = await openTempDir();
  const hostFile = `${temp.path}/empty.tar`;
  const members = folders.map(([path, mode]) => ({ ...newDirectory(path), mode }));
  await saveStream(writeTar(members), hostFile, { signal });
  await engine.bootstrap({ id, log: () => undefined, source: { kind: 'tarball', hostFile } });
  return id;
}
