import type { Settings } from '../../model/project.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { ShellValue } from './evaluate-word.ts';

/** What loading an image or builder needs to know of the place it stands in. */
export interface LoadContext {
  /** Name of the namespace; undefined for builders of the whole project. */
  readonly namespace: string | undefined;
  readonly settings: Settings;
  /** Variables of the original's kubler.conf files. */
  readonly shellVariables: ReadonlyMap<string, ShellValue>;
  /** Debian's name of the host's architecture, such as `amd64`. */
  readonly architecture: string;
  readonly diagnostics: Diagnostics;
}

/** Names that a build.conf may use without setting them, as in the original; `dir` is the folder it stands in. */
export function predefinedVariables(context: LoadContext, dir: string): ReadonlyMap<string, ShellValue> {
  const { namespace, settings, shellVariables, architecture } = context;
  return new Map<string, ShellValue>([
    ...shellVariables,
    ['NAMESPACE', namespace ?? ''],
    ['DEFAULT_BUILDER', settings.defaultBuilder],
    ['KUBLER_DATA_DIR', settings.dataDir],
    ['ARCH', architecture],
    ['image_path', dir],
    ['TAG', settings.tags[0] ?? ''],
  ]);
}

/** Variables that hooks and templates get: `BOB_*` of kubler.conf files, and all of the build.conf. */
export function passedOnVariables(
  context: LoadContext,
  own: ReadonlyMap<string, { readonly value: ShellValue }>,
): ReadonlyMap<string, ShellValue> {
  const inherited = [...context.shellVariables].filter(([name]) => name.startsWith('BOB_'));
  return new Map([...inherited, ...[...own].map(([name, { value }]) => [name, value] as const)]);
}
