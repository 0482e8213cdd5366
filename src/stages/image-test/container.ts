import type { ContainerRules } from '../../model/image-tests.ts';
import type { ContainerExecSpec, ExecResult, Mount, RunningContainer } from '../../ports/engine.ts';
import type { RuntimeConfig } from '../../oci/types.ts';
import { isStartFailure } from '../../errors.ts';
import type { Failure } from './run-test.ts';
import type { TestSubject } from './test-subject.ts';

export interface ContainerOptions {
  readonly rules: ContainerRules;
  readonly argv: readonly string[];
  readonly log: (line: string) => void;
  readonly mounts?: readonly Mount[];
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
  const { rules, argv, log, mounts = [], ports = [] } = options;
  return subject.engine.start({
    ...subject.process(rules),
    argv,
    log,
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

const toolsPath = '/.kubler-tools';

/** A static shell from outside the image. */
export const outsideShell: readonly [string, ...string[]] = [`${toolsPath}/busybox`, 'sh'];

/** Starts a container that waits for commands, whatever the image has: what waits comes from outside. */
export async function startIdle(
  subject: TestSubject,
  options: Omit<ContainerOptions, 'argv' | 'ports'>,
): Promise<RunningContainer> {
  const tools = { hostPath: await subject.toolsDir(), containerPath: toolsPath, readOnly: true };
  return startContainer(subject, {
    ...options,
    argv: [`${toolsPath}/busybox`, 'sleep', '2147483647'],
    mounts: [...(options.mounts ?? []), tools],
  });
}

/** Runs a command; one that cannot be started is a failure of its test. */
export async function tryCommand(
  container: RunningContainer,
  spec: ContainerExecSpec,
): Promise<ExecResult | Failure> {
  try {
    return await container.exec(spec);
  } catch (error) {
    if (isStartFailure(error)) return { reason: error.message };
    throw error;
  }
}
