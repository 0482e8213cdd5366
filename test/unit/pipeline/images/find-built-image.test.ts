import { expect, test } from 'vitest';
import type { ImageId } from '../../../../src/model/image-id.ts';
import { findBuiltImage } from '../../../../src/pipeline/images/find-built-image.ts';
import type { Workspace } from '../../../../src/pipeline/workspace.ts';
import { makeProject } from '../../../support/make-project.ts';

const built: readonly ImageId[] = ['acme/tool', 'other/server'];
const records = {
  list: () => Promise.resolve(built),
  read: (id: ImageId) => Promise.resolve(built.includes(id) ? { id } : undefined),
} as unknown as Workspace['records'];
const failed = {
  read: (id: ImageId) => Promise.resolve(id === 'acme/bad' ? { id } : undefined),
} as unknown as Workspace['failed'];
const find = (text: string) =>
  findBuiltImage(
    { records, failed },
    makeProject({ 'acme/tool': {}, 'acme/later': {}, 'acme/bad': {} }),
    text,
  );

test.each(['acme/tool', 'other/server'])('%s is built, in the project or not', async (id) => {
  expect(await find(id)).toBe(id);
});

test('an image of the project that is not built yet says how to build it', async () => {
  await expect(find('acme/later')).rejects.toMatchObject({
    code: 'IMAGE_NOT_BUILT',
    hint: 'kubler build acme/later',
  });
});

test.each([
  ['acme/tol', 'did you mean "acme/tool"?'],
  ['other/servr', 'did you mean "other/server"?'],
  ['tool', 'did you mean "acme/tool"?'],
  ['acme/latr', 'did you mean "acme/later"? build it first: kubler build acme/later'],
  ['what/ever', 'kubler list'],
  ['../../..', 'kubler list'],
])('%s is unknown, and asked back about', async (text, hint) => {
  await expect(find(text)).rejects.toMatchObject({ code: 'GRAPH_UNKNOWN_TARGET', hint });
});

test('one that failed its tests says how to see why', async () => {
  await expect(find('acme/bad')).rejects.toMatchObject({
    ...{
      code: 'IMAGE_NOT_BUILT',
      message: 'cannot use acme/bad: its tests failed',
      hint: 'kubler test acme/bad',
    },
  });
});
