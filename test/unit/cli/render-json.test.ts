import { expect, test } from 'vitest';
import { renderJson } from '../../../src/cli/render-json.ts';

test('what could steer a terminal is escaped, and read back as it was', () => {
  const value = { name: '\u001b[31m \u009b2J \u202e \u2028 ü' };
  expect(renderJson(value)).toBe('{\n  "name": "\\u001b[31m \\u009b2J \\u202e \\u2028 ü"\n}\n');
  expect(JSON.parse(renderJson(value))).toEqual(value);
});
