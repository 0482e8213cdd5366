import { posix } from 'node:path';
import { KublerError } from '../../errors.ts';
import { compileGlob } from './go-glob.ts';

/** What a .dockerignore says. */
export interface DockerIgnore {
  /** True for a path, relative to the context, that is left out. */
  readonly ignores: (path: string) => boolean;
  /** There are `!` lines: something below an ignored folder may be wanted. */
  readonly hasExceptions: boolean;
}

export const ignoreNothing: DockerIgnore = { ignores: () => false, hasExceptions: false };

interface Rule {
  readonly matches: (path: string) => boolean;
  readonly isException: boolean;
}

/**
 * Reads a .dockerignore with Docker's rules (https://docs.docker.com/build/concepts/context/#dockerignore-files): the last
 * line that matches a path or a folder above it counts, `!` takes back, `**` crosses folders, `#` in the first column begins
 * a comment. Throws IMAGE_INVALID with the line of a malformed pattern.
 */
export function parseDockerIgnore(file: string, text: string): DockerIgnore {
  const rules = text
    .replace(/^\ufeff/, '')
    .split('\n')
    .flatMap((excerpt, index) => parseLine(file, excerpt, index + 1) ?? []);
  return {
    hasExceptions: rules.some(({ isException }) => isException),
    ignores: (path) => {
      const paths = withFolders(path);
      let ignored = false;
      for (const { matches, isException } of rules) {
        // A rule that would change nothing need not be asked.
        if (isException === ignored && paths.some(matches)) ignored = !isException;
      }
      return ignored;
    },
  };
}

function parseLine(file: string, excerpt: string, line: number): Rule | undefined {
  if (excerpt.startsWith('#')) return undefined;
  const trimmed = excerpt.trim();
  if (trimmed === '') return undefined;
  const isException = trimmed.startsWith('!');
  const pattern = isException ? trimmed.slice(1).trim() : trimmed;
  const expression = pattern === '' ? undefined : compileGlob(clean(pattern), { deep: true });
  if (expression) return { matches: (path) => expression.test(path), isException };
  throw new KublerError('IMAGE_INVALID', `cannot read ".dockerignore": "${trimmed}" is not a pattern`, {
    at: { file, line, column: 1, excerpt },
  });
}

/** Relative to the context, without `.`, `..` and needless slashes. */
function clean(pattern: string): string {
  const path = posix.normalize(pattern).replace(/(?<=.)\/$/, '');
  return path.length > 1 ? path.replace(/^\//, '') : path;
}

/** A path and the folders above it. */
function withFolders(path: string): readonly string[] {
  const names = path.split('/');
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}
