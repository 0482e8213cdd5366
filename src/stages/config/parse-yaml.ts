import type { z } from 'zod';
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { KublerError } from '../../errors.ts';
import { didYouMean } from '../../model/suggest.ts';
import { describeIssue, describePath } from './describe-issue.ts';
import type { Diagnostics } from './diagnostics.ts';
import { knownKeys } from './json-schema.ts';
import type { SourceText } from './source-text.ts';

/** More repeats of anchored content than this are refused ("billion laughs"). */
const maxAliasCount = 100;

type Path = readonly PropertyKey[];

/** What was read, and where its values stand. */
export interface ParsedYaml<T> {
  readonly value: T;
  /** Offset of the value at a path, or of the nearest thing around it. */
  offsetOf(path: Path): number;
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** Offset of the key itself in the mapping at `path`. */
function keyOffset(document: Document, path: Path, key: string): number | undefined {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(map)) return undefined;
  return startOf(map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key)?.key);
}

function offsetOf(document: Document, path: Path): number {
  if (path.length === 0) return startOf(document.contents) ?? 0;
  const parent = path.slice(0, -1);
  const start = startOf(document.getIn(path, true)) ?? keyOffset(document, parent, String(path.at(-1)));
  return start ?? offsetOf(document, parent);
}

/** Leaves out keys without a value, such as a mapping of which every line is commented out. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const filled = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(filled.map(([key, each]) => [key, withoutEmpty(each)]));
}

function toPlain(document: Document, source: SourceText): unknown {
  try {
    return withoutEmpty(document.toJS({ maxAliasCount })) ?? {};
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KublerError('CONFIG_INVALID', `cannot read "${source.file}": ${reason}`, { cause });
  }
}

type Issue = Parameters<typeof describeIssue>[0];

interface Fault {
  readonly offset: number;
  readonly message: string;
  readonly hint?: string;
}

/** An issue of the schema as what people read; unknown keys are one fault each. */
function toFaults(issue: Issue, document: Document, schema: z.ZodType): readonly Fault[] {
  const { path } = issue;
  const meant = issue.code === 'invalid_union' ? meantBranch(issue.errors) : undefined;
  if (meant) {
    return meant.flatMap((inner) => toFaults({ ...inner, path: [...path, ...inner.path] }, document, schema));
  }
  if (issue.code !== 'unrecognized_keys') {
    const what = path.length === 0 ? 'the file' : `"${describePath(path)}"`;
    return [{ offset: offsetOf(document, path), message: `cannot read ${what}: ${describeIssue(issue)}` }];
  }
  const known = knownKeys(schema, path);
  return issue.keys.map((key) => ({
    offset: keyOffset(document, path, key) ?? offsetOf(document, path),
    message: `cannot read "${describePath([...path, key])}": there is no such key`,
    hint: didYouMean(key, known) ?? `known keys: ${known.join(', ')}`,
  }));
}

/** Of the forms a value may have, the one it has: what is wrong lies further inside, or is not its type. */
const meantBranch = (branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined =>
  branches.find((issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0));

/**
 * Reads YAML 1.2 of a shape. Every fault is noted with its position; undefined when there was one. An empty text is
 * an empty mapping.
 */
export function parseYaml<T>(
  source: SourceText,
  schema: z.ZodType<T>,
  diagnostics: Diagnostics,
): ParsedYaml<T> | undefined {
  const lineCounter = new LineCounter();
  const document = parseDocument(source.text, { version: '1.2', prettyErrors: false, lineCounter });
  // One slip makes the parser complain of several things at one place: the first says best what it is.
  const problems = [...document.errors, ...document.warnings].filter(
    ({ pos }, index, all) => all.findIndex((other) => other.pos[0] === pos[0]) === index,
  );
  for (const { message, pos } of problems) {
    diagnostics.fault(`cannot read YAML: ${message}`, { at: source.positionAt(pos[0]) });
  }
  if (problems.length > 0) return undefined;
  const result = schema.safeParse(toPlain(document, source), { reportInput: true });
  if (result.success) return { value: result.data, offsetOf: (path) => offsetOf(document, path) };
  const faults = result.error.issues.flatMap((issue) => toFaults(issue, document, schema));
  for (const { offset, message, hint } of faults.sort((a, b) => a.offset - b.offset)) {
    diagnostics.fault(message, { at: source.positionAt(offset), ...(hint === undefined ? {} : { hint }) });
  }
  return undefined;
}
