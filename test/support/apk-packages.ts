import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apkArchitecture, type ApkSpec } from './make-apk.ts';

const loader = `ld-musl-${apkArchitecture}.so.1`;
const libc = `libc.musl-${apkArchitecture}.so.1`;

/** musl, of Debian's: `musl` on Debian has its loader in /usr/lib. */
export const muslPackage = (): ApkSpec => ({
  name: 'musl',
  version: '1.2.3-r4',
  provides: [`so:${libc}=1`],
  license: 'MIT',
  files: {
    [`lib/${loader}`]: { content: readFileSync(`/lib/${loader}`), mode: 0o755 },
    [`lib/${libc}`]: { link: loader },
    'usr/bin/ldd': { link: `../../lib/${loader}` },
  },
});

/** Debian's static busybox with Alpine's scripts: applets are links that its own script and trigger make. */
export const busyboxPackage = (): ApkSpec => ({
  name: 'busybox',
  version: '1.35.0-r9',
  provides: ['/bin/sh', 'cmd:sh=1.35.0-r9', 'cmd:adduser=1.35.0-r9'],
  license: 'GPL-2.0-only',
  files: {
    'bin/busybox': { content: readFileSync('/bin/busybox'), mode: 0o755 },
    'bin/sh': { link: '/bin/busybox' },
    'etc/securetty': 'console\n',
  },
  scripts: {
    'post-install':
      '#!/bin/busybox sh\n/bin/busybox mkdir -p /usr/bin /usr/sbin /sbin\n/bin/busybox --install -s\n',
    trigger: '#!/bin/busybox sh\n/bin/busybox --install -s\n',
  },
  triggers: ['/bin', '/sbin', '/usr/bin', '/usr/sbin'],
});

/** Compiles C against musl. */
export function compileMusl(source: string, ...args: readonly string[]): Buffer {
  const dir = mkdtempSync(join(tmpdir(), 'kubler-musl-'));
  try {
    const out = join(dir, 'out');
    execFileSync('musl-gcc', ['-o', out, '-x', 'c', '-', '-x', 'none', ...args], { input: source });
    return readFileSync(out);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Accounts and folders of a root, as alpine-baselayout brings them. */
export const baselayoutPackage = (): ApkSpec => ({
  name: 'alpine-baselayout',
  version: '3.4.3-r2',
  license: 'GPL-2.0-only',
  files: {
    'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n',
    'etc/group': 'root:x:0:root\nnobody:x:65534:\n',
    'etc/shadow': { content: 'root:*::0:::::\nnobody:!::0:::::\n', mode: 0o640 },
    'etc/hosts': '127.0.0.1 localhost\n',
    root: { folder: true, mode: 0o700 },
    tmp: { folder: true, mode: 0o1777 },
    'var/log': { folder: true },
  },
});

/** A program with a library, plugins that a trigger lists, documentation that comes along, and a daemon with a user. */
export function greetPackages(): readonly ApkSpec[] {
  const musl = `so:${libc}`;
  const library = compileMusl(
    'int greet(void) { return 42; }',
    '-shared',
    '-fPIC',
    '-Wl,-soname,libgreet.so.1',
  );
  const dir = mkdtempSync(join(tmpdir(), 'kubler-greet-'));
  writeFileSync(join(dir, 'libgreet.so.1'), library);
  const source =
    '#include <stdio.h>\nint greet(void);\nint main(void) { printf("hello %d\\n", greet()); return 0; }';
  const program = compileMusl(source, join(dir, 'libgreet.so.1'));
  rmSync(dir, { recursive: true });
  const executable = (content: string | Uint8Array) => ({ content, mode: 0o755 });
  return [
    {
      ...{ name: 'libgreet', version: '1.0-r0', depends: [musl], provides: ['so:libgreet.so.1=1'] },
      files: { 'usr/lib/libgreet.so.1': executable(library) },
    },
    {
      ...{
        name: 'greet',
        version: '2.1-r3',
        depends: [musl, 'so:libgreet.so.1'],
        provides: ['cmd:greet=2.1-r3'],
      },
      files: { 'usr/bin/greet': executable(program), 'usr/share/greet/plugins/a': 'a\n' },
    },
    {
      ...{ name: 'greet-doc', version: '2.1-r3', origin: 'greet', installIf: ['docs', 'greet=2.1-r3'] },
      files: { 'usr/share/greet/readme': 'x\n' },
    },
    { name: 'docs', version: '1-r0' },
    {
      ...{ name: 'plugins', version: '1-r0', depends: ['greet'], triggers: ['/usr/share/greet/plugins'] },
      files: { 'usr/share/plugins/readme': 'x\n' },
      scripts: { trigger: '#!/bin/sh\nls "$@" >/etc/plugins.list\n' },
    },
    {
      ...{ name: 'plugin-b', version: '1-r0', depends: ['plugins'] },
      files: { 'usr/share/greet/plugins/b': 'b\n' },
    },
    {
      ...{ name: 'daemon', version: '0.5-r1', depends: ['greet>2', '/bin/sh', '!olddaemon'] },
      files: {
        'usr/sbin/daemond': executable('#!/bin/sh\nexec greet\n'),
        'var/lib/daemon': { folder: true, mode: 0o750, owner: 'daemond' },
      },
      scripts: {
        'pre-install':
          '#!/bin/sh\ngrep -q ^daemond: /etc/group 2>/dev/null || echo daemond:x:101: >>/etc/group\n' +
          'echo daemond:x:101:101:d:/var/lib/daemon:/sbin/nologin >>/etc/passwd\n',
        'post-install': '#!/bin/sh\nid daemond >/dev/null\n',
      },
    },
    { name: 'olddaemon', version: '0.1-r0', files: { 'usr/bin/old': 'x' } },
  ];
}
