import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kubler, repositoryDir } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { writeTree } from '../support/write-tree.ts';
import { wholeImages } from '../support/shipped-images.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';

interface Built {
  readonly image: string;
  readonly imageId: string;
  readonly manifest: string;
}

/**
 * Packages whose maintainer scripts write what is random, dated or particular to a machine: key stores, machine ids,
 * a database cluster, capabilities. An engine must give the same bytes for them every time.
 */
const demanding = 'apache2 dbus postgresql-15 openjdk-17-jre-headless iputils-ping';

/** One that is cut to what it reaches is enough: the others are cut by the same code. */
const images = [...wholeImages, 'demo/curl-min', 'mix/all'];

/** Held to by every engine: builds in another world give the same image IDs and manifests. */
export function describeEqualBytes(engine: string, ...needs: readonly string[]): void {
  requires(
    ...needs,
    'debootstrap',
    'faketime',
    'git',
  )(`${engine}: the same inputs`, () => {
    let scratch = '';
    let here: ReadonlyMap<string, Built> = new Map();
    let elsewhere: ReadonlyMap<string, Built> = new Map();

    beforeAll(async () => {
      scratch = await mkdtemp(join(tmpdir(), 'kubler-repro-'));
      const project = join(scratch, 'project');
      writeTree(project, {
        'kubler.config.yaml': `engine: ${engine}\n`,
        // Nothing carved and nothing pruned but what always goes: all that scripts leave is compared.
        'namespaces/mix/images/all/build.conf': "CARVE='whole'\nPRUNE='-all'\n",
        'namespaces/mix/images/all/build.sh': `_packages="${demanding}"\n`,
        'namespaces/mix/images/all/Dockerfile.template': 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n',
      });
      await cp(join(repositoryDir, 'namespaces'), join(project, 'namespaces'), { recursive: true });
      const first = await kubler(['build', ...images, '--json'], { cwd: project });
      expect(first.exitCode, first.stderr).toBe(0);
      here = byImage(first.stdout);
      elsewhere = byImage(await buildElsewhere(scratch, project));
    });
    afterAll(() => rm(scratch, { recursive: true, force: true }));

    it.each(images)(
      'give the same bytes with another clock, umask, locale, time zone, data dir and checkout: %s',
      (image) => {
        expect(elsewhere.get(image)?.imageId).toBe(here.get(image)?.imageId);
        expect(elsewhere.get(image)?.manifest).toBe(here.get(image)?.manifest);
      },
    );
  });
}

/** Builds from the same frozen index in another world, from the base up. */
async function buildElsewhere(scratch: string, project: string): Promise<string> {
  const dataDir = join(scratch, 'data');
  for (const part of ['indexes', 'downloads']) {
    await cp(join(sharedDataDir(), part), join(dataDir, part), {
      recursive: true,
      preserveTimestamps: false,
    });
  }
  const checkout = join(scratch, 'checkout');
  await execa({ shell: '/bin/bash' })`umask 077; cp -r ${project} ${checkout}`;
  const script = 'umask 027; exec faketime -f +400d node "$0" build --json --jobs 1 "$@"';
  const { stdout, exitCode, stderr } = await execa(
    'bash',
    ['-c', script, join(repositoryDir, 'bin/kubler.js'), ...images],
    {
      cwd: checkout,
      env: { KUBLER_DATA_DIR: dataDir, LC_ALL: 'tr_TR.UTF-8', TZ: 'Pacific/Kiritimati', NO_COLOR: '1' },
      reject: false,
    },
  );
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

const byImage = (json: string): ReadonlyMap<string, Built> =>
  new Map((JSON.parse(json) as Built[]).map((built) => [built.image, built]));
