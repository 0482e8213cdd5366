import { chmod, mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, KublerError } from '../../errors.ts';
import type { BootstrapSpec } from '../../ports/engine.ts';
import { openBaseLog } from '../system/base-log.ts';
import { baseEnv, packArgv } from '../system/base-tools.ts';
import { bootstrapArgv } from './bootstrap-argv.ts';
import { openHelper } from './helper.ts';
import { interruptible } from './interruption.ts';
import { makeOverlay } from './overlay.ts';
import { exitStatus, runCommand, startCommand, type Argv } from './run-command.ts';
import { findSnapshot, publishSnapshot, type NativeHost } from './snapshot-store.ts';
import { tellFullDisk } from './tell-full-disk.ts';
import { tidyBase } from './tidy-base.ts';

/** Makes a base root; see `Engine.bootstrap`. */
export async function bootstrap(host: NativeHost, spec: BootstrapSpec): Promise<void> {
  if (await findSnapshot(host, spec.id)) return;
  await using temp = await host.openTempDir();
  const stageDir = await makeBase(host, spec, temp.path);
  await publishSnapshot(host, spec.id, stageDir, []);
}

/** Makes a base root for another engine, and hands it over as a tar instead of keeping it. */
export async function bootstrapToTar(
  host: NativeHost,
  spec: BootstrapSpec,
  take: (tar: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  await using temp = await host.openTempDir();
  const rootDir = join(await makeBase(host, spec, temp.path), 'fs');
  const child = startCommand(packArgv(rootDir), ['ignore', 'pipe', 'ignore']);
  const ended = exitStatus(child);
  assert(child.stdout, 'a pipe was asked for');
  await take(wholeOutput(child.stdout, ended));
}

/** Fails at its end when the command that writes it has failed. */
async function* wholeOutput(
  stdout: AsyncIterable<Buffer>,
  ended: Promise<number>,
): AsyncGenerator<Buffer, void, undefined> {
  yield* stdout;
  const status = await ended;
  if (status !== 0)
    throw new KublerError('ENGINE_REFUSED', `cannot hand over a base: tar ended with status ${status}`);
}

/** @returns the folder in `tempDir` in which `fs` is the root */
async function makeBase(host: NativeHost, spec: BootstrapSpec, tempDir: string): Promise<string> {
  const stageDir = join(tempDir, 'stage');
  await mkdir(stageDir);
  await interruptible(host.signal, 'make a base', () => fill(host, spec, tempDir, stageDir));
  if (spec.source.kind !== 'tarball') await tidyBase(join(stageDir, 'fs'));
  return stageDir;
}

/**
 * Fills an overlay over an empty folder and moves the result into `stageDir`. An overlay only because it can be told
 * to leave out the thousands of fsyncs of dpkg.
 */
async function fill(host: NativeHost, spec: BootstrapSpec, tempDir: string, stageDir: string): Promise<void> {
  const empty = join(tempDir, 'empty', 'fs');
  await mkdir(empty, { recursive: true });
  await chmod(empty, 0o755);
  const overlay = { ...(await makeOverlay(tempDir, ['empty'], join(tempDir, 'base'))), devices: true };
  {
    await using helper = await openHelper({
      ...host,
      layersDir: tempDir,
      stateDir: join(tempDir, 'runc'),
      overlays: [overlay],
    });
    await runTool(host, helper.enter(bootstrapArgv(spec.source, overlay.mountPoint)), spec, overlay.upperDir);
  }
  await rename(overlay.upperDir, join(stageDir, 'fs'));
}

async function runTool(
  host: NativeHost,
  argv: Argv,
  { source, log }: BootstrapSpec,
  rootDir: string,
): Promise<void> {
  const base = openBaseLog(log);
  const { exitCode } = await runCommand({
    argv,
    env: baseEnv(source, { devices: !host.inUserNamespace }),
    log: base.line,
  });
  if (exitCode === 0) return;
  base.inner(await readFile(join(rootDir, 'debootstrap/debootstrap.log'), 'utf8').catch(() => ''));
  await tellFullDisk(host.dataDir, base.line);
  const tool = source.kind === 'tarball' ? 'tar' : source.kind;
  throw new KublerError('BUILD_COMMAND_FAILED', `cannot make a base: ${tool} ended with status ${exitCode}`, {
    details: base.tail,
  });
}
