import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import type { Mount } from '../../src/ports/engine.ts';

/** What a container without anything needs to run this machine's Node as /bin/node. */
export function nodeMounts(): readonly Mount[] {
  const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
  return [
    { hostPath: process.execPath, containerPath: '/bin/node', readOnly: true },
    ...libraries.map((path) => ({ hostPath: realpathSync(path), containerPath: path, readOnly: true })),
  ];
}
