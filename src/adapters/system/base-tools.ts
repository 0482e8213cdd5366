import type { BootstrapSpec } from '../../ports/engine.ts';

type Source = Exclude<BootstrapSpec['source'], { readonly kind: 'tarball' }>;

/** Arguments of debootstrap(8), wherever it runs. @param trust the option that says how the archive's signature is checked */
export const debootstrapArgs = (
  { suite, components }: Pick<Source, 'suite' | 'components'>,
  {
    rootDir,
    mirrorDir,
    trust,
  }: { readonly rootDir: string; readonly mirrorDir: string; readonly trust: string },
): readonly string[] => [
  ...['--variant=minbase', trust, `--components=${components.join(',')}`],
  ...[suite, rootDir, `file://${mirrorDir}`],
];

/** The environment of what makes a base. @param devices whether device nodes can be made in it */
export const baseEnv = (
  source: BootstrapSpec['source'],
  { devices }: { readonly devices: boolean },
): Readonly<Record<string, string>> => ({
  ...{ HOME: '/root', TZ: 'UTC', DEBIAN_FRONTEND: 'noninteractive', DEBCONF_NONINTERACTIVE_SEEN: 'true' },
  // Tells debootstrap, and systemd's way of asking, that devices cannot be made.
  ...(!devices && { container: 'lxc' }),
  ...(source.kind !== 'tarball' && { SOURCE_DATE_EPOCH: String(source.epoch) }),
});

/** Writes a root to standard output as a tar, without what overlays note in it themselves. */
export const packArgv = (rootDir: string): readonly [string, ...string[]] => [
  ...(['tar', '--create', '--file=-', `--directory=${rootDir}`, '--format=pax', '--numeric-owner'] as const),
  ...[
    '--xattrs',
    '--xattrs-include=*',
    '--xattrs-exclude=trusted.overlay.*',
    '--xattrs-exclude=user.overlay.*',
  ],
  '.',
];
