import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTemplate } from '../../../../src/stages/image/index.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const temp = useTempDir();

test('reads the template of an image folder', async () => {
  writeFileSync(join(temp, 'Dockerfile.template'), 'FROM scratch\n');
  expect(await readTemplate(temp)).toEqual({
    file: join(temp, 'Dockerfile.template'),
    text: 'FROM scratch\n',
  });
});

test('a missing, huge or binary template is refused', async () => {
  const dir = join(temp, 'other');
  mkdirSync(dir);
  await expect(readTemplate(dir)).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  writeFileSync(join(dir, 'Dockerfile.template'), Buffer.alloc(2 * 1024 * 1024, 'a'));
  await expect(readTemplate(dir)).rejects.toThrow('it is larger than');
  writeFileSync(join(dir, 'Dockerfile.template'), Buffer.from([0x46, 0xff]));
  await expect(readTemplate(dir)).rejects.toThrow('it is not UTF-8');
});
