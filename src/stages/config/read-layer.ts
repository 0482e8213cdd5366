import { dirname, join, resolve } from 'node:path';
import type { SourcePosition } from '../../errors.ts';
import type { SettingsOverrides } from '../../model/settings-overrides.ts';
import { configSchema, type ConfigFile } from './config-schema.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { ShellValue } from './evaluate-word.ts';
import { parseYaml, type ParsedYaml } from './parse-yaml.ts';
import type { Assigned } from './read-assignments.ts';
import { readKublerConf } from './read-kubler-conf.ts';
import { readSource } from './read-source.ts';
import type { SourceText } from './source-text.ts';
import { toOverrides } from './to-overrides.ts';

/** Name of the configuration file, and of the original's. */
export const configFileName = 'kubler.config.yaml';
export const originalFileName = 'kubler.conf';

/** What the configuration file of one folder says. */
export interface ConfigLayer {
  readonly overrides: SettingsOverrides;
  /** The key `namespace`, and where it stands. */
  readonly namespace: { readonly name: string; readonly at: SourcePosition } | undefined;
  /** Its variables, over those of the layer above. */
  readonly variables: ReadonlyMap<string, Assigned>;
  /** True for a kubler.conf. */
  readonly isOriginal: boolean;
}

/** What a configuration file stands in. */
export interface LayerContext {
  /** Variables of the files above. */
  readonly outer: ReadonlyMap<string, Assigned>;
  /** What a kubler.conf may use without setting it. */
  readonly predefined: ReadonlyMap<string, ShellValue>;
  readonly homeDir: string;
  readonly diagnostics: Diagnostics;
}

const toPath =
  (file: string, homeDir: string) =>
  (path: string): string =>
    path.startsWith('~/') ? join(homeDir, path.slice(2)) : resolve(dirname(file), path);

/** What a file says by keys that were variables of the original: name, path of the key, and text. */
function keyedTexts({ maintainer, default_builder, tags, portage = {} }: ConfigFile) {
  const all: readonly (readonly [string, readonly string[], string | undefined])[] = [
    ['AUTHOR', ['maintainer'], maintainer],
    ['DEFAULT_BUILDER', ['default_builder'], default_builder],
    ['IMAGE_TAG', ['tags'], tags?.[0]],
    ['MIRROR', ['portage', 'mirror'], portage.mirror],
    ['PORTAGE_DATE', ['portage', 'date'], portage.date],
  ];
  return all.flatMap(([name, path, text]) => (text === undefined ? [] : [[name, path, text] as const]));
}

function toLayer(
  source: SourceText,
  parsed: ParsedYaml<ConfigFile>,
  { homeDir, outer }: LayerContext,
): ConfigLayer {
  const { namespace: name, prune = [], variables = {} } = parsed.value;
  const at = (path: readonly PropertyKey[]): SourcePosition => source.positionAt(parsed.offsetOf(path));
  const pruneAt = new Map(prune.map((word, index) => [word, at(['prune', index])]));
  const assigned = (path: readonly string[], text: ShellValue): Assigned => ({
    value: text,
    nameAt: at(path),
    valueAt: at(path),
  });
  // Files below may name the original's variables for keys, too.
  const own: readonly (readonly [string, Assigned])[] = [
    ...keyedTexts(parsed.value).map(([key, path, text]) => [key, assigned(path, text)] as const),
    ...Object.entries(variables).map(([key, text]) => [key, assigned(['variables', key], text)] as const),
  ];
  return {
    overrides: { ...toOverrides(parsed.value, toPath(source.file, homeDir)), pruneAt },
    namespace: name === undefined ? undefined : { name, at: at(['namespace']) },
    variables: new Map([...outer, ...own]),
    isOriginal: false,
  };
}

/**
 * Reads `kubler.config.yaml` of a folder, or else the original's `kubler.conf`; neither is an empty layer.
 * Faults are noted.
 */
export async function readLayer(dir: string, context: LayerContext): Promise<ConfigLayer> {
  const { outer, diagnostics } = context;
  const empty: ConfigLayer = { overrides: {}, namespace: undefined, variables: outer, isOriginal: false };
  const layer = await diagnostics.collect(async (): Promise<ConfigLayer> => {
    const source = await readSource(join(dir, configFileName));
    if (source === undefined) return (await readOriginal(join(dir, originalFileName), context)) ?? empty;
    const parsed = parseYaml(source, configSchema, diagnostics);
    return parsed === undefined ? empty : toLayer(source, parsed, context);
  });
  return layer ?? empty;
}

/** Reads a kubler.conf; undefined when there is none. Throws `CONFIG_INVALID` when it cannot be read. */
export async function readOriginal(file: string, context: LayerContext): Promise<ConfigLayer | undefined> {
  const source = await readSource(file);
  if (source === undefined) return undefined;
  const { overrides, variables } = readKublerConf(source, context, context.diagnostics);
  return { overrides, namespace: undefined, variables, isOriginal: true };
}
