import { chmod, mkdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeOverlay, overlayOptions } from '../../../../src/adapters/native/overlay.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();
const overlay = {
  layers: ['ccc', 'bbb', 'aaa'],
  upperDir: '/da,ta/tmp/1/fs',
  workDir: '/da,ta/tmp/1/work',
  mountPoint: '/da,ta/tmp/1/root',
};

const place = { layersDir: '/da,ta/snapshots', inUserNamespace: false };

it('names layers highest first, relative to their folder', () => {
  expect(overlayOptions(place, overlay)).toBe(
    'nodev,lowerdir=ccc/fs:bbb/fs:aaa/fs,upperdir=../tmp/1/fs,workdir=../tmp/1/work,redirect_dir=nofollow,metacopy=off,index=off,xino=off,volatile',
  );
});

it('keeps its attributes where an ordinary user may write them', () => {
  expect(overlayOptions({ ...place, inUserNamespace: true }, overlay)).toBe(
    `${overlayOptions(place, overlay)},userxattr`,
  );
});

it('lets device nodes work only where it is told to', () => {
  expect(overlayOptions(place, overlay)).toContain('nodev');
  expect(overlayOptions(place, { ...overlay, devices: true })).not.toContain('nodev');
});

it('takes 150 layers and refuses what mount(2) would cut off', () => {
  const options = (count: number) =>
    overlayOptions(place, {
      ...overlay,
      layers: Array.from({ length: count }, () => '0123456789abcdef'),
    });
  expect(options(150).length).toBeLessThan(4096);
  expect(() => options(250)).toThrow(expect.objectContaining({ code: 'ENGINE_REFUSED' }));
});

it('gives the upper directory the mode and time of the root below', async () => {
  const lower = join(dir, 'layer/fs');
  await mkdir(lower, { recursive: true });
  await chmod(lower, 0o711);
  await utimes(lower, 1_000, 2_000);
  const { upperDir } = await makeOverlay(dir, ['layer'], join(dir, 'new'));
  const { mode, mtimeMs } = await stat(upperDir);
  expect([mode & 0o7777, mtimeMs]).toEqual([0o711, 2_000_000]);
});
