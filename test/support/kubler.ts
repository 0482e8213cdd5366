import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { sharedDataDir } from './shared-data-dir.ts';

export const repositoryDir = join(import.meta.dirname, '../..');

export interface KublerOptions {
  /** The working dir; default: the repository itself, with the shipped namespaces. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Default: the data dir all end-to-end tests share. */
  readonly dataDir?: string;
}

/** Starts the built command line; a failing command is a result. */
export function startKubler(args: readonly string[], options: KublerOptions = {}) {
  return execa(join(repositoryDir, 'bin/kubler.js'), args, {
    cwd: options.cwd ?? repositoryDir,
    env: {
      NO_COLOR: '1',
      KUBLER_ENGINE: 'native',
      KUBLER_DATA_DIR: options.dataDir ?? sharedDataDir(),
      ...options.env,
    },
    reject: false,
    // Nothing on standard input unless given.
    input: options.input ?? '',
  });
}

/** Runs the built command line to its end. */
export async function kubler(
  args: readonly string[],
  options: KublerOptions = {},
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  const { exitCode = -1, stdout, stderr } = await startKubler(args, options);
  return { exitCode, stdout, stderr };
}

/** Gives a function that runs the built command line, which has to succeed, and returns its result. */
export const succeedsIn =
  (options: KublerOptions) =>
  async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await kubler(args, options);
    expect(exitCode, stderr).toBe(0);
    return stdout;
  };
