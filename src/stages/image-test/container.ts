import type { ContainerRules } from '../../model/image-tests.ts';
import type { ContainerLog, HealthCheck, Mount, RunningContainer } from '../../ports/engine.ts';
import type { RuntimeConfig } from '../../oci/types.ts';
import { isStartFailure } from '../../errors.ts';
import type { Failure } from './run-test.ts';
import type { TestSubject } from './test-subject.ts';

export interface ContainerOptions {
  readonly rules: ContainerRules;
  readonly argv: readonly string[];
  readonly log: ContainerLog;
  readonly workdir?: string | undefined;
  readonly stdin?: string | undefined;
  readonly mounts?: readonly Mount[];
  readonly health?: HealthCheck;
  /** TCP ports to reach from this machine. */
  readonly ports?: readonly number[];
}

/** What the image runs by itself; empty for nothing. */
export const ownProcess = ({ Entrypoint = [], Cmd = [] }: RuntimeConfig): readonly string[] => [
  ...Entrypoint,
  ...Cmd,
];

export const nothingToStart: Failure = {
  reason: 'there is no process to test: the image has neither ENTRYPOINT nor CMD',
};

/** As `kubler run` has it: what the tests of the original, and HEALTHCHECK, may count on. */
export const looseRules: ContainerRules = { readOnly: false, capabilities: 'default' };

/** Starts a container of the image. Its network is its own, and leads out only when ports must lead in. */
export function startContainer(subject: TestSubject, options: ContainerOptions): Promise<RunningContainer> {
  const { rules, argv, log, workdir, stdin, health, mounts = [], ports = [] } = options;
  return subject.engine.start({
    ...subject.process({
      user: rules.user,
      env: Object.entries(rules.env ?? {}).map((pair) => pair.join('=')),
      workdir,
    }),
    argv,
    log,
    ...(stdin !== undefined && { stdin }),
    ...(health && { health }),
    mounts,
    tmpfs: rules.writable ?? [],
    ports: ports.map((containerPort) => ({ hostPort: 0, containerPort, protocol: 'tcp' })),
    network: ports.length > 0 ? 'published' : 'none',
    readOnly: rules.readOnly ?? true,
    capabilities: rules.capabilities ?? 'none',
    interactive: false,
    tty: false,
  });
}

/** A command that has to end. */
export interface CommandOptions extends Omit<ContainerOptions, 'ports'> {
  readonly argv: readonly [string, ...string[]];
  readonly timeoutMs: number;
}

/**
 * Runs a command as the own process of a container: what it leaves behind ends with it. Gives its exit status, or why there
 * is none.
 */
export async function runAlone(subject: TestSubject, options: CommandOptions): Promise<number | Failure> {
  const over = new AbortController();
  try {
    await using container = await startContainer(subject, options);
    const timeout = subject.clock.sleep(options.timeoutMs, over.signal);
    return (await Promise.race([container.exited, timeout])) ?? tooLate(options);
  } catch (error) {
    return startFailure(error);
  } finally {
    over.abort();
  }
}

/** The same in a container that runs already, by its rules but for user, environment and folder. */
export async function runInside(
  { clock, process }: Pick<TestSubject, 'clock' | 'process'>,
  container: RunningContainer,
  { argv, rules, workdir, stdin, log, timeoutMs }: CommandOptions,
): Promise<number | Failure> {
  const { uid, gid, additionalGids, cwd } = process({ user: rules.user, workdir });
  const env = rules.env ?? {};
  const startedAt = clock.elapsed();
  try {
    const spec = { argv, env, cwd, uid, gid, additionalGids, timeoutMs, log };
    const { exitCode } = await container.exec({ ...spec, ...(stdin !== undefined && { stdin }) });
    const isLate = exitCode === 137 && clock.elapsed() - startedAt >= timeoutMs;
    return isLate ? tooLate({ timeoutMs }) : exitCode;
  } catch (error) {
    return startFailure(error);
  }
}

const tooLate = ({ timeoutMs }: Pick<CommandOptions, 'timeoutMs'>): Failure => ({
  reason: `it was still running after ${timeoutMs / 1000} s`,
});

/** A command that cannot be started fails its test; all else is passed on. */
function startFailure(error: unknown): Failure {
  if (isStartFailure(error)) return { reason: error.message };
  throw error;
}
