import { expect, test } from 'vitest';
import { didYouMean, suggest } from '../../../src/model/suggest.ts';

test.each([
  ['job', 'jobs'],
  ['default_bilder', 'default_builder'],
  ['IMAGE_PARNET', 'IMAGE_PARENT'],
  ['Jobs', 'jobs'],
  ['dataDir', 'data_dir'],
])('%s is taken for %s', (name, meant) => {
  expect(suggest(name, ['jobs', 'default_builder', 'IMAGE_PARENT', 'data_dir'])).toBe(meant);
});

test('the nearest of several names wins, the first among equals', () => {
  expect(suggest('tag', ['tabs', 'tags', 'tagg'])).toBe('tags');
});

test('names three edits away are no suggestion, short ones two edits away neither', () => {
  expect(suggest('builder', ['buckets'])).toBeUndefined();
  expect(suggest('ab', ['cd', 'xy'])).toBeUndefined();
  expect(didYouMean('completely', ['different'])).toBeUndefined();
});

test('a name of a megabyte gets no suggestion, at once', () => {
  expect(suggest('x'.repeat(1_000_000), ['jobs'])).toBeUndefined();
});
