// Writes the JSON Schemas from the compiled schemas. Runs after tsc, as part of `npm run build`.
import { mkdir, writeFile } from 'node:fs/promises';
import { configJsonSchema, testFileJsonSchema } from '../dist/stages/config/json-schema.js';

const folder = new URL('../schema/', import.meta.url);
await mkdir(folder, { recursive: true });
for (const [name, schema] of [
  ['kubler.config', configJsonSchema()],
  ['test', testFileJsonSchema()],
]) {
  const text = `${JSON.stringify(schema, undefined, 2)}\n`;
  await writeFile(new URL(`${name}.schema.json`, folder), text);
}
