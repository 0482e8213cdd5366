import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { openLayout } from '../../src/oci/layout.ts';
import { writeLayer } from '../../src/stages/layer/index.ts';
import { pair } from '../measure.ts';
import type { Row } from '../row.ts';
import { makeWholeTree } from './whole-tree.ts';

/** GNU tar and pigz(1), which is gzip on all cores, with both digests, as a shell would do it. */
const byHand = `
tar --sort=name --format=pax --numeric-owner --mtime=@0 -C "$1" -c . |
  tee >(sha256sum > "$2/diff-id") | pigz -6 -n | tee "$2/layer.tar.gz" | sha256sum > "$2/digest"
`;

export const layer: Row = {
  name: 'layer',
  work: 'layer writing of a Debian tree: sort, tar, both digests, compress',
  against: 'GNU tar, sha256sum and pigz in a pipe',
  goal: 1.1,
  unit: 'ratio',
  needs: ['pigz'],
  measure: async (project, rounds) => {
    const tree = await makeWholeTree(project);
    const storeDir = join(project.scratchDir, 'layout');
    const { ratio, first, second } = await pair(
      rounds,
      async () => {
        const layout = await openLayout({
          dir: storeDir,
          tmpDir: project.scratchDir,
          withLock: (work) => work(),
        });
        const entries = await tree.read();
        await writeLayer({ entries, whiteouts: [], epoch: 0, layout, tmpDir: project.scratchDir });
        await rm(storeDir, { recursive: true });
      },
      () => execa('bash', ['-c', byHand, 'by-hand', tree.dir, project.scratchDir]),
    );
    return { value: ratio, kubler: first, peer: second };
  },
};
