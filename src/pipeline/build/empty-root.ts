import { stepKey } from '../../stages/plan/index.ts';
import { saveStream } from '../../stages/rootfs/index.ts';
import type { Workspace } from '../workspace.ts';

/** An archive without members: POSIX pax, "ustar Interchange Format". */
const emptyArchive = (): ReadableStream<Uint8Array> => new Blob([new Uint8Array(1024)]).stream();

/** Snapshot of a root with nothing in it, which is made unless it is there. */
export async function makeEmptyRoot({
  engine,
  openTempDir,
  signal,
}: Pick<Workspace, 'engine' | 'openTempDir' | 'signal'>): Promise<string> {
  const id = stepKey('empty root', {});
  if (await engine.hasSnapshot(id)) return id;
  await using temp = await openTempDir();
  const hostFile = `${temp.path}/empty.tar`;
  await saveStream(emptyArchive(), hostFile, { signal });
  await engine.bootstrap({ id, log: () => undefined, source: { kind: 'tarball', hostFile } });
  return id;
}
