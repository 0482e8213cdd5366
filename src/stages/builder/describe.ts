import type { Root } from '../../ports/engine.ts';
import { runStep, type BuildContext } from './build-step.ts';

/** The hooks of a build.sh, in the order they run. */
export type Hook = 'configure_builder' | 'configure_rootfs_build' | 'finish_rootfs_build';

/** What a build.sh declares. */
export interface Description {
  /** `_packages`: what the image, or the builder itself, is made of. */
  readonly packages: readonly string[];
  /** `_builder_packages`: what hooks of an image need in the builder. */
  readonly builderPackages: readonly string[];
  readonly keepHeaders: boolean;
  readonly keepStaticLibs: boolean;
  /** Globs of what parents have installed and their images have not, that this image is to have. */
  readonly keepOfParents: readonly string[];
  /** The same in words, for people. */
  readonly included: readonly string[];
  /** Hooks that do something; one whose body is `:` costs nothing. */
  readonly hooks: ReadonlySet<Hook>;
}

/** Reads build.sh where it may run: in the container. Runs none of its hooks. */
export async function describe(context: BuildContext, root: Root): Promise<Description> {
  const text = await runStep(context, {
    name: 'describe',
    label: 'build.sh',
    root,
    env: context.hookEnv,
    targetReadOnly: true,
    argv: ['bash', '/.kubler/describe.sh'],
    stdout: 'capture',
  });
  return parseDescription(text);
}

/** Parses the `key<TAB>value` lines of `container/describe.sh`. */
export function parseDescription(text: string): Description {
  const rows = text.split('\n').map((line) => line.split('\t'));
  const value = (key: string): string => rows.find(([name]) => name === key)?.[1]?.trim() ?? '';
  const words = (key: string): string[] => value(key).split(/\s+/).filter(Boolean);
  const flag = (key: string): boolean => !['', 'false', 'no', '0'].includes(value(key));
  const [keepHeaders, keepStaticLibs] = [flag('keep_headers'), flag('keep_static_libs')];
  const has = (key: string): boolean => words(key).length > 0;
  const hooks = rows.filter(([key]) => key === 'hook').map(([, name]) => name);
  return {
    packages: words('packages'),
    builderPackages: words('builder_packages'),
    keepHeaders,
    keepStaticLibs,
    keepOfParents: [
      ...(keepHeaders && has('headers_from') ? ['usr/include/**'] : []),
      ...(keepStaticLibs && has('static_libs_from') ? ['{usr/,}lib{,64}/**/*.a'] : []),
      ...(has('iconv_from') ? ['usr/lib{,64}/**/gconv/**', 'usr/lib{,64}/gconv/**'] : []),
    ],
    included: [
      ...(has('headers_from') ? [`Headers from ${words('headers_from').join(' ')}`] : []),
      ...(has('static_libs_from') ? [`Static Libs from ${words('static_libs_from').join(' ')}`] : []),
      ...(has('iconv_from') ? ['Glibc Iconv Encodings'] : []),
    ],
    // configure_bob is configure_builder's former name.
    hooks: new Set(hooks.map((name) => (name === 'configure_bob' ? 'configure_builder' : name)) as Hook[]),
  };
}
