import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MissingTool, ProbeDepth } from '../../ports/engine.ts';
import { closedSettings, findRootlessLacks } from '../system/rootless-lacks.ts';
import type { TempDir } from '../system/temp-dir.ts';
import { openHelper } from './helper.ts';
import { makeOverlay } from './overlay.ts';
import { findNetworkLacks } from './published-network.ts';

export interface ProbeOptions {
  /** Absolute path of a command, or undefined. */
  readonly which: (command: string) => Promise<string | undefined>;
  /** The machine, as `process.arch` names it, which is the default. */
  readonly arch?: string;
  /** The user this process runs as: root, of the host or of a user namespace, where one can be made. */
  readonly uid: number;
  readonly openTempDir: () => Promise<TempDir>;
  readonly inUserNamespace: boolean;
}

/** What the engine calls; `sh`, `sync`, `mknod` and `xargs` are part of every Debian. */
const tools: readonly MissingTool[] = [
  { tool: 'runc', need: 'runs containers', debianPackage: 'runc' },
  { tool: 'unshare', need: 'isolates builds', debianPackage: 'util-linux' },
  { tool: 'nsenter', need: 'runs commands in a build', debianPackage: 'util-linux' },
  { tool: 'mount', need: 'mounts root file systems', debianPackage: 'mount' },
  { tool: 'umount', need: 'mounts root file systems', debianPackage: 'mount' },
  { tool: 'tar', need: 'unpacks bases and layers', debianPackage: 'tar' },
];

/** What this host lacks; see `Engine.probe`. Whether overlays work is tried where they are to be. */
export async function probe(
  options: ProbeOptions,
  depth: ProbeDepth = 'trial',
): Promise<readonly MissingTool[]> {
  const missing: MissingTool[] = [];
  const { arch = process.arch } = options;
  if (!['x64', 'arm64'].includes(arch))
    missing.push({ tool: 'architecture', need: `x86-64 or arm64; this machine is ${arch}` });
  for (const each of tools) if ((await options.which(each.tool)) === undefined) missing.push(each);
  missing.push(...(await findNetworkLacks(options.which)));
  if (options.uid !== 0) return [...missing, ...(await findRootlessLacks(options.which))];
  if (depth === 'tools' || missing.some(({ optional }) => optional !== true)) return missing;
  const refusal = await tryOverlay(options);
  if (refusal === undefined) return missing;
  const kernel = options.inUserNamespace ? ' (by an ordinary user: Linux 5.11 or later)' : '';
  const lack = { tool: 'overlayfs', need: `root file systems in the data dir${kernel}: ${refusal}` };
  return [...missing, lack, ...(options.inUserNamespace ? await closedSettings() : [])];
}

/** What this host lacks to make a base for an engine that is elsewhere. */
export async function findBaseLacks(
  options: ProbeOptions,
  kind: 'debootstrap' | 'mmdebstrap',
): Promise<readonly MissingTool[]> {
  const isThere = (await options.which(kind)) !== undefined;
  const others = (await probe(options)).filter(({ optional }) => optional !== true);
  return isThere ? others : [{ tool: kind, need: 'makes bases', debianPackage: kind }, ...others];
}

/** Opens and closes a helper with one overlay; returns why it cannot be. */
async function tryOverlay({ openTempDir, inUserNamespace }: ProbeOptions): Promise<string | undefined> {
  await using temp = await openTempDir();
  await mkdir(join(temp.path, 'empty', 'fs'), { recursive: true });
  const overlay = await makeOverlay(temp.path, ['empty'], join(temp.path, 'probe'));
  try {
    const helper = await openHelper({
      inUserNamespace,
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
