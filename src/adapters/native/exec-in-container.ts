import type { ContainerExecSpec, ExecResult } from '../../ports/engine.ts';
import { notStarted, type Launch } from './container.ts';
import type { ImageContainer } from './image-container.ts';
import { interruptible } from './interruption.ts';
import { runCommand } from './run-command.ts';
import type { ProcessSpec } from './runtime-config.ts';
import type { NativeHost } from './snapshot-store.ts';

/** Runs one command in a running container; see `RunningContainer.exec`. */
export async function execInContainer(
  host: NativeHost,
  image: ImageContainer,
  spec: ContainerExecSpec,
): Promise<ExecResult> {
  return interruptible(host.signal, `run "${spec.argv[0]}"`, async () => {
    const launch = await image.container.exec(toProcessSpec(image.spec, spec));
    const result = await runWithin(image, launch, spec);
    if (result.exitCode === 0) return result;
    const reason = image.helper.isAlive() ? await launch.refusal() : 'its container has ended';
    if (reason !== undefined) throw notStarted(spec.argv, reason);
    return result;
  });
}

/** Runs it to its end, or to its end of time. */
async function runWithin(
  { helper }: ImageContainer,
  launch: Launch,
  { stdin, stdout, log, timeoutMs }: ContainerExecSpec,
): Promise<ExecResult> {
  const signal = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const result = await runCommand({
    argv: launch.argv,
    log,
    ...(stdin !== undefined && { stdin }),
    ...(stdout && { stdout }),
    ...(signal && { signal }),
  });
  const pid = signal?.aborted === true ? await launch.pid() : undefined;
  // runc could not take it along: it leads a process group inside the container.
  if (pid !== undefined) await runCommand({ argv: helper.enter(['kill', '-KILL', '--', `-${pid}`]) });
  return result;
}

function toProcessSpec(container: ProcessSpec, spec: ContainerExecSpec): ProcessSpec {
  const { argv, cwd, uid, gid, additionalGids } = spec;
  const added = Object.entries(spec.env ?? {});
  const kept = container.env.filter((each) => !added.some(([name]) => each.startsWith(`${name}=`)));
  return {
    ...container,
    argv,
    env: [...kept, ...added.map((pair) => pair.join('='))],
    cwd: cwd ?? container.cwd,
    uid: uid ?? container.uid,
    gid: gid ?? container.gid,
    additionalGids: additionalGids ?? container.additionalGids,
    terminal: false,
  };
}
