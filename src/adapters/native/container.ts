import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { Helper } from './helper.ts';
import type { Argv } from './run-command.ts';
import { toRuntimeConfig, type ContainerSpec } from './runtime-config.ts';

/** A bundle (runtime-spec v1.0.2, bundle.md) for one run of one container. */
export interface Container extends AsyncDisposable {
  /** The command line that runs it in the foreground. */
  readonly argv: Argv;
  /** What runc says when the command could not be started at all; undefined when it ran. */
  refusal(): Promise<string | undefined>;
}

export interface ContainerPlace {
  readonly helper: Helper;
  /** Where runc keeps its state, inside the helper. */
  readonly stateDir: string;
  /** Scratch folder for bundles. */
  readonly tempDir: string;
}

/** Writes the bundle of a container. Disposing removes it. */
export async function makeContainer(
  place: ContainerPlace,
  name: string,
  spec: ContainerSpec,
): Promise<Container> {
  const bundle = join(place.tempDir, `bundle-${name}`);
  const log = join(bundle, 'runc.log');
  await mkdir(bundle, { recursive: true });
  await writeFile(join(bundle, 'config.json'), JSON.stringify(toRuntimeConfig(spec)));
  const runc = ['runc', '--root', place.stateDir, '--rootless=true', '--log', log, '--log-format', 'json'];
  return {
    argv: place.helper.enter([...(runc as [string]), 'run', '--bundle', bundle, `kubler-${name}`]),
    refusal: async () => parseRefusal(await readFile(log, 'utf8').catch(() => '')),
    [Symbol.asyncDispose]: () => rm(bundle, { recursive: true, force: true }),
  };
}

/** runc fails with the status a command may fail with too; only its log tells one from the other. */
function parseRefusal(log: string): string | undefined {
  const messages = log
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => (JSON.parse(line) as { readonly msg: string }).msg);
  const prefix = 'runc run failed: ';
  return messages.find((message) => message.startsWith(prefix))?.slice(prefix.length);
}

/** The error for a command that could not be started. */
export const notStarted = (argv: readonly string[], reason: string): KublerError =>
  new KublerError('ENGINE_REFUSED', `cannot run "${argv[0] ?? ''}": ${reason}`);
