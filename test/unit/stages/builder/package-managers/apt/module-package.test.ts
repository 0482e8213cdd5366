import { expect, test } from 'vitest';
import { whoHas as alpine } from '../../../../../../src/stages/builder/package-managers/apk/who-has.ts';
import { whoHas } from '../../../../../../src/stages/builder/package-managers/apt/who-has.ts';

const index = new Set([
  'python3',
  'python3-minimal',
  'python3-yaml',
  'python3-opencv',
  'perl',
  'libjson-xs-perl',
]);
const ask = (kind: 'python' | 'perl', name: string) => whoHas({ kind, name }, (each) => index.has(each));

test.each([
  ['python', 'yaml', 'python3-yaml'],
  ['python', 'cv2', 'python3-opencv'],
  ['python', 'xml.etree.ElementTree', 'python3'],
  ['python', 'encodings', 'python3-minimal'],
  ['perl', 'JSON::XS', 'libjson-xs-perl'],
  ['perl', 'Data::Dumper', 'perl'],
] as const)('the %s module %s is in %s', (kind, name, expected) => {
  expect(ask(kind, name)).toBe(`add package "${expected}", which usually has it`);
});

test('says nothing of modules that no package of the index has', () => {
  expect(ask('python', 'none')).toBeUndefined();
  expect(ask('perl', 'None::Such')).toBeUndefined();
});

test("Alpine's packages are called after their modules", () => {
  const offers = ['py3-yaml', 'perl-json'].map((name) => ({ name, provides: [] }));
  const found = (kind: 'python' | 'perl', name: string) =>
    alpine({ kind, name }, offers as unknown as Parameters<typeof alpine>[1]);
  expect(found('python', 'yaml.nodes')).toBe('add package "py3-yaml", which has it');
  expect(found('perl', 'JSON')).toBe('add package "perl-json", which has it');
});
