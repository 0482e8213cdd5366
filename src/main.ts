import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { enterUserNamespace } from './adapters/system/user-namespace.ts';
import { runCli } from './cli/cli.ts';

/** Commands that have no use for containers, and run as whoever calls them. */
const plainCommands = [
  'help',
  'new',
  'migrate',
  'list',
  'graph',
  'history',
  'inspect',
  'prove',
  'size',
  'why',
  'tag',
  'rm',
  'completion',
  'complete',
];

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => interrupt.abort(signal));

// A reader that goes away (`kubler list | head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const shippedDir = dirname(dirname(fileURLToPath(import.meta.url)));

const env = { ...process.env };
const homeDir = env['HOME'] ?? homedir();

const [command = 'help'] = process.argv.slice(2);
const isPlain = command.startsWith('-') || plainCommands.includes(command);
const status = isPlain ? undefined : await enterUserNamespace();
process.exitCode =
  status ??
  (await runCli(process.argv.slice(2), {
    cwd: process.cwd(),
    env,
    shippedDir,
    homeDir,
    stdout: (text) => process.stdout.write(text),
    output: process.stdout,
    input: process.stdin,
    stderr: (text) => process.stderr.write(text),
    isTty: process.stdin.isTTY && process.stderr.isTTY,
    isInputTty: process.stdin.isTTY,
    isOutputTty: process.stdout.isTTY,
    signal: interrupt.signal,
    now: Date.now,
    openWorkspace: async (settings, progress) => {
      const { openWorkspace } = await import('./wire.ts');
      return openWorkspace({ settings, progress, shippedDir, env, homeDir, signal: interrupt.signal });
    },
    probe: async (project) => {
      const { probe } = await import('./wire.ts');
      return probe(project, { env, homeDir, signal: interrupt.signal });
    },
  }));
