import { describe, expect, it } from 'vitest';
import { openProgress } from '../../../src/cli/progress.ts';

describe('plain progress', () => {
  it('writes a line per event, with the time a task took', async () => {
    let now = 0;
    const lines: string[] = [];
    const view = openProgress({ live: false, write: (text) => lines.push(text), now: () => now });
    view.progress({ kind: 'planned', tasks: ['a/b'] });
    view.progress({ kind: 'stage', task: 'a/b', stage: 'fetch' });
    view.progress({ kind: 'detail', task: 'a/b', text: '3 packages' });
    now = 2500;
    view.progress({ kind: 'done', task: 'a/b', summary: '1.0 MB' });
    view.progress({ kind: 'failed', task: 'a/c', reason: 'no' });
    await view.close();
    expect(lines).toEqual([
      'a/b: fetch\n',
      'a/b: 3 packages\n',
      'a/b: done in 2.5 s, 1.0 MB\n',
      'a/c: failed: no\n',
    ]);
  });
});
