import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { Helper } from './helper.ts';
import type { Argv } from './run-command.ts';
import { toProcess, toRuntimeConfig, type ContainerSpec, type ProcessSpec } from './runtime-config.ts';

/** A command line of runc and what became of it. */
export interface Launch {
  /** Runs in the foreground. */
  readonly argv: Argv;
  /** Process id inside the helper, once it runs; undefined before, and when it could not be started. */
  pid(): Promise<number | undefined>;
  /** Why the command could not be started at all; undefined when it ran. */
  refusal(): Promise<string | undefined>;
}

/** A bundle (runtime-spec v1.0.2, bundle.md) for one run of one container. */
export interface Container extends Launch, AsyncDisposable {
  /** A further process in the running container. */
  exec(process: ProcessSpec): Promise<Launch>;
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
  await mkdir(bundle, { recursive: true });
  await writeFile(join(bundle, 'config.json'), JSON.stringify(toRuntimeConfig(spec, place.helper)));
  let count = 0;
  return {
    ...launch(place, join(bundle, 'runc'), ['run', '--bundle', bundle], `kubler-${name}`),
    exec: async (process) => {
      const file = join(bundle, `exec-${(count += 1)}`);
      await writeFile(file, JSON.stringify(toProcess(process)));
      return launch(place, file, ['exec', '--process', file], `kubler-${name}`);
    },
    [Symbol.asyncDispose]: () => rm(bundle, { recursive: true, force: true }),
  };
}

/** `prefix` begins the names of the files that runc writes about it. */
function launch({ helper, stateDir }: ContainerPlace, prefix: string, verb: Argv, id: string): Launch {
  const [log, pidFile] = [`${prefix}.log`, `${prefix}.pid`];
  const runc = ['runc', '--root', stateDir, '--rootless=true', '--log', log, '--log-format', 'json'] as const;
  return {
    argv: helper.enter([...runc, ...verb, '--pid-file', pidFile, id]),
    pid: async () => {
      const text = await readFile(pidFile, 'utf8').catch(() => '');
      return text === '' ? undefined : Number(text);
    },
    refusal: async () => {
      if (await exists(pidFile)) return undefined;
      return parseRefusal(await readFile(log, 'utf8').catch(() => '')) ?? 'runc ended before it';
    },
  };
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** The last message of runc's log, without what it says of itself. */
function parseRefusal(log: string): string | undefined {
  const messages = log
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => (JSON.parse(line) as { readonly msg: string }).msg);
  return messages.at(-1)?.replace(/^(?:runc (?:run|create) failed|exec failed): /, '');
}

/** The error for a command that could not be started. @param reason in runc's words */
export function notStarted([command = '']: readonly string[], reason: string): KublerError {
  const told = reason.replace(/^unable to start container process: (?:error during container init: )?/, '');
  // Of a script without its interpreter the kernel says that it is not there, too.
  const isMissing =
    /^exec:? .*: (?:executable file not found in \$PATH|(?:stat .*: )?no such file or directory)$/;
  const isForbidden = /^exec:? .*: (?:permission denied|is a directory|exec format error)$/;
  if (told === 'unable to setup user: invalid argument') return outOfRange(command);
  const code = isMissing.test(told)
    ? 'PROGRAM_NOT_FOUND'
    : isForbidden.test(told)
      ? 'PROGRAM_NOT_EXECUTABLE'
      : 'ENGINE_REFUSED';
  return new KublerError(code, `cannot run "${command}": ${told.replace(/^exec:? "?.*?"?: /, '')}`);
}

/** In a user namespace only the ids of its ranges are there (user_namespaces(7)). */
const outOfRange = (command: string): KublerError =>
  new KublerError('USAGE_INVALID', `cannot run "${command}": its user or group is beyond your range of ids`, {
    hint: 'the third number in /etc/subuid and /etc/subgid says how many ids there are',
  });
