import { KublerError } from '../errors.ts';
import type { ImageId } from '../model/image-id.ts';
import { lookupUser } from '../stages/carve/index.ts';
import { readRecord } from './read-record.ts';
import type { Workspace } from './workspace.ts';

/**
 * Runs a built image with the caller's standard streams. `args` that are not empty replace its CMD.
 * @returns the exit status of its process
 */
export async function runImage(
  workspace: Workspace,
  id: ImageId,
  options: { readonly args: readonly string[]; readonly tty: boolean },
): Promise<number> {
  const record = await readRecord(workspace, id);
  const { layout } = workspace;
  const manifest = await layout.readManifest(record.manifest.digest);
  const image = await layout.readConfig(record.configDigest);
  const { config } = image;
  const argv = [
    ...(config.Entrypoint ?? []),
    ...(options.args.length > 0 ? options.args : (config.Cmd ?? [])),
  ];
  if (argv.length === 0) {
    throw new KublerError('IMAGE_INVALID', `cannot run ${id}: it has neither ENTRYPOINT nor CMD`, {
      hint: `say what to run: kubler run ${id} -- /usr/bin/PROGRAM`,
    });
  }
  const facts = (await workspace.records.readTree(record))?.facts;
  const user = lookupUser(
    facts?.get('etc/passwd')?.text ?? '',
    facts?.get('etc/group')?.text ?? '',
    config.User ?? '0',
  );
  return workspace.engine.run({
    layers: manifest.layers.map(({ digest }, at) => ({
      blobFile: layout.blobFile(digest),
      diffId: image.rootfs.diff_ids[at] ?? digest,
    })),
    argv,
    env: withDefaults(config.Env ?? [], user.home),
    cwd: config.WorkingDir ?? '/',
    uid: user.uid,
    gid: user.gid,
    additionalGids: user.additionalGids,
    hostname: id.replace('/', '-'),
    mounts: [],
    ports: [],
    readOnly: false,
    capabilities: 'default',
    network: 'host',
    interactive: true,
    tty: options.tty,
  });
}

const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** PATH and HOME are there unless the image sets them, as with other container engines. */
function withDefaults(env: readonly string[], home: string): readonly string[] {
  const has = (name: string): boolean => env.some((each) => each.startsWith(`${name}=`));
  return [...(has('PATH') ? [] : [defaultPath]), ...env, ...(has('HOME') ? [] : [`HOME=${home}`])];
}
