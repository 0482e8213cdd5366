import { dirname, join, resolve } from 'node:path';
import type { SourcePosition } from '../../errors.ts';
import type { SettingsOverrides } from '../../model/settings-overrides.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { ShellValue } from './evaluate-word.ts';
import { configSchema } from './config-schema.ts';
import { parseYaml } from './parse-yaml.ts';
import { readKublerConf } from './read-kubler-conf.ts';
import { readSource } from './read-source.ts';
import { toOverrides } from './to-overrides.ts';

/** Name of the configuration file, and of the original's. */
export const configFileName = 'kubler.config.yaml';
export const originalFileName = 'kubler.conf';

/** What the configuration file of one folder says. */
export interface ConfigLayer {
  readonly overrides: SettingsOverrides;
  /** The key `namespace`, and where it stands. */
  readonly namespace: { readonly name: string; readonly at: SourcePosition } | undefined;
  readonly shellVariables: ReadonlyMap<string, ShellValue>;
}

const toPath =
  (file: string, homeDir: string) =>
  (path: string): string =>
    path.startsWith('~/') ? join(homeDir, path.slice(2)) : resolve(dirname(file), path);

/**
 * Reads `kubler.config.yaml` of a folder, or else the original's `kubler.conf`; neither is an empty layer.
 * `outer`: shell variables of the folder above. Faults are noted.
 */
export async function readLayer(
  dir: string,
  outer: ReadonlyMap<string, ShellValue>,
  context: { readonly homeDir: string; readonly diagnostics: Diagnostics },
): Promise<ConfigLayer> {
  const { homeDir, diagnostics } = context;
  const empty: ConfigLayer = { overrides: {}, namespace: undefined, shellVariables: outer };
  const layer = await diagnostics.collect(async (): Promise<ConfigLayer> => {
    const source = await readSource(join(dir, configFileName));
    if (source === undefined) {
      const original = await readSource(join(dir, originalFileName));
      if (original === undefined) return empty;
      const { overrides, variables } = readKublerConf(original, outer, diagnostics);
      return { overrides, namespace: undefined, shellVariables: variables };
    }
    const parsed = parseYaml(source, configSchema, diagnostics);
    if (parsed === undefined) return empty;
    const { namespace: name, prune = [] } = parsed.value;
    const placed = prune.map(
      (word, at) => [word, source.positionAt(parsed.offsetOf(['prune', at]))] as const,
    );
    return {
      overrides: { ...toOverrides(parsed.value, toPath(source.file, homeDir)), pruneAt: new Map(placed) },
      namespace:
        name === undefined ? undefined : { name, at: source.positionAt(parsed.offsetOf(['namespace'])) },
      shellVariables: outer,
    };
  });
  return layer ?? empty;
}
