import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configSchema } from '../../../../src/stages/config/config-schema.ts';
import {
  configJsonSchema,
  knownKeys,
  testFileJsonSchema,
} from '../../../../src/stages/config/json-schema.ts';
import { knownVariables } from '../../../../src/stages/config/known-variables.ts';
import { testFileSchema } from '../../../../src/stages/config/test-file-schema.ts';
import { environmentSettings } from '../../../../src/stages/config/settings-from-env.ts';

const repository = new URL('../../../../', import.meta.url);
const readRepositoryFile = (path: string): string => readFileSync(new URL(path, repository), 'utf8');

test.each([
  ['kubler.config', configJsonSchema],
  ['test', testFileJsonSchema],
])('the committed schema of %s is what `npm run build` writes', (name, schema) => {
  expect(readRepositoryFile(`schema/${name}.schema.json`)).toBe(
    `${JSON.stringify(schema(), undefined, 2)}\n`,
  );
});

test('every key has a description', () => {
  const undescribed: string[] = [];
  const visit = (schema: ReturnType<typeof configJsonSchema>, path: string): void => {
    for (const [key, value] of Object.entries(schema.properties ?? {})) {
      if (typeof value !== 'object') continue;
      if (value.description === undefined) undescribed.push(`${path}${key}`);
      visit(value, `${path}${key}.`);
      if (typeof value.items === 'object' && !Array.isArray(value.items))
        visit(value.items, `${path}${key}[].`);
    }
  };
  visit(configJsonSchema(), '');
  visit(testFileJsonSchema(), '');
  expect(undescribed).toEqual([]);
});

test('keys are known at every depth', () => {
  expect(knownKeys(configSchema, ['apt', 'sources', 0])).toEqual(['uri', 'suite', 'components', 'key']);
  expect(knownKeys(configSchema, ['apt', 'nothing'])).toEqual([]);
  expect(knownKeys(testFileSchema, ['http', 0, 'headers', 'Server'])).toEqual([
    'equals',
    'contains',
    'matches',
  ]);
});

test('the documentation names every key and every variable', () => {
  const text = readRepositoryFile('docs/configuration.md');
  const keys = [[], ['apt'], ['apt', 'sources', 0], ['network']].flatMap((path) =>
    knownKeys(configSchema, path),
  );
  const variables = environmentSettings.flatMap((setting) => setting.variables);
  const names = [...keys, ...variables, ...knownVariables.keys()];
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
});
