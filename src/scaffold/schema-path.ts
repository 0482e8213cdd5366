import { basename, dirname, isAbsolute, join, relative } from 'node:path';

/**
 * Where the JSON Schema of a file is, for editors: a path relative to the file where Kubler lies inside the project,
 * as in node_modules, else an absolute one. `file` is named after its schema: `test.yaml`, `kubler.config.yaml`.
 */
export function schemaPath(file: string, workingDir: string, shippedDir: string): string {
  const schema = join(shippedDir, 'schema', `${basename(file, '.yaml')}.schema.json`);
  const inside = relative(workingDir, schema);
  if (inside.startsWith('..') || isAbsolute(inside)) return schema;
  const path = relative(dirname(file), schema);
  return path.startsWith('.') ? path : `./${path}`;
}
