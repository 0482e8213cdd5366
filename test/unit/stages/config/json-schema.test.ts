import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configJsonSchema, knownKeys } from '../../../../src/stages/config/json-schema.ts';
import { knownVariables } from '../../../../src/stages/config/known-variables.ts';
import { environmentSettings } from '../../../../src/stages/config/settings-from-env.ts';

const repository = new URL('../../../../', import.meta.url);
const readRepositoryFile = (path: string): string => readFileSync(new URL(path, repository), 'utf8');

test('the committed schema is what `npm run build` writes', () => {
  expect(readRepositoryFile('schema/kubler.config.schema.json')).toBe(
    `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`,
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
  expect(undescribed).toEqual([]);
});

test('keys are known at every depth', () => {
  expect(knownKeys(['apt', 'sources', 0])).toEqual(['uri', 'suite', 'components', 'key']);
  expect(knownKeys(['apt', 'nothing'])).toEqual([]);
});

test('the documentation names every key and every variable', () => {
  const text = readRepositoryFile('docs/configuration.md');
  const keys = [[], ['apt'], ['apt', 'sources', 0], ['network']].flatMap(knownKeys);
  const variables = environmentSettings.flatMap((setting) => setting.variables);
  const names = [...keys, ...variables, ...knownVariables.keys()];
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
});
