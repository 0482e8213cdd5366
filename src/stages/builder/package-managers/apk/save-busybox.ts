import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { assert } from '../../../../errors.ts';
import { readTarStream } from '../../../../oci/tar-read.ts';
import { saveStream } from '../../../rootfs/index.ts';
import { runStep, type BuildContext } from '../../build-step.ts';
import type { Apk } from './run-apk.ts';

const programs = ['bin/busybox.static', 'usr/bin/busybox.static'];

/** Writes a static busybox to a file of this host: the package's, else the one that the base has. */
export async function saveBusybox(apk: Apk, context: BuildContext, hostFile: string): Promise<void> {
  const offer = (await apk.offers()).find(({ name }) => name === 'busybox-static');
  if (!offer) return saveOwn(context, hostFile);
  const [archive] = await apk.provide([offer]);
  assert(archive !== undefined, 'package busybox-static was fetched and has no file');
  // The parts of a package are one tar after the other, and only the last has an end.
  const tar = createReadStream(archive).pipe(createGunzip()) as AsyncIterable<Buffer>;
  for await (const member of readTarStream(tar)) {
    if (member.type === 'file' && programs.includes(member.path))
      return saveStream(member.content(), hostFile);
  }
  return saveOwn(context, hostFile);
}

async function saveOwn(context: BuildContext, hostFile: string): Promise<void> {
  await runStep(context, {
    name: 'busybox',
    label: 'looking for a busybox without libraries, for tests (package busybox-static)',
    root: 'target',
    argv: ['sh', '/.kubler/apk/busybox.sh'],
    stdout: { hostFile },
  });
}
