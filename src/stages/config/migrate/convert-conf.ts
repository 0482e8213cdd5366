import { configSchema, variableKeys } from '../config-schema.ts';
import { describeIssue } from '../describe-issue.ts';
import type { Diagnostics } from '../diagnostics.ts';
import type { ShellValue } from '../evaluate-word.ts';
import { knownVariables } from '../known-variables.ts';
import type { Assigned } from '../read-assignments.ts';
import { findComments } from './find-comments.ts';
import { renderConfig, type Entry } from './render-config.ts';

export interface ConversionContext {
  /** Comment lines for the top of the file, without `#`. */
  readonly head: readonly string[];
  /** The key `namespace`, where the working directory is one and is not called like its folder. */
  readonly namespace: string | undefined;
  readonly homeDir: string;
  readonly diagnostics: Diagnostics;
}

/** Keys in the order they are written in. */
const order = [
  'namespace',
  'maintainer',
  'default_builder',
  'tags',
  'data_dir',
  'portage',
  'network',
  'variables',
];

/** Variables that neither Kubler nor a build.conf has a use for. */
export function isIdle(name: string): boolean {
  const known = knownVariables.get(name);
  return known !== undefined && !known.works && known.homes.includes('kubler.conf');
}

function valueOf(name: string, value: ShellValue, homeDir: string): Entry['value'] {
  if (name === 'IMAGE_TAG') return [String(value)];
  const isInHome = name === 'KUBLER_DATA_DIR' && String(value).startsWith(`${homeDir}/`);
  return isInHome ? `~${String(value).slice(homeDir.length)}` : value;
}

/** Notes a value that a kubler.conf may have and the key may not. */
function check(
  name: string,
  path: readonly string[],
  value: unknown,
  { valueAt }: Assigned,
  diagnostics: Diagnostics,
) {
  const config = [...path].reverse().reduce((inner, key) => ({ [key]: inner }), value);
  const [issue] = configSchema.safeParse(config, { reportInput: true }).error?.issues ?? [];
  if (issue) diagnostics.fault(`cannot migrate ${name}: ${describeIssue(issue)}`, { at: valueAt });
}

/**
 * The `kubler.config.yaml` that says what the variables of a kubler.conf, with this text, say. Values that cannot be carried
 * over are noted as faults.
 */
export function convertConf(
  text: string,
  own: ReadonlyMap<string, Assigned>,
  { head, namespace, homeDir, diagnostics }: ConversionContext,
): string {
  const comments = findComments(text);
  const entries = new Map<string, Entry>();
  if (namespace !== undefined) entries.set('namespace', { key: 'namespace', value: namespace, comments: [] });
  const inner = new Map<string, Entry[]>();
  for (const [name, assigned] of own) {
    const path = variableKeys.get(name)?.split('.') ?? ['variables', name];
    if (isIdle(name) || (path[1] !== name && assigned.value.length === 0)) continue;
    const value = valueOf(name, assigned.value, homeDir);
    check(name, path, value, assigned, diagnostics);
    const [outer = '', key = outer] = path;
    const entry = { key, value, comments: comments.of.get(assigned.nameAt.line) ?? [] };
    if (path.length === 1) entries.set(outer, entry);
    else inner.set(outer, [...(inner.get(outer) ?? []), entry]);
  }
  for (const [key, value] of inner) entries.set(key, { key, value, comments: [] });
  const sorted = order.flatMap((key) => entries.get(key) ?? []);
  return renderConfig([...head, ...comments.head], sorted);
}
