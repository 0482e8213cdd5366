import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { pair } from '../measure.ts';
import type { BenchProject } from '../project.ts';
import type { Row } from '../row.ts';

/** A command-line tool and its libraries, unpacked without scripts; everything downloaded before. */
export const extract: Row = {
  name: 'extract',
  work: 'image of curl (32 packages), extracted, packages cached, builder ready',
  against: 'mmdebstrap --variant=extract, gzipped, packages and index cached',
  goal: 0.4,
  unit: 'ratio',
  needs: ['mmdebstrap'],
  measure: async (project, rounds) => {
    await project.addImage('curl', {
      'build.conf': "IMAGE_PARENT='scratch'\nINSTALL_MODE='extracted'\n",
      'build.sh': '_packages="curl"\n',
    });
    await project.kubler('build', 'bench/curl');
    const bootstrap = await prepareMmdebstrap(project);
    const { ratio, first, second } = await pair(
      rounds,
      () => project.kubler('build', '--force', 'bench/curl'),
      bootstrap,
    );
    return { value: ratio, kubler: first, peer: second };
  },
};

/** Lets mmdebstrap fetch everything once, and from then on find it in a folder (mmdebstrap(1), hooks). */
async function prepareMmdebstrap({ scratchDir }: BenchProject): Promise<() => Promise<unknown>> {
  const cache = join(scratchDir, 'mmdebstrap-cache');
  await mkdir(cache);
  const run = (skip: string, ...hooks: readonly string[]) =>
    execa('mmdebstrap', [
      ...['--mode=root', '--variant=extract', '--include=curl', `--skip=${skip}`, ...hooks],
      ...['bookworm', join(scratchDir, 'mmdebstrap.tar.gz')],
    ]);
  await run(
    'essential/unlink',
    `--extract-hook=cd "$1" && cp -a --parents var/cache/apt var/lib/apt/lists ${cache}`,
  );
  return () => run('update,essential/unlink', `--setup-hook=cp -a ${cache}/var "$1"`);
}
