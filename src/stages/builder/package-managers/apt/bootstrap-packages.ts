import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { KublerError } from '../../../../errors.ts';
import type { ProcessRunner } from '../../../../ports/process-runner.ts';
import { sourceUri } from './apt-config.ts';
import type { FrozenIndex } from './frozen-index.ts';
import { parseFileName } from './print-uris.ts';

export interface BootstrapPackagesOptions {
  readonly index: FrozenIndex;
  readonly kind: 'debootstrap' | 'mmdebstrap';
  /** Keys of the archive in binary form. */
  readonly keyring: string;
  readonly runner: ProcessRunner;
  /** A folder this may write into. */
  readonly tempDir: string;
}

/**
 * Names of the packages that a minimal base of the index' suite consists of, asked of the tool that will make it.
 * Nothing is downloaded. Throws `BUILD_COMMAND_FAILED`, `HOST_MISSING_TOOL`.
 */
export function listBootstrapPackages(options: BootstrapPackagesOptions): Promise<string[]> {
  return options.kind === 'debootstrap' ? askDebootstrap(options) : askApt(options);
}

/** debootstrap(8) `--print-debs` works on the index alone. */
async function askDebootstrap(options: BootstrapPackagesOptions): Promise<string[]> {
  const { index, keyring } = options;
  const { stdout } = await mustRun(options.runner, [
    'debootstrap',
    '--print-debs',
    '--variant=minbase',
    `--keyring=${keyring}`,
    `--arch=${index.architecture}`,
    `--components=${index.sources[0]?.components.join(',') ?? 'main'}`,
    index.suite,
    join(options.tempDir, 'print-debs'),
    pathToFileURL(index.dir).href,
  ]);
  return stdout.split(/\s+/).filter(Boolean);
}

/** mmdebstrap(1), `minbase`: the essential packages, apt, and those of priority required, as apt solves it. */
async function askApt(options: BootstrapPackagesOptions): Promise<string[]> {
  const { index, tempDir } = options;
  const dir = join(tempDir, 'ask-apt');
  await mkdir(join(dir, 'state/lists/partial'), { recursive: true });
  await writeFile(join(dir, 'status'), '');
  const suite = index.suite;
  await writeFile(
    join(dir, 'sources.list'),
    `deb ${sourceUri(0)} ${suite} ${index.sources[0]?.components.join(' ') ?? ''}\n`,
  );
  const config = join(dir, 'apt.conf');
  await writeFile(config, renderHostConfig(dir, index));
  const { stdout } = await mustRun(
    options.runner,
    ['apt-get', 'install', '--yes', '--print-uris', '?essential', '?priority(required)', 'apt'],
    { APT_CONFIG: config },
  );
  const fileNames = [...stdout.matchAll(/^'[^']+' (\S+\.deb) /gm)].map(([, fileName]) => fileName ?? '');
  return fileNames.flatMap((fileName) => parseFileName(fileName)?.name ?? []);
}

/** The host's apt, with nothing of the host: no configuration, no installed packages, only the index. */
const renderHostConfig = (dir: string, index: FrozenIndex): string => `Dir::Etc "${dir}/etc";
Dir::Etc::main "${dir}/none";
Dir::Etc::parts "${dir}/none";
Dir::Etc::sourcelist "${dir}/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::trustedparts "${dir}/none";
Dir::State::lists "${index.aptDir}/lists";
Dir::State::status "${dir}/status";
Dir::State "${dir}/state";
Dir::Cache "${dir}/cache";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Debug::NoLocking "true";
APT::Architecture "${index.architecture}";
APT::Architectures { "${index.architecture}"; };
APT::Install-Recommends "false";
APT::Install-Suggests "false";
Acquire::Languages "none";
`;

async function mustRun(
  runner: ProcessRunner,
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly stdout: string }> {
  const result = await runner.run({ argv, env });
  if (result.exitCode === 0) return result;
  throw new KublerError('BUILD_COMMAND_FAILED', `cannot list the packages of a base: ${argv[0]} failed`, {
    details: `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-40),
  });
}
