import { posix } from 'node:path';
import { parseSize } from '../../model/parse-size.ts';
import { expand, type Draft } from './draft.ts';
import type { RunMount } from './image-plan.ts';
import { fault, type Instruction } from './instruction.ts';

/**
 * What the `--mount` flags of a RUN ask for. A cache is an empty folder every time: what an earlier build left in it must
 * not decide about the bytes of this one.
 */
export function readMounts(draft: Draft, instruction: Instruction): readonly RunMount[] {
  const flags = instruction.flags.filter(({ name }) => name === 'mount');
  return flags.map(({ value = '' }) => readMount(draft, instruction, expand(draft, instruction, value)));
}

function readMount(draft: Draft, instruction: Instruction, text: string): RunMount {
  const options = new Map(text.split(',').map((part) => splitOption(part)));
  const option = (...names: readonly string[]): string | undefined =>
    names.map((name) => options.get(name)).find((value) => value !== undefined);
  const refuse = (reason: string, hint?: string) => fault(instruction, `--mount=${text}: ${reason}`, hint);
  const type = option('type') ?? 'bind';
  const path = option('target', 'dst', 'destination') ?? '';
  const target = posix.resolve('/', draft.workingDir, path);
  if (type === 'secret' || type === 'ssh')
    throw refuse('what it brings would be in no key, and often in the image', 'use a hook of build.sh');
  if (type !== 'tmpfs' && type !== 'cache' && type !== 'bind') throw refuse(`there is no type "${type}"`);
  if (path === '' || target === '/') throw refuse('it needs a target below /', 'target=/path');
  const known = knownOptions[type];
  const unknown = [...options.keys()].find((name) => ![...known, ...everyOption].includes(name));
  if (unknown !== undefined) throw refuse(`"${unknown}" is no option of type ${type}`);
  if (type !== 'bind') return { kind: 'tmpfs', path: target, sizeBytes: readSize(option('size'), refuse) };
  const from = option('from');
  if (from !== undefined && from !== 'context' && from !== '')
    throw refuse('only the image folder can be bound', `COPY --from=${from} copies files of an image`);
  if (['rw', 'readwrite'].some((name) => option(name) !== undefined && option(name) !== 'false'))
    throw refuse('the image folder is read-only');
  return { kind: 'bind', path: target, source: option('source', 'src') ?? '.' };
}

const everyOption = ['type', 'target', 'dst', 'destination'];
const knownOptions: Readonly<Record<'tmpfs' | 'cache' | 'bind', readonly string[]>> = {
  tmpfs: ['size'],
  cache: ['id', 'sharing', 'size', 'mode', 'uid', 'gid', 'ro', 'readonly'],
  bind: ['source', 'src', 'from', 'ro', 'readonly', 'rw', 'readwrite'],
};

function splitOption(part: string): readonly [string, string] {
  const equals = part.indexOf('=');
  return equals < 0
    ? [part.toLowerCase(), 'true']
    : [part.slice(0, equals).toLowerCase(), part.slice(equals + 1)];
}

function readSize(text: string | undefined, refuse: (reason: string) => Error): number | undefined {
  if (text === undefined) return undefined;
  const size = parseSize(text);
  if (size === undefined) throw refuse(`"${text}" is not a size`);
  return size;
}
