import { pair } from '../measure.ts';
import type { Row } from '../row.ts';

const count = 8;

/** What a second core is good for. */
export const sideBySide: Row = {
  name: 'side-by-side',
  work: `${count} independent images, -j2 on 2 cores`,
  against: 'the same, -j1',
  goal: 0.65,
  unit: 'ratio',
  needs: [],
  measure: async (project, rounds) => {
    const names = Array.from({ length: count }, (_, at) => `side-${at}`);
    for (const name of names) {
      await project.addImage(name, {
        'build.conf': "IMAGE_PARENT='scratch'\n",
        'build.sh': `_packages="jq"\nfinish_rootfs_build() { echo ${name} > "\${_ROOTFS}/name"; }\n`,
      });
    }
    const build = (jobs: number) => () =>
      project.kubler('build', '--force', '--jobs', String(jobs), ...names.map((name) => `bench/${name}`));
    const { ratio, first, second } = await pair(rounds, build(2), build(1));
    return { value: ratio, kubler: first, peer: second };
  },
};
