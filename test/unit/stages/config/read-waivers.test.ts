import { describe, expect, test } from 'vitest';
import { faultsOf } from '../../../support/faults-of.ts';
import { imageProject } from '../../../support/image-project.ts';
import { loadTestProject } from '../../../support/load-test-project.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const temp = useTempDir();
const load = (buildConf: string) => loadTestProject(imageProject(temp, { 'build.conf': buildConf }));
const waivers = async (buildConf: string) => (await load(buildConf)).images.get('web/x')?.proveAllow;

describe('PROVE_ALLOW', () => {
  const entry = { code: 'elf-needed', glob: '/opt/x/*.so', reason: 'the program has: it' };

  test.each([
    ['a list', "PROVE_ALLOW=('elf-needed /opt/x/*.so: the program has: it')"],
    ['one value', "PROVE_ALLOW='elf-needed  /opt/x/*.so:  the program has: it '"],
    ['lines', "PROVE_ALLOW='\n  elf-needed /opt/x/*.so: the program has: it\n'"],
  ])('is understood as %s', async (_form, text) => {
    expect(await waivers(text)).toEqual([entry]);
    expect((await load(text)).warnings).toEqual([]);
  });

  test('takes paths with blanks and colons, and none by default', async () => {
    expect(await waivers("PROVE_ALLOW='symlink /srv/a b:c: made later'")).toEqual([
      { code: 'symlink', glob: '/srv/a b:c', reason: 'made later' },
    ]);
    expect(await waivers('')).toEqual([]);
  });

  test.each([
    ['elf-neded /x: y', 'prove has no check "elf-neded"', 'did you mean "elf-needed"?'],
    ['/x: y', 'prove has no check "/x:"', 'the checks are entrypoint, '],
    ['symlink', 'it names no path', "an entry reads 'CODE PATH: REASON'"],
    ['symlink /x', 'it gives no reason', "an entry reads 'CODE PATH: REASON'"],
    ['symlink /x: ', 'it gives no reason', "an entry reads 'CODE PATH: REASON'"],
  ])('refuses "%s" at its place', async (text, reason, hint) => {
    const good = "'symlink /a: b'";
    const [fault, ...more] = await faultsOf(() => load(`PROVE_ALLOW=(\n  ${good}\n  '${text}'\n)`));
    const message = `cannot use "${text.trim()}" in PROVE_ALLOW of image "web/x": ${reason}`;
    expect([fault?.message, fault?.at?.line, fault?.at?.column, more]).toEqual([message, 3, 3, []]);
    expect(fault?.hint).toContain(hint);
  });
});
