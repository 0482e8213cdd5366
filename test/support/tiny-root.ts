import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const commands = [
  ...[
    'sh',
    'cat',
    'chmod',
    'chown',
    'cp',
    'date',
    'env',
    'find',
    'getcap',
    'grep',
    'head',
    'hostname',
    'id',
    'ln',
  ],
  ...[
    'ls',
    'mkdir',
    'mknod',
    'mount',
    'mv',
    'readlink',
    'rm',
    'rmdir',
    'setcap',
    'sleep',
    'sort',
    'stat',
    'touch',
  ],
  ...['true', 'wc'],
];
const folders = ['bin', 'dev', 'etc', 'proc', 'root', 'run', 'sys', 'tmp', 'var'];
const commandFolders = ['/usr/bin', '/usr/sbin', '/bin', '/sbin'];

/** Writes a tar of a root with a few commands of this machine and their libraries: no network, a few MB. */
export function writeTinyRoot(tarFile: string): void {
  const dir = mkdtempSync(join(tmpdir(), 'kubler-root-'));
  try {
    for (const folder of folders) mkdirSync(join(dir, folder));
    writeFileSync(join(dir, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/:/bin/sh\n');
    for (const command of commands) addCommand(dir, command);
    const tar = [
      '--create',
      '--file',
      tarFile,
      '--directory',
      dir,
      '--owner=0',
      '--group=0',
      '--mode=go=u-w',
      '.',
    ];
    execFileSync('tar', tar);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function addCommand(dir: string, command: string): void {
  const file = commandFolders.map((folder) => join(folder, command)).find((each) => existsSync(each));
  if (file === undefined) throw new Error(`cannot make a root: this machine has no "${command}"`);
  copyFileSync(file, join(dir, 'bin', command));
  for (const [library] of execFileSync('ldd', [file], { encoding: 'utf8' }).matchAll(/\/\S+/g)) {
    mkdirSync(dirname(join(dir, library)), { recursive: true });
    copyFileSync(library, join(dir, library));
  }
}
