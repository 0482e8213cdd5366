import { expect, it } from 'vitest';
import { renderUpdate } from '../../../../src/cli/commands/update.ts';

const update = { user: 'builder debian', suite: 'bookworm', date: 1_700_000_000 };

it('tells a first index, and one without changes', () => {
  expect(renderUpdate({ ...update, changes: undefined })).toBe(
    'bookworm (builder debian), as of 2023-11-14: first index\n',
  );
  expect(renderUpdate({ ...update, changes: { added: [], removed: [], changed: [] } })).toBe(
    'bookworm (builder debian), as of 2023-11-14: unchanged\n',
  );
});

it('lists what changed, came and went', () => {
  const changed = [{ name: 'curl', old: '7.1', new: '7.2' }];
  expect(renderUpdate({ ...update, changes: { changed, added: ['jq', 'yq'], removed: ['foo'] } })).toBe(
    `bookworm (builder debian), as of 2023-11-14: 1 changed, 2 added, 1 removed
  changed  curl 7.1 -> 7.2
  added    jq
  added    yq
  removed  foo
`,
  );
});

it('ends a long list with the number of those it leaves out', () => {
  const added = Array.from({ length: 1000 }, (_, at) => `p${at}`);
  const lines = renderUpdate({ ...update, changes: { changed: [], added, removed: ['gone'] } }).split('\n');
  expect(lines).toHaveLength(44);
  expect(lines.slice(-4)).toEqual([
    '  added    p39',
    '  and 960 more (--json lists all)',
    '  removed  gone',
    '',
  ]);
});
