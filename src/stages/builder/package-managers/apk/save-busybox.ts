import { open, rm, type FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { assert } from '../../../../errors.ts';
import { readTarStream, type ArchiveMember } from '../../../../oci/tar-read.ts';
import { saveStream } from '../../../rootfs/index.ts';
import { runStep, type BuildContext } from '../../build-step.ts';
import { startsAsAdb } from './adb-blocks.ts';
import { readAdbFiles } from './adb-package.ts';
import type { Apk } from './run-apk.ts';

/** Where repositories may have one, in the order they are looked at. */
const places: readonly (readonly [packageName: string, path: RegExp])[] = [
  ['busybox-static', /^(?:usr\/)?bin\/busybox\.static$/],
  ['busybox', /^(?:usr\/)?bin\/busybox$/],
];

/** Writes a busybox that needs no library to a file of this host: of a package, else the one that the base has. */
export async function saveBusybox(apk: Apk, context: BuildContext, hostFile: string): Promise<void> {
  for (const [packageName, path] of places) {
    const offer = (await apk.offers()).find(({ name }) => name === packageName);
    if (!offer) continue;
    const [archive] = await apk.provide([offer]);
    assert(archive !== undefined, `package ${packageName} was fetched and has no file`);
    if ((await saveMember(archive, offer.checksum, path, hostFile)) && (await isStatic(hostFile))) return;
    await rm(hostFile, { force: true });
  }
  await runStep(context, {
    name: 'busybox',
    label: 'looking for a busybox without libraries, for tests (package busybox-static)',
    root: 'target',
    argv: ['sh', '/.kubler/apk/busybox.sh'],
    stdout: { hostFile },
  });
}

async function saveMember(
  archive: string,
  checksum: string,
  path: RegExp,
  hostFile: string,
): Promise<boolean> {
  await using file = await open(archive);
  const isNew = await startsAsAdb(file);
  for await (const member of isNew ? readAdbFiles(file, checksum) : readTarFiles(file)) {
    if (!path.test(member.path)) continue;
    await saveStream(member.content(), hostFile);
    return true;
  }
  return false;
}

/** The parts of a package of version 2 are one tar after the other, and only the last has an end. */
async function* readTarFiles(file: FileHandle): AsyncGenerator<ArchiveMember, void, undefined> {
  const tar = file.createReadStream({ start: 0, autoClose: false }).pipe(createGunzip());
  for await (const member of readTarStream(tar as AsyncIterable<Buffer>))
    if (member.type === 'file') yield member;
}

/** The loader that a program asks for is named near its start. */
async function isStatic(hostFile: string): Promise<boolean> {
  await using file = await open(hostFile);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
  return !buffer.subarray(0, bytesRead).includes('/ld-');
}
