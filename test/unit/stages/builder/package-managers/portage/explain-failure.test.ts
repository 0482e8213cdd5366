import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explainEmergeFailure } from '../../../../../../src/stages/builder/package-managers/portage/explain-failure.ts';

/** What emerge 3.0.82 printed. */
const recorded = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'recorded', `${name}.txt`), 'utf8');

const explain = (name: string) => explainEmergeFailure(recorded(name), 'acme/x');

test('names what was probably meant instead of an unknown package', () => {
  const [fault, ...others] = explain('unknown');
  expect(others).toEqual([]);
  expect(fault?.code).toBe('PACKAGE_UNKNOWN');
  expect(fault?.message).toContain('package "app-misc/helo" of acme/x');
  expect(fault?.hint).toBe('did you mean "app-misc/hello" or "app-misc/hidden" or "app-misc/young"?');
});

test('says what an atom is', () => {
  expect(explain('invalid').map(({ hint }) => hint)).toEqual([expect.stringContaining('category/name')]);
});

test.each([
  ['masked', 'app-misc/masked', 'unmask_package', '# broken since 2026'],
  [
    'keyworded',
    'app-misc/young',
    'update_keywords',
    '- app-misc/young-1::kubler-test (masked by: ~amd64 keyword)',
  ],
  [
    'licensed',
    'app-misc/licensed',
    'ACCEPT_LICENSE',
    '- app-misc/licensed-1::kubler-test (masked by: Proprietary license(s))',
  ],
])('explains a %s package', (name, atom, hint, reason) => {
  const [fault, ...others] = explain(name);
  expect(others).toEqual([]);
  expect(fault?.message).toContain(`"${atom}"`);
  expect(fault?.hint).toContain(hint);
  expect(fault?.details).toContain(reason);
});

test('shows which packages exclude each other, and who asked for them', () => {
  const [fault] = explain('blocked');
  expect(fault?.details).toContain(
    '[blocks B      ] app-misc/hello ("app-misc/hello" is soft blocking app-misc/rival-1)',
  );
  expect(fault?.details).toContain('    app-misc/rival');
});

test('shows the USE flags that are wanted, and a masked dependency beside them', () => {
  const faults = explain('use-and-keyword');
  expect(faults).toHaveLength(2);
  expect(faults.flatMap(({ details }) => details)).toContain('>=dev-libs/greet-2.0-r1 static-libs');
  expect(explain('use')).toHaveLength(1);
});

test('shows a broken REQUIRED_USE', () => {
  const [fault] = explain('required-use');
  expect(fault?.details).toContain('    X? ( ipv6 )');
  expect(fault?.hint).toContain('update_use');
});

test('says nothing of other output', () => {
  expect(explainEmergeFailure('make: *** [all] Error 2\n', 'acme/x')).toEqual([]);
});
