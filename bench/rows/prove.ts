import { collectFacts } from '../../src/stages/needs/index.ts';
import { prove as proveTree } from '../../src/stages/prove/index.ts';
import { median, repeat } from '../measure.ts';
import type { Row } from '../row.ts';
import { makeWholeTree } from './whole-tree.ts';

export const prove: Row = {
  name: 'prove',
  work: 'prove, per 10,000 files',
  against: '—',
  goal: 2,
  unit: 'seconds',
  needs: [],
  measure: async (project, rounds) => {
    const tree = await (await makeWholeTree(project)).read();
    const files = [...tree.values()].filter(({ type }) => type !== 'directory').length;
    const kubler = await repeat(rounds, async () => {
      proveTree({ tree, facts: await collectFacts(tree), config: {} });
    });
    return { value: (median(kubler) / 1000) * (10_000 / files), kubler };
  },
};
