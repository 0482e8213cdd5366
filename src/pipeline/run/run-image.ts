import { KublerError } from '../../errors.ts';
import type { FileEntry, Rootfs } from '../../model/tree-entry.ts';
import type { TreeFacts } from '../../model/file-facts.ts';
import type { ImageId } from '../../model/image-id.ts';
import { resolvePath } from '../../model/resolve-path.ts';
import type { ImageConfig } from '../../oci/types.ts';
import type { Mount, Port } from '../../ports/engine.ts';
import { findProgram, isMounted } from './find-program.ts';
import { imageProcess, readRunnable } from './image-process.ts';
import { readRecord } from '../read-record.ts';
import { requireEngine } from '../require-engine.ts';
import type { Workspace } from '../workspace.ts';

export type { Mount, Port };

/** What a caller changes of an image to run it. */
export interface RunOptions {
  /** Replace CMD unless empty. */
  readonly args: readonly string[];
  /** Replaces ENTRYPOINT and drops CMD; empty: drops both. */
  readonly entrypoint?: string | undefined;
  /** `NAME=value`, over the image's. */
  readonly env: readonly string[];
  readonly mounts: readonly Mount[];
  /** With any, the container has a network of its own. */
  readonly ports: readonly Port[];
  readonly user?: string | undefined;
  readonly workdir?: string | undefined;
  readonly readOnly?: boolean | undefined;
  readonly name?: string | undefined;
  readonly interactive: boolean;
  readonly tty: boolean;
  /** Is told where the ports are reached. */
  readonly published?: (ports: readonly Port[]) => void;
}

/**
 * Runs a built image with the caller's standard streams.
 * @returns the exit status of its process
 */
export async function runImage(workspace: Workspace, id: ImageId, options: RunOptions): Promise<number> {
  await requireEngine(workspace, [], { ports: options.ports.length > 0 });
  const record = await readRecord(workspace, id);
  const tree = await workspace.records.readTree(record);
  const image = await readRunnable(workspace, record, tree);
  const { name, mounts, ports, readOnly = false, interactive, tty, published } = options;
  const own = imageProcess(image, options);
  const start = { ...own, argv: commandOf(id, image.config, options), mounts: outermostFirst(mounts) };
  checkWorkdir(own.cwd, tree?.rootfs, mounts);
  const program = tree && findProgram(tree.rootfs, start);
  const status = await workspace.engine.run(
    {
      ...start,
      ...(name !== undefined && { name, hostname: name }),
      ...{ ports, readOnly, interactive, tty },
      capabilities: 'default',
      network: ports.length > 0 ? 'published' : 'host',
    },
    published,
  );
  if (program && unknownFormat.has(status)) refuseUnknownFormat(program, tree.facts);
  return status;
}

/** A volume inside another one is not hidden by it. */
const outermostFirst = (mounts: readonly Mount[]): readonly Mount[] =>
  [...mounts].sort((a, b) => a.containerPath.split('/').length - b.containerPath.split('/').length);

/** What runtimes end with when the kernel does not know what a file is. */
const unknownFormat = new Set([1, 255]);

function refuseUnknownFormat({ path }: FileEntry, facts: TreeFacts): void {
  const { elf, shebang } = facts.get(path) ?? {};
  if (elf || shebang !== undefined) return;
  const reason = 'it is neither a program of this machine nor a script';
  throw new KublerError('PROGRAM_NOT_EXECUTABLE', `cannot run "/${path}": ${reason}`);
}

/** What an image starts. Throws `IMAGE_INVALID` when neither it nor the caller says. */
export function commandOf(
  id: ImageId,
  { Entrypoint = [], Cmd = [] }: ImageConfig['config'],
  { args, entrypoint }: Pick<RunOptions, 'args' | 'entrypoint'>,
): readonly string[] {
  const given = entrypoint === '' ? [] : [entrypoint ?? ''];
  const argv =
    entrypoint === undefined ? [...Entrypoint, ...(args.length > 0 ? args : Cmd)] : [...given, ...args];
  if (argv.length > 0) return argv;
  throw new KublerError('IMAGE_INVALID', `cannot run ${id}: it has neither ENTRYPOINT nor CMD`, {
    hint: `say what to run: kubler run ${id} -- /usr/bin/PROGRAM`,
  });
}

function checkWorkdir(path: string, tree: Rootfs = new Map(), mounts: readonly Mount[]): void {
  const verb = `start in "${path}"`;
  if (!path.startsWith('/'))
    throw new KublerError('USAGE_INVALID', `cannot ${verb}: it is no absolute path in the container`);
  const found = resolvePath(tree, path);
  const isBlocked = found.found
    ? found.entry && found.entry.type !== 'directory'
    : found.reason !== 'missing';
  if (isBlocked && !isMounted(found, mounts))
    throw new KublerError('USAGE_INVALID', `cannot ${verb}: the image has a file there`);
}
