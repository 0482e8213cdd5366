import type { Settings } from '../../model/project.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { ShellValue } from './evaluate-word.ts';
import type { Assigned } from './read-assignments.ts';

/** What loading an image or builder needs to know of the place it stands in. */
export interface LoadContext {
  /** Name of the namespace; undefined for builders of the whole project. */
  readonly namespace: string | undefined;
  readonly settings: Settings;
  /** Variables of the configuration files above. */
  readonly variables: ReadonlyMap<string, Assigned>;
  /** What every file may use without setting it, unless one sets it. */
  readonly predefined: ReadonlyMap<string, ShellValue>;
  /** Debian's name of the host's architecture, such as `amd64`. */
  readonly architecture: string;
  readonly diagnostics: Diagnostics;
}

/** Names that a build.conf may use without setting them, as in the original; `dir` is the folder it stands in. */
export function predefinedVariables(context: LoadContext, dir: string): ReadonlyMap<string, ShellValue> {
  const { namespace, settings, variables, architecture, predefined } = context;
  return new Map<string, ShellValue>([
    ...predefined,
    ['ARCH', architecture],
    ...(settings.portage.mirrors.length === 0
      ? []
      : [['MIRROR', settings.portage.mirrors.join(' ')] as const]),
    ...[...variables].map(([name, { value }]) => [name, value] as const),
    ['NAMESPACE', namespace ?? ''],
    ['DEFAULT_BUILDER', settings.defaultBuilder],
    ['AUTHOR', settings.maintainer],
    ['KUBLER_DATA_DIR', settings.dataDir],
    ['image_path', dir],
    ['TAG', settings.tags[0] ?? ''],
    ['IMAGE_TAG', settings.tags[0] ?? ''],
  ]);
}

/** Variables that hooks and templates get: `BOB_*` of configuration files, and all of the build.conf. */
export function passedOnVariables(
  context: LoadContext,
  own: ReadonlyMap<string, { readonly value: ShellValue }>,
): ReadonlyMap<string, ShellValue> {
  const inherited = [...context.variables].filter(([name]) => name.startsWith('BOB_'));
  return new Map([...inherited, ...own].map(([name, { value }]) => [name, value] as const));
}

/** What counts for every image, or builder, below a configuration file that sets it. */
const inheritable: Readonly<Record<'image' | 'builder', RegExp>> = {
  image: /^(POST_BUILD_HC(_[A-Z_]+)?|BUILDER_SECCOMP|BUILDER_DOCKER_ARGS_GLOBAL)$/,
  builder: /^(ARCH|ARCH_URL|BUILDER_SECCOMP|BUILDER_DOCKER_ARGS_GLOBAL)$/,
};

/** Variables of the configuration files above that count as if each build.conf below set them. */
export const inheritedVariables = (
  { variables }: LoadContext,
  home: 'image' | 'builder',
): ReadonlyMap<string, Assigned> => new Map([...variables].filter(([name]) => inheritable[home].test(name)));
