import fc from 'fast-check';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { resolvePath } from '../../../src/model/resolve-path.ts';
import { dir, link, makeRootfs, type Node } from '../../support/make-rootfs.ts';
import { useTempDir } from '../../support/use-temp-dir.ts';

const tree = makeRootfs({
  bin: link('usr/bin'),
  'usr/bin/sh': link('dash'),
  'usr/bin/dash': 'x',
  'usr/bin/vi': link('/etc/alternatives/vi'),
  'etc/alternatives/vi': link('/bin/dash'),
  up: link('../../../../usr'),
  loop: link('loop2'),
  loop2: link('/loop'),
  deep: link('usr/none/x'),
});
const target = (path: string): string => {
  const found = resolvePath(tree, path);
  return found.found ? found.path : `${found.reason}: ${found.at}`;
};

describe('resolvePath', () => {
  test.each([
    ['/bin/sh', 'usr/bin/dash'],
    ['bin/vi', 'usr/bin/dash'],
    ['up/bin/./dash', 'usr/bin/dash'],
    ['/', ''],
    ['usr/bin/../../etc', 'etc'],
    ['usr/bin/', 'usr/bin'],
    ['loop', 'loop: loop'],
    ['deep', 'missing: usr/none/x'],
    ['bin/dash/x', 'not-a-directory: usr/bin/dash'],
    ['bin/dash/..', 'not-a-directory: usr/bin/dash'],
    ['nothing/at/all', 'missing: nothing/at/all'],
  ])('%s leads to %s', (path, expected) => {
    expect(target(path)).toBe(expected);
  });

  const root = useTempDir();
  let trees = 0;

  test('agrees with the kernel on trees of folders, files and relative links', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
    const step = fc.constantFrom('a', 'b', 'c', '.');
    const linkTo = fc.array(step, { minLength: 1, maxLength: 3 }).map((names) => link(names.join('/')));
    const node = fc.oneof(fc.constant<Node>(dir), fc.constant<Node>('text'), linkTo);
    fc.assert(
      fc.property(fc.dictionary(path, node), path, (nodes, asked) => {
        const made = makeOnDisk(join(root, String(trees++)), nodes);
        const found = resolvePath(made.tree, asked);
        expect(found.found ? found.path : undefined).toBe(realPath(made.folder, asked));
      }),
      { numRuns: 200 },
    );
  });
});

/** Writes what fits on disk: a path below a file or a link is left out, here and there. */
function makeOnDisk(folder: string, nodes: Readonly<Record<string, Node>>) {
  mkdirSync(folder);
  const made: Record<string, Node> = {};
  for (const [path, node] of Object.entries(nodes).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const above = path.split('/').map((_, index, names) => names.slice(0, index).join('/'));
    if (above.some((each) => each !== '' && made[each] !== undefined && made[each] !== dir)) continue;
    for (const each of above.slice(1)) made[each] = dir;
    mkdirSync(join(folder, ...above.slice(-1)), { recursive: true });
    made[path] = node;
    if (node === dir) mkdirSync(join(folder, path), { recursive: true });
    else if (typeof node === 'object' && 'link' in node) symlinkSync(node.link, join(folder, path));
    else writeFileSync(join(folder, path), 'text');
  }
  return { folder, tree: makeRootfs(made) };
}

function realPath(folder: string, path: string): string | undefined {
  try {
    return realpathSync.native(join(folder, path)).slice(realpathSync(folder).length + 1);
  } catch {
    return undefined;
  }
}
