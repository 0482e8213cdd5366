import { lookupUser } from '../../stages/carve/index.ts';
import type { RuntimeConfig } from '../../oci/types.ts';
import type { RunSpec } from '../../ports/engine.ts';

export interface ProcessOptions {
  readonly config: RuntimeConfig;
  /** Texts of the image's /etc/passwd and /etc/group. */
  readonly accounts: readonly [string, string];
  /** Instead of the image's USER. */
  readonly user?: string | undefined;
  /** Instead of, or besides, the image's ENV. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

type Process = Pick<RunSpec, 'env' | 'cwd' | 'uid' | 'gid' | 'additionalGids'>;

/** How a process of an image runs. Throws `IMAGE_INVALID` for a user the image does not know. */
export function containerProcess({ config, accounts, user, env = {} }: ProcessOptions): Process {
  const { home, ...identity } = lookupUser(...accounts, user ?? config.User ?? '0');
  const given = Object.entries(env).map((pair) => pair.join('='));
  return { ...identity, cwd: config.WorkingDir ?? '/', env: joinEnv(config.Env ?? [], given, home) };
}

const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The image's variables with those given over them; PATH and HOME are there in any case, as with other engines. */
export function joinEnv(
  ofImage: readonly string[],
  given: readonly string[],
  home: string,
): readonly string[] {
  const byName = new Map<string, string>();
  for (const each of [defaultPath, `HOME=${home}`, ...ofImage, ...given]) {
    byName.set(each.slice(0, each.indexOf('=')), each);
  }
  return [...byName.values()];
}
