import { relative } from 'node:path';
import { KublerError, KublerErrors, type KublerErrorOptions, type SourcePosition } from '../../errors.ts';

/** Gathers everything that is wrong with a project, so that it can be told at once. */
export interface Diagnostics {
  /** Notes a `CONFIG_INVALID` fault. */
  fault(message: string, options?: KublerErrorOptions): void;
  /** Notes something that stops nothing; `at` is undefined for what stands in no file. */
  warn(at: Pick<SourcePosition, 'file' | 'line'> | undefined, text: string): void;
  /** Result of `work`; undefined when it throws a `KublerError`, which is noted. */
  collect<T>(work: () => Promise<T>): Promise<T | undefined>;
  readonly faults: readonly KublerError[];
  readonly warnings: readonly string[];
}

/** Past this many faults of one file, the rest are only counted. */
const mostPerFile = 20;

/** An empty list of faults; warnings name files relative to `workingDir`. */
export function createDiagnostics(workingDir: string): Diagnostics {
  const kept: KublerError[] = [];
  const warnings: string[] = [];
  const perFile = new Map<string, number>();

  /** True while the file has not used up its share. */
  function hasRoom(file: string | undefined): boolean {
    if (file === undefined) return true;
    const count = (perFile.get(file) ?? 0) + 1;
    perFile.set(file, count);
    return count <= mostPerFile;
  }

  const add = (fault: KublerError): void => {
    if (hasRoom(fault.at?.file)) kept.push(fault);
  };

  const uncounted = (): KublerError[] =>
    [...perFile]
      .filter(([, count]) => count > mostPerFile)
      .map(([file, count]) => {
        const more = `cannot list all faults of "${file}": it has ${count - mostPerFile} more`;
        return new KublerError('CONFIG_INVALID', more);
      });

  return {
    fault(message, options) {
      if (hasRoom(options?.at?.file)) kept.push(new KublerError('CONFIG_INVALID', message, options));
    },
    warn(at, text) {
      if (at === undefined) return void warnings.push(text);
      const path = relative(workingDir, at.file);
      warnings.push(`${path.startsWith('..') ? at.file : path}:${at.line}: ${text}`);
    },
    async collect(work) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof KublerErrors) error.errors.forEach(add);
        else if (error instanceof KublerError) add(error);
        else throw error;
        return undefined;
      }
    },
    get faults() {
      return [...kept, ...uncounted()];
    },
    warnings,
  };
}
