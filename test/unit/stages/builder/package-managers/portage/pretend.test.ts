import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parsePretend } from '../../../../../../src/stages/builder/package-managers/portage/pretend.ts';

/** Lines as emerge 3.0.82 prints them; those of an upgrade and of a download were put together. */
const text = readFileSync(join(import.meta.dirname, 'recorded/plan.txt'), 'utf8');

describe('parsePretend', () => {
  const plan = parsePretend(text, '/emerge-root');

  test('lists packages with slot, repository, origin and root, in order', () => {
    const rows = plan.packages.map((each) => [
      `${each.name}-${each.version}:${each.slot}::${each.repository}`,
      each.from,
      each.root,
    ]);
    expect(rows).toEqual([
      ['sys-libs/libc-1:0::kubler-test', 'binary', 'target'],
      ['dev-util/generate-1:0::kubler-test', 'source', 'builder'],
      ['app-misc/flags-1_p2:0::kubler-test', 'binary', 'target'],
      ['virtual/libc-1:0::kubler-test', 'binary', 'target'],
      ['dev-libs/greet-1.0:1::kubler-test', 'binary', 'target'],
      ['app-misc/hello-1.2:0::kubler-test', 'source', 'target'],
      ['dev-libs/greet-2.0-r1:2::kubler-test', 'source', 'target'],
    ]);
  });

  test('keeps USE flags and their groups, without the marks of what changed or is forced', () => {
    expect(plan.packages.map(({ use }) => use)).toEqual([
      '',
      '',
      'USE="ipv6 -X" PYTHON_TARGETS="py3 -py4"',
      '',
      'USE="-static-libs"',
      'USE="loud nls"',
      'USE="static-libs"',
    ]);
  });

  test('reads what emerge.sh adds', () => {
    expect(plan).toMatchObject({
      settings: '--verbose emerge BOB_X=1',
      conditions: '--verbose emerge BOB_X=1 abc def',
      distfiles: ['greet-2.0.tar.xz'],
      downloads: true,
    });
    expect(parsePretend('Total: 1 package (1 new), Size of downloads: 0 KiB\n', '/x').downloads).toBe(false);
  });
});
