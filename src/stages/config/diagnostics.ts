import { relative } from 'node:path';
import { KublerError, KublerErrors, type KublerErrorOptions, type SourcePosition } from '../../errors.ts';

/** Gathers everything that is wrong with a project, so that it can be told at once. */
export interface Diagnostics {
  /** Notes a `CONFIG_INVALID` fault. */
  fault(message: string, options?: KublerErrorOptions): void;
  /** Notes something that stops nothing; `at` is undefined for what stands in no file. The same text again is only counted. */
  warn(at: Pick<SourcePosition, 'file' | 'line'> | undefined, text: string): void;
  /** Result of `work`; undefined when it throws a `KublerError`, which is noted. */
  collect<T>(work: () => Promise<T>): Promise<T | undefined>;
  readonly faults: readonly KublerError[];
  readonly warnings: readonly string[];
  /** Others for one part of the project: its faults are apart, its warnings are told with all. */
  apart(): Diagnostics;
}

type Warnings = Map<string, { readonly place: string; times: number }>;

/** Past this many faults of one file, the rest are only counted. */
const mostPerFile = 20;

/** An empty list of faults; warnings name files relative to `workingDir`. */
export function createDiagnostics(workingDir: string, warnings: Warnings = new Map()): Diagnostics {
  const kept: KublerError[] = [];
  const perFile = new Map<string, number>();

  /** True while the file has not used up its share. */
  function hasRoom(file: string | undefined): boolean {
    if (file === undefined) return true;
    const count = (perFile.get(file) ?? 0) + 1;
    perFile.set(file, count);
    return count <= mostPerFile;
  }

  const placeOf = ({ file, line }: Pick<SourcePosition, 'file' | 'line'>): string => {
    const path = relative(workingDir, file);
    return `${path.startsWith('..') ? file : path}:${line}`;
  };

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
      const same = warnings.get(text);
      if (same) same.times++;
      else warnings.set(text, { place: at === undefined ? '' : `${placeOf(at)}: `, times: 1 });
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
    get warnings() {
      return [...warnings].map(([text, { place, times }]) =>
        times === 1 ? place + text : `${place}${text} (and ${times - 1} more of these)`,
      );
    },
    apart: () => createDiagnostics(workingDir, warnings),
  };
}
