import { expect, test } from 'vitest';
import { parseShellCommand } from '../../../src/model/shell-command.ts';

test.each<readonly [readonly string[], ReturnType<typeof parseShellCommand>]>([
  [['/bin/sh', '-c', 'nginx'], { command: 'nginx', words: ['nginx'], isAlone: true }],
  [['bash', '-ec', 'exec /usr/sbin/nginx -g "daemon off;"'], { command: '/usr/sbin/nginx', isAlone: false }],
  [['sh', '-e', '-c', ' A=1 B=2 exec x "$@"', 'x'], { command: 'x', isAlone: true }],
  [['sh', '-c', 'A=$(y) x'], { isAlone: false }],
  [['sh', '-c', '$X y'], { isAlone: true }],
  [['sh', '-c', 'a$X'], { isAlone: true }],
  [['sh', '-c', 'a && b'], { command: 'a', isAlone: false }],
  [['sh', '-c', 'cd /x; y'], { isAlone: false }],
  [['sh', '-c', ''], { isAlone: true }],
  [['sh', 'script', '-c'], undefined],
  [['nginx', '-c', 'x'], undefined],
  [[], undefined],
])('%j', (words, expected) => {
  expect(parseShellCommand(words)).toEqual(expected);
});
