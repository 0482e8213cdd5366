import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { repositoryDir } from './kubler.ts';

const userName = 'kubler-test';

export type OrdinaryUser = ReturnType<typeof ordinaryUser>;

/**
 * An ordinary user with a range of ids, made where it is not there, or another. `home` belongs to it; `start` starts a
 * program, in whose arguments `@kubler` and `@repository` stand for the command line and this checkout.
 * @param dir a folder of the test; other users may look into it afterwards
 */
export function ordinaryUser(dir: string, name = userName) {
  if (name === userName) ensureUser(name);
  chmodSync(dir, 0o755);
  const home = join(dir, `home-${name}`);
  const stage = join(dir, 'stage');
  for (const each of [home, join(stage, 'checkout')]) mkdirSync(each, { recursive: true });
  execFileSync('chown', [`${name}:`, home]);
  const replace = (arg: string): string =>
    arg.replace('@kubler', '@repository/bin/kubler.js').replace('@repository', join(stage, 'checkout'));
  const env = {
    PATH: `${stage}:/usr/local/bin:/usr/bin:/bin`,
    ...{ HOME: home, NO_COLOR: '1', KUBLER_REQUIRE: process.env['KUBLER_REQUIRE'] ?? '' },
    ...{ REPOSITORY: repositoryDir, NODE: process.execPath },
  };
  /** What root calls to have a program run as the user; it becomes that program. */
  const argv = (command: readonly [string, ...string[]], cwd = home): readonly [string, ...string[]] => [
    ...(['unshare', '--mount', 'sh', '-c', script, 'sh', stage, name, cwd] as const),
    ...command.map(replace),
  ];
  return {
    home,
    env,
    argv,
    start: (command: readonly [string, ...string[]], cwd = home) => {
      const [file, ...args] = argv(command, cwd);
      return execa(file, args, { extendEnv: false, env, reject: false, input: '' });
    },
  };
}

/**
 * The checkout and Node may lie where only root gets at, and /dev/net/tun may be as it is without udev: the user sees
 * them at other places, in mounts that nobody else has.
 */
const script = `
set -eu
stage="$1" name="$2" cwd="$3"
shift 3
mount --bind "$REPOSITORY" "$stage/checkout"
: >> "$stage/node"
mount --bind "$NODE" "$stage/node"
if [ -e /dev/net/tun ]; then
  mkdir -p "$stage/dev"
  mount -t tmpfs tmpfs "$stage/dev"
  mknod -m 0666 "$stage/dev/tun" c 10 200
  mount --bind "$stage/dev/tun" /dev/net/tun
fi
cd "$cwd"
exec setpriv --reuid "$name" --regid "$(id -g "$name")" --init-groups "$@"
`;

function ensureUser(name: string): void {
  if (spawnSync('id', [name]).status !== 0)
    execFileSync('useradd', ['--no-create-home', '--shell', '/usr/sbin/nologin', name]);
  for (const [file, flag] of [
    ['/etc/subuid', '--add-subuids'],
    ['/etc/subgid', '--add-subgids'],
  ] as const) {
    if (!readFileSync(file, 'utf8').includes(`${name}:`))
      execFileSync('usermod', [flag, '700000-765535', name]);
  }
}
