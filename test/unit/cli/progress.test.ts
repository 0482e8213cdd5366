import { describe, expect, it } from 'vitest';
import { createLineText, openProgress } from '../../../src/cli/progress.ts';

describe('plain progress', () => {
  it('writes a line per event, with the time a task took', async () => {
    let now = 0;
    const lines: string[] = [];
    const view = openProgress({ live: false, write: (text) => lines.push(text), now: () => now });
    view.progress({ kind: 'planned', tasks: ['a/b'] });
    view.progress({ kind: 'stage', task: 'a/b', stage: 'fetch' });
    const fetched = { kind: 'fetched', task: 'a/b', ofFiles: 3, ofBytes: 1_500_000 } as const;
    for (const files of [0, 1, 2, 3]) view.progress({ ...fetched, files, bytes: files * 500_000 });
    view.progress({ kind: 'detail', task: 'a/b', text: 'from afar' });
    now = 2500;
    view.progress({ kind: 'done', task: 'a/b', summary: '1.0 MB' });
    view.progress({ kind: 'failed', task: 'a/c', reason: 'no' });
    await view.close();
    expect(lines).toEqual([
      'a/b: fetch\n',
      'a/b: 3 packages, 1.5 MB\n',
      'a/b: from afar\n',
      'a/b: done in 2.5 s, 1.0 MB\n',
      'a/c: failed: no\n',
    ]);
  });

  it('tells the engine that was picked once, the usual one where something is built', () => {
    const told = (engine: 'native' | 'docker', tasks: readonly string[]): readonly string[] => {
      const lines: string[] = [];
      const { progress } = openProgress({ live: false, write: (text) => lines.push(text), now: () => 0 });
      progress({ kind: 'engine', engine, reason: 'it works' });
      progress({ kind: 'planned', tasks });
      progress({ kind: 'planned', tasks });
      return lines;
    };
    expect(told('native', [])).toEqual([]);
    expect(told('native', ['a/b'])).toEqual(['engine: native, as it works\n']);
    expect(told('docker', [])).toEqual(['engine: docker, as it works\n']);
    expect(told('docker', ['a/b'])).toEqual(['engine: docker, as it works\n']);
  });
});

describe('live progress', () => {
  it('shows stage, packages, bytes and time, whatever else is told', () => {
    const show = createLineText('a/b');
    const fetched = { kind: 'fetched', task: 'a/b', ofFiles: 3, ofBytes: 1_500_000 } as const;
    const counted = 'a/b · fetch · 1/3 packages, 0.5/1.5 MB';
    expect(show({ kind: 'stage', task: 'a/b', stage: 'fetch' }, '0.0 s').title).toBe('a/b · fetch · 0.0 s');
    expect(show({ ...fetched, files: 1, bytes: 500_000 }, '1.0 s').title).toBe(`${counted} · 1.0 s`);
    expect(show({ kind: 'detail', task: 'a/b', text: 'slow' }, '2.0 s')).toEqual({
      title: `${counted} · 2.0 s`,
      output: 'slow',
    });
    expect(show({ kind: 'stage', task: 'a/b', stage: 'install' }, '3.0 s')).toEqual({
      title: 'a/b · install · 3.0 s',
      output: '',
    });
  });

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
