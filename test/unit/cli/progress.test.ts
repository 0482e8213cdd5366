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

describe('live progress', () => {
  it('leaves warnings for later, as it would write over them', async () => {
    const [lines, later]: [string[], string[]] = [[], []];
    const view = openProgress({
      live: true,
      write: (text) => lines.push(text),
      later: (text) => later.push(text),
      now: () => 0,
    });
    view.progress({ kind: 'warning', task: 'index', text: 'early' });
    view.progress({ kind: 'planned', tasks: ['a/b'] });
    view.progress({ kind: 'warning', task: 'a/b', text: 'something is odd' });
    view.progress({ kind: 'done', task: 'a/b', summary: '1.0 MB' });
    await view.close();
    expect(lines).toEqual(['index: warning: early\n']);
    expect(later).toEqual(['a/b: warning: something is odd\n']);
  });
});
