import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import { installLine, type MissingTool } from '../../model/missing-tool.ts';
import type { BootstrapSpec } from '../../ports/engine.ts';
import { openBaseLog } from '../system/base-log.ts';
import { baseEnv, debootstrapArgs, packArgv } from '../system/base-tools.ts';
import { startContainer } from './container.ts';
import { findDebian, type DebianImage } from './find-debian.ts';
import type { DockerHost, ToolSource } from './host.ts';
import { newSession } from './labels.ts';
import { runExec, type ExecCall } from './run-exec.ts';
import { makeSupplies } from './supplies.ts';

type ToolSpec = BootstrapSpec & { readonly source: ToolSource };

const mirrorDir = '/.kubler-mirror';
const rootDir = '/.kubler-base';
const toolDir = '/.kubler-tool';

/**
 * Makes a base that this host lacks tools for: with debootstrap of the release itself, in a container of a Debian image that the
 * daemon has. Gives the root as a tar file, with devices and traces of its making. Throws `HOST_MISSING_TOOL` when the daemon
 * has no such image, or when it is a base of mmdebstrap, which takes more than a small image has.
 */
export async function makeBaseInContainer(
  host: DockerHost,
  spec: ToolSpec,
  lacks: readonly MissingTool[],
  take: (tarFile: string) => Promise<void>,
): Promise<void> {
  if (spec.source.kind === 'mmdebstrap')
    throw lacking(lacks, `BUILDER_BASE='debootstrap:${spec.source.suite}'`);
  const { labels, cleanUp } = newSession(host);
  try {
    const image = await findDebian(host, labels);
    if (!image) throw lacking(lacks, `${host.name} pull debian:${spec.source.suite}-slim`, host);
    const missing = lacks.map(({ tool }) => tool).join(', ');
    spec.tell?.(`this machine lacks ${missing}: debootstrap runs in a container of ${image.name}`);
    const containerId = await startMaker(host, spec, image, labels);
    await runDebootstrap(host, containerId, spec);
    await using temp = await host.openTempDir();
    const hostFile = join(temp.path, 'base.tar');
    await mustRun(host, containerId, {
      ...inContainer,
      argv: packArgv(rootDir),
      stdout: { hostFile },
      log: spec.log,
    });
    await take(hostFile);
  } finally {
    await cleanUp();
  }
}

/** @param host one that has no image to make the base in */
const lacking = (lacks: readonly MissingTool[], instead: string, host?: DockerHost): KublerError => {
  const without = host ? `, and ${host.name} has no Debian image to make it in` : '';
  const install = installLine(lacks);
  return new KublerError(
    'HOST_MISSING_TOOL',
    `cannot make a base: this machine lacks what it needs${without}`,
    {
      details: lacks.map(({ tool, need }) => `${tool}: ${need}`),
      hint: install === undefined ? instead : `${install}; or else ${instead}`,
    },
  );
};

/** Devices cannot be made in a container, and scripts of packages write to them. */
const devices = new Map(
  ['null', 'zero', 'full', 'random', 'urandom', 'tty'].map((name) => [name, `${rootDir}/dev/${name}`]),
);

async function startMaker(
  host: DockerHost,
  { source }: ToolSpec,
  { id: imageId }: DebianImage,
  labels: Readonly<Record<string, string>>,
): Promise<string> {
  const inputs = [{ hostPath: source.mirrorDir, containerPath: mirrorDir }];
  const { mounts, seccompPath } = await makeSupplies(host, { imageId, labels, inputs, seccomp: undefined });
  return startContainer(host, {
    imageId,
    labels,
    mounts,
    tmpfs: [],
    network: 'none',
    options: {},
    seccompPath,
    devices,
  });
}

const inContainer = { env: [], cwd: '/', user: '0:0' } as const;

/** debootstrap is a script; it wants to see wget, which it has no use for. */
const script = `mkdir -p ${toolDir}/bin
dpkg-deb --extract "$(find ${mirrorDir}/pool -name 'debootstrap_*.deb')" ${toolDir}
ln -s /bin/false ${toolDir}/bin/wget
exec sh ${toolDir}/usr/sbin/debootstrap "$@"`;

async function runDebootstrap(
  host: DockerHost,
  containerId: string,
  { source, log }: ToolSpec,
): Promise<void> {
  const env = {
    PATH: `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${toolDir}/bin`,
    ...{ LC_ALL: 'C.UTF-8', DEBOOTSTRAP_DIR: `${toolDir}/usr/share/debootstrap` },
    // Saves thousands of fsyncs (dpkg(1)).
    DPKG_FORCE: 'unsafe-io',
    ...baseEnv(source, { devices: false }),
  };
  // The signature of the lists was checked when the index was frozen, and what checks it is not in every image.
  const args = debootstrapArgs(source, { rootDir, mirrorDir, trust: '--no-check-gpg' });
  const base = openBaseLog(log);
  const { exitCode } = await runExec(host, containerId, {
    ...inContainer,
    argv: ['sh', '-e', '-c', script, 'sh', ...args],
    env: Object.entries(env).map((pair) => pair.join('=')),
    log: base.line,
  });
  if (exitCode === 0) return;
  const argv = ['cat', `${rootDir}/debootstrap/debootstrap.log`] as const;
  const inner = await runExec(host, containerId, {
    ...inContainer,
    argv,
    stdout: 'capture',
    log: () => undefined,
  });
  base.inner(inner.stdout);
  throw new KublerError(
    'BUILD_COMMAND_FAILED',
    `cannot make a base: debootstrap ended with status ${exitCode}`,
    {
      details: base.tail,
    },
  );
}

async function mustRun(host: DockerHost, containerId: string, call: ExecCall): Promise<void> {
  const { exitCode } = await runExec(host, containerId, call);
  if (exitCode === 0) return;
  throw new KublerError(
    'ENGINE_REFUSED',
    `cannot hand over a base: ${call.argv[0]} ended with status ${exitCode}`,
  );
}
