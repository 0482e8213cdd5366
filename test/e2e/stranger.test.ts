import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { kubler, type KublerOptions, startKubler, succeedsIn } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';

const filesBelow = (dir: string): readonly string[] =>
  (readdirSync(dir, { recursive: true }) as string[]).sort();

const verbs = [
  ...[
    'new',
    'build',
    'test',
    'shell',
    'list',
    'graph',
    'run',
    'export',
    'import',
    'inspect',
    'history',
    'tag',
    'rm',
  ],
  ...['update', 'clean', 'doctor', 'migrate', 'completion'],
];

requires(
  'root',
  'runc',
  'debootstrap',
)('a stranger, in an empty folder outside of the clone', () => {
  const dir = useTempDir();
  const call = (args: readonly string[], options: KublerOptions = {}) =>
    kubler(args, { cwd: dir, ...options });
  const output = succeedsIn({ cwd: dir });

  beforeAll(async () => {
    await output('new', 'namespace', 'acme', '--yes');
    await output('new', 'image', 'acme/jq', '--packages', 'jq', '--yes');
    await output('build', 'acme/jq');
  });

  it('runs what was built', async () => {
    expect(await output('run', 'acme/jq', '--', 'jq', '--version')).toBe('jq-1.6');
  });

  it('has what is piped in reach the image, and its exit status come back', async () => {
    const piped = await call(['run', 'acme/jq', '--', 'jq', '.a'], { input: '{"a": 1}\n' });
    expect(piped).toMatchObject({ stdout: '1', exitCode: 0 });
    const halted = await call(['run', 'acme/jq', '--', 'jq', '"reason\\n" | halt_error(7)'], {
      input: 'null',
    });
    expect(halted).toMatchObject({ stdout: '', stderr: 'reason', exitCode: 7 });
  });

  it('needs no "--" before the command', async () => {
    expect(await output('run', 'acme/jq', 'jq', '--null-input', '6 * 7')).toBe('42');
  });

  it('is told when an image has no command, or is not built, and how to go on', async () => {
    const idle = await call(['run', 'acme/jq']);
    expect(idle.exitCode).toBe(2);
    expect(idle.stderr).toContain('kubler run acme/jq -- /usr/bin/PROGRAM');
    await output('new', 'image', 'acme/later', '--yes');
    const unbuilt = await call(['run', 'acme/later', '--', 'true']);
    expect(unbuilt.exitCode).toBe(1);
    expect(unbuilt.stderr).toContain('hint: kubler build acme/later');
  });

  it('sees images in list and graph', async () => {
    await output('new', 'image', 'acme/offspring', '--parent', 'acme/jq', '--yes');
    expect(await output('list')).toMatch(/^acme\/jq +scratch +5\.\d MB +6 +[0-9a-f]{12}$/m);
    const listed = JSON.parse(await output('list', '--json')) as Record<string, unknown>[];
    expect(listed.find(({ image }) => image === 'acme/jq')).toMatchObject({
      built: true,
      tags: ['latest'],
      imageId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    });
    expect(listed.find(({ image }) => image === 'acme/offspring')).toMatchObject({
      built: false,
      parent: 'acme/jq',
    });

    expect(await output('graph', 'acme/offspring')).toBe('acme/jq [debian]\n└── acme/offspring');
    expect(await output('graph', '--format', 'dot', 'acme/offspring')).toContain(
      '"acme/jq" -> "acme/offspring"',
    );
    expect(JSON.parse(await output('graph', '--format', 'json', 'acme/offspring'))).toMatchObject([
      { image: 'acme/jq', children: ['acme/offspring'] },
      { image: 'acme/offspring', parent: 'acme/jq' },
    ]);
  });

  it('is told by doctor that this machine is ready', async () => {
    expect(await output('doctor')).toContain('native engine: ready');
    expect(JSON.parse(await output('doctor', '--json'))).toMatchObject({
      missing: [],
      engines: [{ engine: 'native', isReady: true }, { engine: 'docker' }, { engine: 'podman' }],
    });
  });

  it('gets help for every command, with an example', async () => {
    const help = await output('--help');
    for (const verb of verbs) expect(help).toMatch(new RegExp(`^  ${verb} `, 'm'));
    const pages = [
      ...verbs.map((verb) => [verb]),
      ['new', 'namespace'],
      ['new', 'image'],
      ['new', 'builder'],
    ];
    for (const page of pages)
      expect(await output(...page, '--help')).toContain(`Usage: kubler ${page.join(' ')}`);
  });

  it('finds no file in the project after a build', async () => {
    const before = filesBelow(dir);
    await output('build', '--force', 'acme/jq');
    expect(filesBelow(dir)).toEqual(before);
  });

  it('builds in another folder, keeping everything in a data dir given by flag or environment', async () => {
    const empty = join(dir, 'empty');
    writeTree(empty, { 'data/': '' });
    const list = async (args: readonly string[], env = {}) => {
      const { stdout, stderr } = await call(['list', '--json', ...args], { cwd: '/', env });
      expect(stderr).toBe('');
      return (JSON.parse(stdout) as { image: string; built: boolean }[]).find(
        ({ image }) => image === 'acme/jq',
      );
    };
    expect(await list(['--working-dir', dir])).toMatchObject({ built: true });
    expect(await list(['--working-dir', dir, '--data-dir', join(empty, 'data')])).toMatchObject({
      built: false,
    });
    expect(await list(['-w', dir], { KUBLER_DATA_DIR: join(empty, 'data') })).toMatchObject({ built: false });
    const both = ['-w', dir, '--data-dir', sharedDataDir()];
    expect(await list(both, { KUBLER_DATA_DIR: join(empty, 'data') })).toMatchObject({ built: true });
  });
});

requires(
  'root',
  'runc',
  'debootstrap',
)('signals to a running image', () => {
  const dir = useTempDir();
  beforeAll(async () => {
    writeTree(dir, {
      'kubler.config.yaml': '',
      'namespaces/acme/images/sh/build.conf': "INSTALL_MODE='extracted'\n",
      'namespaces/acme/images/sh/build.sh': '_packages="dash"\n',
      'namespaces/acme/images/sh/Dockerfile.template': 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n',
    });
    const { exitCode, stderr } = await kubler(['build'], { cwd: dir });
    expect(exitCode, stderr).toBe(0);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s reaches the process, which ends as it likes',
    async (signal) => {
      const script = `trap 'echo bye; exit 5' ${signal.slice(3)}; echo ready; while :; do :; done`;
      const run = startKubler(['run', 'acme/sh', '--', 'sh', '-c', script], { cwd: dir });
      await new Promise((resolve) => run.stdout.once('data', resolve));
      run.kill(signal);
      expect(await run).toMatchObject({ exitCode: 5, stdout: 'ready\nbye' });
    },
  );
});

requires(
  'root',
  'runc',
  'debootstrap',
)("a builder of one's own", () => {
  const dir = useTempDir();
  const output = succeedsIn({ cwd: dir });

  it('is scaffolded, built and used by an image', async () => {
    await output('new', 'namespace', 'acme', '--yes');
    await output('new', 'builder', 'tools', '--from', 'debian', '--yes');
    await output('new', 'image', 'acme/note', '--builder', 'tools', '--yes');
    writeTree(dir, {
      'builders/tools/build.sh': 'configure_builder() { echo "made by tools" > /note; }\n',
      'namespaces/acme/images/note/build.sh': 'finish_rootfs_build() { cp /note "${_ROOTFS}/note"; }\n',
    });
    expect(await output('graph')).toBe('acme/note [tools]');
    await output('build');
    await output('export', 'acme/note', '--format', 'oci-layout', '--output', 'note');
    expect(await output('export', 'acme/note', '--format', 'rootfs-tar', '--output', '-')).toContain(
      'made by tools',
    );
    expect(existsSync(join(dir, 'note/index.json'))).toBe(true);
  });
});

requires(
  'root',
  'runc',
  'debootstrap',
)('a namespace that is a folder of its own', () => {
  const dir = useTempDir();

  it('is scaffolded, and its images are built from inside', async () => {
    expect(
      (await kubler(['new', 'namespace', 'solo', '--type', 'single', '--yes'], { cwd: dir })).exitCode,
    ).toBe(0);
    const inside = { cwd: join(dir, 'solo') };
    await kubler(
      ['new', 'image', 'jq', '--packages', 'jq', '--mode', 'extracted', '--tests', '--yes'],
      inside,
    );
    expect(readFileSync(join(dir, 'solo/images/jq/build.sh'), 'utf8')).toContain('_packages="jq"');
    const built = await kubler(['build', 'jq'], inside);
    expect(built.exitCode, built.stderr).toBe(0);
    expect((await kubler(['run', 'solo/jq', '--', 'jq', '-n', '1'], inside)).stdout).toBe('1');
    expect((await kubler(['test', 'jq'], inside)).stdout).toMatch(/^solo\/jq +file: \/ +passed/m);
  });
});
