import { median, repeat } from '../measure.ts';
import type { Row } from '../row.ts';

const count = 50;

/** The everyday build: nothing to do. */
export const unchanged: Row = {
  name: 'unchanged',
  work: `nothing changed, ${count} images`,
  against: '—',
  goal: 1,
  unit: 'seconds',
  needs: [],
  measure: async (project, rounds) => {
    const names = Array.from({ length: count }, (_, at) => `still-${at}`);
    for (const name of names) {
      await project.addImage(name, {
        'build.conf': "IMAGE_PARENT='scratch'\n",
        'build.sh': `finish_rootfs_build() { echo ${name} > "\${_ROOTFS}/name"; }\n`,
      });
    }
    const targets = names.map((name) => `bench/${name}`);
    await project.kubler('build', ...targets);
    const kubler = await repeat(rounds, () => project.kubler('build', ...targets));
    return { value: median(kubler) / 1000, kubler };
  },
};
