import type { BootstrapSpec } from '../../ports/engine.ts';
import { debootstrapArgs } from '../system/base-tools.ts';
import type { Argv } from './run-command.ts';

type Source = BootstrapSpec['source'];

/** The command that fills `rootDir`, an empty folder, with a base. */
export function bootstrapArgv(source: Source, rootDir: string): Argv {
  if (source.kind === 'tarball') return unpackArgv(source.hostFile, rootDir);
  const { suite, components, mirrorDir, keyring } = source;
  if (source.kind === 'debootstrap') {
    return ['debootstrap', ...debootstrapArgs(source, { rootDir, mirrorDir, trust: `--keyring=${keyring}` })];
  }
  // copy: and not file:, because dpkg in the new root could not see the archives where they are.
  const line = `deb [signed-by=${keyring}] copy://${mirrorDir} ${suite} ${components.join(' ')}`;
  return [
    ...(['mmdebstrap', '--mode=root', '--variant=minbase', '--format=directory'] as const),
    // Only root may look into the data dir, and a frozen index may be older than the archive wants it to be.
    ...['--aptopt=APT::Sandbox::User "root"', '--aptopt=Acquire::Check-Valid-Until "false"'],
    ...[suite, rootDir, line],
  ];
}

/** GNU tar, keeping all that a tree can hold but device nodes; it finds out about compression by itself. */
const unpackArgv = (hostFile: string, rootDir: string): Argv => [
  ...(['tar', '--extract', `--file=${hostFile}`, `--directory=${rootDir}`] as const),
  ...['--numeric-owner', '--same-owner', '--preserve-permissions', '--xattrs', '--xattrs-include=*'],
  ...['--anchored', '--exclude=./dev/*', '--exclude=dev/*'],
];
