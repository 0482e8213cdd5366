import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MissingTool } from '../../ports/engine.ts';
import type { TempDir } from '../system/temp-dir.ts';
import { openHelper } from './helper.ts';
import { makeOverlay } from './overlay.ts';

export interface ProbeOptions {
  /** Absolute path of a command, or undefined. */
  readonly which: (command: string) => Promise<string | undefined>;
  /** The user Kubler runs as. */
  readonly uid: number;
  readonly openTempDir: () => Promise<TempDir>;
}

/** What the engine calls; `sh`, `sync`, `mknod` and `xargs` are part of every Debian. */
const tools: readonly MissingTool[] = [
  { tool: 'runc', need: 'runs containers', debianPackage: 'runc' },
  { tool: 'unshare', need: 'isolates builds', debianPackage: 'util-linux' },
  { tool: 'nsenter', need: 'runs commands in a build', debianPackage: 'util-linux' },
  { tool: 'mount', need: 'mounts root file systems', debianPackage: 'mount' },
  { tool: 'umount', need: 'mounts root file systems', debianPackage: 'mount' },
  { tool: 'tar', need: 'unpacks bases and layers', debianPackage: 'tar' },
  { tool: 'gpgv', need: 'checks signatures of package indexes', debianPackage: 'gpgv' },
  { tool: 'debootstrap', need: 'makes bases', debianPackage: 'debootstrap' },
];

/** What this host lacks; see `Engine.probe`. Whether overlays work is tried where they are to be. */
export async function probe(options: ProbeOptions): Promise<readonly MissingTool[]> {
  const missing: MissingTool[] = [];
  for (const each of tools) if ((await options.which(each.tool)) === undefined) missing.push(each);
  if (options.uid !== 0)
    return [...missing, { tool: 'root', need: 'mounts and containers (run kubler with sudo)' }];
  if (missing.length > 0) return missing;
  const refusal = await tryOverlay(options);
  return refusal === undefined
    ? []
    : [{ tool: 'overlayfs', need: `root file systems in the data dir: ${refusal}` }];
}

/** Opens and closes a helper with one overlay; returns why it cannot be. */
async function tryOverlay({ openTempDir }: ProbeOptions): Promise<string | undefined> {
  await using temp = await openTempDir();
  await mkdir(join(temp.path, 'empty', 'fs'), { recursive: true });
  const overlay = await makeOverlay(temp.path, ['empty'], join(temp.path, 'probe'));
  try {
    const helper = await openHelper({
      layersDir: temp.path,
      stateDir: join(temp.path, 'runc'),
      overlays: [overlay],
    });
    await helper[Symbol.asyncDispose]();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
