import type { ImageId } from '../../model/image-id.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import type { RuntimeConfig } from '../../oci/types.ts';
import type { ImageLayer, RunSpec } from '../../ports/engine.ts';
import { lookupUser } from '../../model/lookup-user.ts';
import { signalNumber } from '../../stages/image/index.ts';
import type { BuiltTree } from '../../store/index.ts';
import { imageLayers } from '../image-layers.ts';
import { accountTexts } from '../image-user.ts';
import type { Workspace } from '../workspace.ts';

/** What an image itself says of its processes. */
export interface RunnableImage {
  readonly id: ImageId;
  readonly config: RuntimeConfig;
  readonly layers: readonly ImageLayer[];
  /** Texts of its /etc/passwd and /etc/group. */
  readonly accounts: readonly [string, string];
}

/** Reads that from the store. @param tree the image's; without it no name of a user is known */
export async function readRunnable(
  { layout }: Pick<Workspace, 'layout'>,
  record: Pick<ImageRecord, 'id' | 'manifest' | 'configDigest'>,
  tree: BuiltTree | undefined,
): Promise<RunnableImage> {
  const manifest = await layout.readManifest(record.manifest.digest);
  const { config, rootfs } = await layout.readConfig(record.configDigest);
  const layers = imageLayers(layout, manifest, { rootfs });
  return { id: record.id, config, layers, accounts: accountTexts(tree?.facts) };
}

/** What a caller changes. */
export interface ProcessOptions {
  /** Instead of the image's USER. */
  readonly user?: string | undefined;
  /** `NAME=value`, instead of, or besides, the image's ENV. */
  readonly env?: readonly string[];
  /** Instead of the image's WORKDIR. */
  readonly workdir?: string | undefined;
}

/** The part of a `RunSpec` that the image decides about. */
export type ImageProcess = Pick<
  RunSpec,
  'layers' | 'env' | 'cwd' | 'uid' | 'gid' | 'additionalGids' | 'hostname' | 'volumes' | 'stopSignal'
>;

/** The longest name a host can have (gethostname(2), HOST_NAME_MAX), less one as DNS has it. */
const maxHostname = 63;

/** How every process of an image is started, by `run` and by tests. Throws `IMAGE_INVALID` for a user it does not know. */
export function imageProcess(
  { id, config, layers, accounts }: RunnableImage,
  { user, env = [], workdir }: ProcessOptions,
): ImageProcess {
  const { home, ...identity } = lookupUser(...accounts, user ?? config.User ?? '0');
  const stopSignal = signalNumber(config.StopSignal ?? '');
  return {
    ...identity,
    layers,
    env: joinEnv(config.Env ?? [], env, home),
    cwd: workdir ?? config.WorkingDir ?? '/',
    hostname: id.replace('/', '-').slice(0, maxHostname),
    volumes: Object.keys(config.Volumes ?? {}),
    ...(stopSignal !== undefined && { stopSignal }),
  };
}

const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The image's variables with those given over them; PATH and HOME are there in any case, as with other engines. */
function joinEnv(ofImage: readonly string[], given: readonly string[], home: string): readonly string[] {
  const byName = new Map<string, string>();
  for (const each of [defaultPath, `HOME=${home}`, ...ofImage, ...given]) {
    byName.set(each.slice(0, each.indexOf('=')), each);
  }
  return [...byName.values()];
}
