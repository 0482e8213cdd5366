import { KublerError } from '../../errors.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { ImageConfig } from '../../oci/types.ts';
import type { Mount, Port } from '../../ports/engine.ts';
import { lookupUser } from '../../stages/carve/index.ts';
import { joinEnv } from './container-process.ts';
import { imageLayers } from '../image-layers.ts';
import { accountTexts } from '../image-user.ts';
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
  await requireEngine(workspace);
  const record = await readRecord(workspace, id);
  const { layout } = workspace;
  const manifest = await layout.readManifest(record.manifest.digest);
  const image = await layout.readConfig(record.configDigest);
  const { config } = image;
  const facts = (await workspace.records.readTree(record))?.facts;
  const user = lookupUser(...accountTexts(facts), options.user ?? config.User ?? '0');
  const { name, mounts, ports, readOnly = false, interactive, tty, published } = options;
  return workspace.engine.run(
    {
      layers: imageLayers(layout, manifest, image),
      argv: commandOf(id, config, options),
      env: joinEnv(config.Env ?? [], options.env, user.home),
      cwd: checkWorkdir(options.workdir ?? config.WorkingDir ?? '/'),
      uid: user.uid,
      gid: user.gid,
      additionalGids: user.additionalGids,
      hostname: name ?? id.replace('/', '-').slice(0, 63),
      ...(name !== undefined && { name }),
      ...{ mounts, ports, readOnly, interactive, tty },
      capabilities: 'default',
      network: ports.length > 0 ? 'published' : 'host',
    },
    published,
  );
}

function commandOf(
  id: ImageId,
  { Entrypoint = [], Cmd = [] }: ImageConfig['config'],
  { args, entrypoint }: RunOptions,
): readonly string[] {
  const given = entrypoint === '' ? [] : [entrypoint ?? ''];
  const argv =
    entrypoint === undefined ? [...Entrypoint, ...(args.length > 0 ? args : Cmd)] : [...given, ...args];
  if (argv.length > 0) return argv;
  throw new KublerError('IMAGE_INVALID', `cannot run ${id}: it has neither ENTRYPOINT nor CMD`, {
    hint: `say what to run: kubler run ${id} -- /usr/bin/PROGRAM`,
  });
}

function checkWorkdir(path: string): string {
  if (path.startsWith('/')) return path;
  throw new KublerError(
    'USAGE_INVALID',
    `cannot start in "${path}": it is no absolute path in the container`,
  );
}
