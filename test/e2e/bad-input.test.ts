import { createHash, generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TarMember } from '../../src/oci/tar-member.ts';
import { kubler } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { member, tarOf } from '../support/tar.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';

type Files = Readonly<Record<string, string>>;

const template = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';
const image = (name: string, file: string): string => `namespaces/faulty/images/${name}/${file}`;
const extracted = "INSTALL_MODE='extracted'\n";

const root = useTempDir();
let count = 0;

/** A new project with these files; an image folder without a template gets the plain one. */
function makeProject(files: Files): string {
  const dir = join(root, `project-${++count}`);
  const folders = Object.keys(files).flatMap((path) => /^namespaces\/\w+\/images\/[\w-]+/.exec(path) ?? []);
  const templates = Object.fromEntries(folders.map((folder) => [`${folder}/Dockerfile.template`, template]));
  writeTree(dir, { 'kubler.config.yaml': '', ...templates, ...files });
  return dir;
}

interface Failure {
  readonly status: number;
  /** Standard error from the first error on, the data dir being `DATA`. */
  readonly report: string;
  readonly stdout: string;
}

async function fail(dir: string, args: readonly string[] = ['build']): Promise<Failure> {
  const { exitCode, stdout, stderr } = await kubler(args, { cwd: dir });
  const lines = stderr.replaceAll(sharedDataDir(), 'DATA').split('\n');
  const start = lines.findIndex((line) => line.startsWith('error: '));
  return { status: exitCode, report: start < 0 ? '' : lines.slice(start).join('\n'), stdout };
}

const text = (...lines: readonly string[]): string => lines.join('\n');
const syntaxHint =
  'hint: the file is data, never executed: NAME=value, quotes, ${NAME}, ${NAME:-default}, NAME=(a b), comments';

describe('a project that makes no sense is refused with status 2:', () => {
  it.each<readonly [string, Files, string]>([
    [
      'an unknown key',
      { 'kubler.config.yaml': 'engine: native\njob: 2\n' },
      text(
        'error: cannot read "job": there is no such key',
        '  --> kubler.config.yaml:2:1',
        '    |',
        '  2 | job: 2',
        '    | ^',
        'hint: did you mean "jobs"?',
      ),
    ],
    [
      'bad YAML',
      { 'kubler.config.yaml': 'engine: native\n jobs: 1\n' },
      text(
        'error: cannot read YAML: Nested mappings are not allowed in compact mappings',
        '  --> kubler.config.yaml:1:9',
        '    |',
        '  1 | engine: native',
        '    |         ^',
      ),
    ],
    [
      'command substitution in build.conf, in both spellings and at once',
      { [image('a', 'build.conf')]: 'BOB_A=\'fine\'\nBOB_B=$(date)\nBOB_C="x `id` y"\n' },
      text(
        'error: cannot read build.conf: command substitution "$(date)" is not allowed',
        '  --> namespaces/faulty/images/a/build.conf:2:7',
        '    |',
        '  2 | BOB_B=$(date)',
        '    |       ^',
        syntaxHint,
        '',
        'error: cannot read build.conf: command substitution "`id`" is not allowed',
        '  --> namespaces/faulty/images/a/build.conf:3:10',
        '    |',
        '  3 | BOB_C="x `id` y"',
        '    |          ^',
        syntaxHint,
      ),
    ],
    [
      'parents in a circle, and one that does not exist',
      {
        [image('a', 'build.conf')]: "IMAGE_PARENT='faulty/b'\n",
        [image('b', 'build.conf')]: "IMAGE_PARENT='faulty/a'\n",
        [image('lost', 'build.conf')]: "# comment\nIMAGE_PARENT='faulty/aa'\n",
      },
      text(
        'error: cannot build image "faulty/lost": its parent "faulty/aa" does not exist',
        '  --> namespaces/faulty/images/lost/build.conf:2:14',
        '    |',
        "  2 | IMAGE_PARENT='faulty/aa'",
        '    |              ^',
        'hint: did you mean "faulty/a"?',
        '',
        'error: cannot order images: faulty/a → faulty/b → faulty/a is a cycle',
        '  --> namespaces/faulty/images/a/build.conf:1:14',
        '    |',
        "  1 | IMAGE_PARENT='faulty/b'",
        '    |              ^',
      ),
    ],
    [
      'a builder that does not exist',
      { [image('a', 'build.conf')]: "BUILDER='debain'\n" },
      text(
        'error: cannot build image "faulty/a": its builder "debain" does not exist',
        '  --> namespaces/faulty/images/a/build.conf:1:9',
        '    |',
        "  1 | BUILDER='debain'",
        '    |         ^',
        'hint: did you mean "debian"?',
      ),
    ],
    [
      'builders that extend each other',
      {
        'builders/a/build.conf': "BUILDER='b'\n",
        'builders/b/build.conf': "BUILDER='a'\n",
        [image('a', 'build.conf')]: "BUILDER='a'\n",
      },
      text(
        'error: cannot order builders: a → b → a is a cycle',
        '  --> builders/a/build.conf:1:9',
        '    |',
        "  1 | BUILDER='b'",
        '    |         ^',
      ),
    ],
    [
      'a prune rule that does not exist',
      { [image('a', 'build.conf')]: "PRUNE='dosc'\n" },
      text(
        'error: cannot use prune rule "dosc": no rule has this name',
        '  --> namespaces/faulty/images/a/build.conf:1:7',
        '    |',
        "  1 | PRUNE='dosc'",
        '    |       ^',
        'hint: did you mean "docs"?',
      ),
    ],
    [
      'a prune rule that does not exist, for all images of a namespace',
      {
        [image('a', 'build.conf')]: '',
        [image('b', 'build.conf')]: '',
        'namespaces/faulty/kubler.config.yaml': 'prune: [docs,\n  -mann]\n',
      },
      text(
        'error: cannot use prune rule "mann": no rule has this name',
        '  --> namespaces/faulty/kubler.config.yaml:2:3',
        '    |',
        '  2 |   -mann]',
        '    |   ^',
        'hint: did you mean "man"?',
      ),
    ],
    [
      'everything that is wrong with the Dockerfile.templates, of a child whose parent is not built too',
      {
        [image('a', 'Dockerfile.template')]: text(
          'FROM debian:12',
          'ADD rootfs.tar /',
          'RUN --network=moon apt-get update',
          'COPPY x /',
          'COPY missing.txt /',
          'ENV X=${BOB_X}',
        ),
        [image('b', 'build.conf')]: "IMAGE_PARENT='faulty/a'\n",
        [image('b', 'Dockerfile.template')]: 'FROM ${IMAGE_PARENT}\nADD rootfs.tar\n',
      },
      text(
        'error: cannot apply FROM: "debian:12" is not the image\'s parent, which is "scratch"',
        '  --> namespaces/faulty/images/a/Dockerfile.template:1:1',
        '    |',
        '  1 | FROM debian:12',
        '    | ^',
        'hint: FROM ${IMAGE_PARENT}; the parent is set in build.conf',
        '',
        'error: cannot apply RUN: --network=moon is neither default, host nor none',
        '  --> namespaces/faulty/images/a/Dockerfile.template:3:1',
        '    |',
        '  3 | RUN --network=moon apt-get update',
        '    | ^',
        '',
        'error: cannot read "COPPY": it is not a Dockerfile instruction',
        '  --> namespaces/faulty/images/a/Dockerfile.template:4:1',
        '    |',
        '  4 | COPPY x /',
        '    | ^',
        'hint: did you mean "COPY"?',
        '',
        'error: cannot copy "missing.txt": there is no such file in the image folder',
        '  --> namespaces/faulty/images/a/Dockerfile.template:5:1',
        '    |',
        '  5 | COPY missing.txt /',
        '    | ^',
        '',
        'error: cannot render "Dockerfile.template": BOB_X is not set',
        '  --> namespaces/faulty/images/a/Dockerfile.template:6:7',
        '    |',
        '  6 | ENV X=${BOB_X}',
        '    |       ^',
        'hint: set BOB_X in build.conf, or write ${BOB_X:-default}',
        '',
        'error: cannot apply ADD: it needs a source and a destination',
        '  --> namespaces/faulty/images/b/Dockerfile.template:2:1',
        '    |',
        '  2 | ADD rootfs.tar',
        '    | ^',
      ),
    ],
  ])('%s', async (_title, files, report) => {
    const dir = makeProject(files);
    expect(await fail(dir)).toEqual({ status: 2, report, stdout: '' });
    expect(await fail(dir, ['build', '--dry-run'])).toEqual({ status: 2, report, stdout: '' });
  });
});

describe('a command line that makes no sense is refused with status 2:', () => {
  it.each<readonly [readonly string[], string]>([
    [
      ['build', 'faulty/tol', 'elsewhere'],
      text(
        'error: cannot find target "faulty/tol": there is no such namespace or image',
        'hint: did you mean "faulty/tool"?',
        '',
        'error: cannot find target "elsewhere": there is no such namespace or image',
        'hint: kubler list',
      ),
    ],
    [
      ['build', '--job', '2'],
      text("error: cannot read the command line: unknown option '--job'", 'hint: did you mean --jobs?'),
    ],
    [
      ['biuld'],
      text("error: cannot read the command line: unknown command 'biuld'", 'hint: did you mean build?'),
    ],
    [
      ['build', '--jobs', '0'],
      text(
        "error: cannot read the command line: option '-j, --jobs <n>' argument '0' is invalid. jobs is a whole number from 1 to 64",
        'hint: kubler help lists all commands',
      ),
    ],
    [
      ['run'],
      text(
        "error: cannot read the command line: missing required argument 'image'",
        'hint: kubler help lists all commands',
      ),
    ],
    [
      ['run', 'nosuch/image'],
      text(
        'error: cannot find image "nosuch/image": none of that name is built or in the project',
        'hint: kubler list',
      ),
    ],
    [
      ['export', 'nosuch/image'],
      text(
        'error: cannot find image "nosuch/image": none of that name is built or in the project',
        'hint: kubler list',
      ),
    ],
    [['list', '-w', '/nonexistent'], 'error: cannot find a project: there is no folder "/nonexistent"'],
  ])('%s', async (args, report) => {
    const dir = makeProject({ [image('tool', 'build.sh')]: '' });
    expect(await fail(dir, args)).toEqual({ status: 2, report, stdout: '' });
  });
});

/** Builds one image that cannot be built. */
async function failToBuild(files: Files): Promise<Omit<Failure, 'stdout'>> {
  const { status, report, stdout } = await fail(makeProject(files));
  expect(stdout).toMatch(/^faulty\/a .*(?:failed: |not built: what it needs was not built)/m);
  return { status, report };
}

requires(
  'root',
  'runc',
  'debootstrap',
)('an image that cannot be built fails with status 1:', () => {
  it.each<readonly [string, Files, string]>([
    [
      'packages and versions apt does not know, each with what was meant',
      { [image('a', 'build.sh')]: '_packages="jqq jq=0.0-nonexistent --purge"\n' },
      text(
        'error: cannot install package "jqq" of faulty/a: apt says: Unable to locate package jqq',
        'hint: did you mean "jq"?',
        '',
        `error: cannot install package "jq=0.0-nonexistent" of faulty/a: apt says: Version '0.0-nonexistent' for 'jq' was not found`,
        'hint: the index has VERSIONS',
        '',
        'error: cannot install package "--purge" of faulty/a: apt says: Unable to locate package --purge',
        'hint: `kubler update` refreshes the package index; apt.components and apt.sources say what it covers',
      ),
    ],
    [
      'packages that do not fit together',
      { [image('a', 'build.sh')]: '_packages="postfix exim4-daemon-light"\n' },
      text(
        'error: cannot install the packages of faulty/a: unmet dependencies',
        '  exim4-config : Conflicts: postfix but VERSION is to be installed',
        '  exim4-daemon-light : Conflicts: mail-transport-agent',
        '  postfix : Conflicts: mail-transport-agent',
      ),
    ],
    [
      'a command that does not exist, deep in a hook',
      {
        [image('a', 'build.sh')]: text(
          'helper() {',
          '  for number in $(seq 60); do echo "line ${number}"; done',
          '  nosuchcommand --x',
          '}',
          'finish_rootfs_build() {',
          '  helper',
          '}',
        ),
      },
      text(
        'error: cannot build faulty/a: finish_rootfs_build ended with status 127',
        '  --> namespaces/faulty/images/a/build.sh:3:3',
        '    |',
        '  3 |   nosuchcommand --x',
        '    |   ^',
        ...Array.from({ length: 39 }, (_, index) => `  line ${index + 22}`),
        '  /config/build.sh: line 3: nosuchcommand: command not found',
        'full log: DATA/logs/faulty/a/finish_rootfs_build.log',
      ),
    ],
    [
      'a failure in the middle of a pipeline',
      { [image('a', 'build.sh')]: 'configure_rootfs_build() {\n  false | true\n}\n' },
      text(
        'error: cannot build faulty/a: configure_rootfs_build ended with status 1',
        '  --> namespaces/faulty/images/a/build.sh:2:3',
        '    |',
        '  2 |   false | true',
        '    |   ^',
        'full log: DATA/logs/faulty/a/configure_rootfs_build.log',
      ),
    ],
    [
      'a syntax error in build.sh',
      { [image('a', 'build.sh')]: 'finish_rootfs_build() {\n  if true; then\n    echo\n}\n' },
      text(
        'error: cannot build faulty/a: build.sh ended with status 2',
        '  --> namespaces/faulty/images/a/build.sh:4:1',
        '    |',
        '  4 | }',
        '    | ^',
        "  /config/build.sh: line 4: syntax error near unexpected token `}'",
        'full log: DATA/logs/faulty/a/describe.log',
      ),
    ],
    [
      'an entry point that is not there, and a kept script without its interpreter',
      {
        [image('a', 'build.conf')]: extracted,
        [image('a', 'build.sh')]: text(
          'finish_rootfs_build() {',
          '  mkdir -p "${_ROOTFS}/opt"',
          '  printf "#!/usr/bin/perl\\n" > "${_ROOTFS}/opt/report"',
          '  chmod 755 "${_ROOTFS}/opt/report"',
          '}',
        ),
        [image('a', 'Dockerfile.template')]: `${template}ENTRYPOINT ["/opt/server"]\n`,
      },
      text(
        'error: cannot build faulty/a: what is in it cannot all run',
        '  /opt/server ENTRYPOINT runs /opt/server, which is not in the image [entrypoint]',
        '  /opt/report needs the interpreter /usr/bin/perl, which is not in the image [shebang] (add package "perl-base", which usually has it)',
        'hint: add the packages that are missing to _packages, name paths that have to stay in KEEP, or say in PROVE_ALLOW why it is right',
      ),
    ],
  ])('%s', async (_title, files, report) => {
    const failure = await failToBuild(files);
    const versionless = failure.report
      .replace(/(?<=the index has ).*/, 'VERSIONS')
      .replace(/(?<=postfix but )\S+/, 'VERSION');
    expect({ ...failure, report: versionless }).toEqual({ status: 1, report });
  });

  it('the log that a failed hook names holds all of its output', async () => {
    const script = 'finish_rootfs_build() {\n  seq 1000\n  printf "no line end" >&2\n  exit 3\n}\n';
    const { report } = await failToBuild({ [image('a', 'build.sh')]: script });
    expect(report).toContain('finish_rootfs_build ended with status 3\n  962\n');
    const [, log = ''] = /^full log: DATA(.*)$/m.exec(report) ?? [];
    const lines = readFileSync(join(sharedDataDir(), log), 'utf8').trimEnd().split('\n');
    expect(lines.sort()).toEqual(
      [...Array.from({ length: 1000 }, (_, index) => `${index + 1}`), 'no line end'].sort(),
    );
  });

  it('a download with another checksum than the hook says', async () => {
    const server = createServer((_request, response) => response.end('content\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
    const [right, wrong] = ['content\n', 'other'].map((content) =>
      createHash('sha256').update(content).digest('hex'),
    );
    try {
      const hook = (sum = ''): Files => ({
        [image('a', 'build.sh')]: `finish_rootfs_build() {\n  download_file ${url} sha256:${sum}\n}\n`,
      });
      expect((await kubler(['build'], { cwd: makeProject(hook(right)) })).exitCode).toBe(0);
      const { status, report } = await failToBuild(hook(wrong));
      expect(status).toBe(1);
      expect(report).toContain('build.sh:2:3\n');
      expect(report).toContain(
        `error: download_file ${url}: wrong checksum, expected ${wrong}, got ${right}\n`,
      );
    } finally {
      server.close();
    }
  });

  it('a private key, unless KEEP says that everyone may have it', async () => {
    const files = {
      [image('a', 'build.sh')]: text(
        'finish_rootfs_build() {',
        '  mkdir -p "${_ROOTFS}/etc/app"',
        '  openssl genpkey -algorithm ed25519 > "${_ROOTFS}/etc/app/key.pem"',
        '}',
      ),
    };
    expect(await failToBuild(files)).toEqual({
      status: 1,
      report: text(
        'error: cannot put "/etc/app/key.pem" into faulty/a: it holds a private key',
        "hint: remove it in finish_rootfs_build, or say KEEP='/etc/app/key.pem' in build.conf if everyone may have it",
      ),
    });
    const kept = makeProject({ ...files, [image('a', 'build.conf')]: "KEEP='/etc/app/key.pem'\n" });
    expect((await kubler(['build'], { cwd: kept })).exitCode).toBe(0);
  });

  it('a private key that COPY brings, or that comes in the place of a file of the parent', async () => {
    const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const dir = makeProject({
      [image('a', 'build.sh')]:
        'finish_rootfs_build() { mkdir -p "${_ROOTFS}/etc"; echo none > "${_ROOTFS}/etc/key"; }\n',
      [image('b', 'build.conf')]: "IMAGE_PARENT='faulty/a'\n",
      [image('b', 'build.sh')]: 'finish_rootfs_build() { cp /config/key.pem "${_ROOTFS}/etc/key"; }\n',
      [image('b', 'key.pem')]: key,
      [image('b', 'Dockerfile.template')]: `${template}COPY key.pem /usr/share/app/\n`,
    });
    const { status, report } = await fail(dir);
    expect({ status, report }).toEqual({
      status: 1,
      report: text(
        'error: cannot put "/etc/key" into faulty/b: it holds a private key',
        "hint: remove it in finish_rootfs_build, or say KEEP='/etc/key' in build.conf if everyone may have it",
        '',
        'error: cannot put "/usr/share/app/key.pem" into faulty/b: it holds a private key',
        '  --> namespaces/faulty/images/b/Dockerfile.template:3:1',
        '    |',
        '  3 | COPY key.pem /usr/share/app/',
        '    | ^',
        "hint: hand it in when the image is run, or say KEEP='/usr/share/app/key.pem' in build.conf if everyone may have it",
      ),
    });
  });
});

requires(
  'root',
  'runc',
  'debootstrap',
)('a base tarball', () => {
  const outside = join(root, 'outside');

  const archive = (...members: readonly TarMember[]) => tarOf(member({ path: 'etc/x' }), ...members);
  const link = member({ path: 'way', type: 'symlink', linkTarget: outside });

  async function failWithBase(tar: Buffer, sha256 = createHash('sha256').update(tar).digest('hex')) {
    const dir = makeProject({
      'builders/own/build.conf': `BUILDER_SUITE='bookworm'\nBUILDER_BASE='tarball:base.tar'\nBUILDER_BASE_SHA256='${sha256}'\n`,
      [image('a', 'build.conf')]: "BUILDER='own'\n",
      '../outside/': '',
    });
    writeFileSync(join(dir, 'builders/own/base.tar'), tar);
    return fail(dir);
  }

  it.each<readonly [string, readonly TarMember[], string]>([
    [
      'that climbs out of its folder',
      [member({ path: '../../climbed' })],
      '"../../climbed": "../../climbed" is absolute or goes up with ".."',
    ],
    [
      'with an absolute name',
      [member({ path: `${outside}/absolute` })],
      `"${outside}/absolute": "${outside}/absolute" is absolute or goes up with ".."`,
    ],
    [
      'that writes through a symlink',
      [link, member({ path: 'way/through' })],
      '"way/through": it goes through "way", a symlink',
    ],
    [
      'with a hard link to a file of the host',
      [member({ path: 'etc/passwd', type: 'hardlink', linkTarget: '/etc/passwd' })],
      '"etc/passwd": "/etc/passwd" is absolute or goes up with ".."',
    ],
  ])('%s is refused before anything is unpacked', async (_title, members, reason) => {
    const snapshots = readdirSync(join(sharedDataDir(), 'snapshots'));
    const { status, report } = await failWithBase(await archive(...members));
    expect(status).toBe(1);
    expect(report).toBe(
      text(
        `error: cannot make the base of builder "own": cannot unpack archive member ${reason}`,
        '  --> builders/own/build.conf:2:14',
        '    |',
        "  2 | BUILDER_BASE='tarball:base.tar'",
        '    |              ^',
      ),
    );
    expect(readdirSync(outside)).toEqual([]);
    expect(existsSync(join(sharedDataDir(), 'climbed'))).toBe(false);
    expect(readdirSync(join(sharedDataDir(), 'snapshots'))).toEqual(snapshots);
  });

  it('with another checksum than build.conf says is refused', async () => {
    const { status, report } = await failWithBase(await archive(), '0'.repeat(64));
    expect(status).toBe(1);
    expect(report).toMatch(
      /: its SHA-256 is [0-9a-f]{64}, not 0{64}\n {2}--> builders\/own\/build.conf:3:21\n/,
    );
  });

  it('that is none is refused', async () => {
    const { status, report } = await failWithBase(Buffer.from('<html>moved</html>'.repeat(100)));
    expect(status).toBe(1);
    expect(report).toContain(
      'cannot read tar archive: a header has a wrong checksum (damaged, or not a tar archive)',
    );
  });
});

requires(
  'root',
  'runc',
  'debootstrap',
)('several images of which some fail', () => {
  const good = 'finish_rootfs_build() { echo ok > "${_ROOTFS}/ok"; }\n';
  const files = {
    [image('bad', 'build.sh')]: 'finish_rootfs_build() { false; }\n',
    [image('child', 'build.conf')]: "IMAGE_PARENT='faulty/bad'\n",
    [image('grandchild', 'build.conf')]: "IMAGE_PARENT='faulty/child'\n",
    [image('good', 'build.sh')]: good,
    [image('worse', 'build.sh')]: '_packages="jqq"\n',
  };

  it('are all reported; dependants are not built, the others are', async () => {
    const { status, report, stdout } = await fail(makeProject(files), ['build', '--json', '--force']);
    expect(status).toBe(1);
    const outcomes = (JSON.parse(stdout) as Record<'image' | 'outcome', string>[]).map((each) => [
      each.image,
      each.outcome,
    ]);
    expect(Object.fromEntries(outcomes)).toEqual({
      'faulty/bad': 'failed',
      'faulty/child': 'not built',
      'faulty/grandchild': 'not built',
      'faulty/good': 'built',
      'faulty/worse': 'failed',
    });
    expect(report.match(/^error: .*/gm)).toEqual([
      'error: cannot build faulty/bad: finish_rootfs_build ended with status 1',
      'error: cannot install package "jqq" of faulty/worse: apt says: Unable to locate package jqq',
    ]);
  });

  it('are listed in the table too', async () => {
    const { stdout } = await fail(makeProject(files));
    expect(stdout).toMatch(/^faulty\/child +not built: what it needs was not built$/m);
    expect(stdout).toMatch(/^faulty\/bad +failed: new$/m);
  });
});

requires(
  'root',
  'runc',
  'debootstrap',
)('an image that is doubtful', () => {
  it('is built with warnings, of its Dockerfile and of what is in it', async () => {
    const dir = makeProject({
      [image('a', 'build.sh')]: 'finish_rootfs_build() { mkdir -p "${_ROOTFS}/srv/work"; }\n',
      [image('a', 'Dockerfile.template')]: `${template}WORKDIR /srv/work\nENV A=$NOPE\n`,
      [image('b', 'build.conf')]: "IMAGE_PARENT='faulty/a'\n",
      [image('b', 'build.sh')]: 'finish_rootfs_build() { rmdir "${_ROOTFS}/srv/work"; }\n',
    });
    const dockerfile = ['Dockerfile.template:4', '$NOPE is not set, so it is empty'] as const;
    const workdir = [
      '/srv/work',
      'is the WORKDIR, and not in the image: the engine makes it, for root',
    ] as const;
    const { stdout, stderr } = await kubler(['build', '--json'], { cwd: dir });
    expect(stderr.split('\n')).toContain(`faulty/a: warning: ${dockerfile.join(': ')}`);
    expect(stderr.split('\n')).toContain(`faulty/b: warning: ${workdir.join(' ')} [workdir]`);
    const images = JSON.parse(stdout) as Record<
      'findings',
      readonly Record<'subject' | 'message', string>[]
    >[];
    expect(images.map(({ findings }) => findings.map(({ subject, message }) => [subject, message]))).toEqual([
      [dockerfile],
      [workdir],
    ]);
  });
});

requires(
  'root',
  'runc',
  'debootstrap',
)('an image that fails', () => {
  it('leaves its former version as it was, and is built again once it can be', async () => {
    const dir = makeProject({
      [image('tool', 'build.conf')]: extracted,
      [image('tool', 'build.sh')]: '_packages="jq"\n',
    });
    const list = async () => (await kubler(['list'], { cwd: dir })).stdout;
    const run = async () =>
      (await kubler(['run', 'faulty/tool', '--', 'jq', '-n', '6 * 7'], { cwd: dir })).stdout;
    expect((await kubler(['build'], { cwd: dir })).exitCode).toBe(0);
    const before = await list();

    writeTree(dir, { [image('tool', 'build.sh')]: '_packages="jq"\nfinish_rootfs_build() { false; }\n' });
    expect((await kubler(['build'], { cwd: dir })).exitCode).toBe(1);
    expect([await list(), await run()]).toEqual([before, '42']);

    writeTree(dir, { [image('tool', 'build.sh')]: '_packages="jq"\n' });
    const again = await kubler(['build'], { cwd: dir });
    expect(again.stdout).toContain('skipped: unchanged');
  });
});
