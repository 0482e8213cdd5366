import { readFile } from 'node:fs/promises';
import { KublerError } from '../../errors.ts';
import type { ContainerExecSpec, ExecResult, RunSpec } from '../../ports/engine.ts';
import { statusOf } from './daemon-error.ts';
import type { DockerHost } from './host.ts';
import { signalContainer } from './read-container.ts';
import { readExec, runExec } from './run-exec.ts';

/** Runs one command in a running container; see `RunningContainer.exec`. */
export async function execInContainer(
  host: DockerHost,
  containerId: string,
  container: RunSpec,
  spec: ContainerExecSpec,
): Promise<ExecResult> {
  const { env = {}, cwd = container.cwd, timeoutMs } = spec;
  const added = Object.entries(env).map((pair) => pair.join('='));
  const call = { ...spec, env: added, cwd, user: userOf(container, spec) };
  let timer: NodeJS.Timeout | undefined;
  const begun = (execId: string): void => {
    if (timeoutMs !== undefined) timer = setTimeout(() => void kill(host, containerId, execId), timeoutMs);
  };
  try {
    return await runExec(host, containerId, call, begun);
  } catch (error) {
    if (statusOf(error) !== 409 && statusOf(error) !== 404) throw error;
    const message = `cannot run "${spec.argv[0]}": its container has ended`;
    throw new KublerError('ENGINE_REFUSED', message, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Engines find the further groups of a command in /etc/group of the image, of a user whose group is not said. */
function userOf(container: RunSpec, { uid, gid, additionalGids }: ContainerExecSpec): string {
  const user = String(uid ?? container.uid);
  const groups = additionalGids ?? container.additionalGids;
  return groups.length > 0 && uid !== undefined ? user : `${user}:${gid ?? container.gid}`;
}

/**
 * Kills a command with what it has started. The API cannot: it is done here where its process is seen, in the container's
 * cgroup (cgroups(7)). A daemon on another machine can but kill all of the container.
 */
async function kill(host: DockerHost, containerId: string, execId: string): Promise<void> {
  try {
    const { Pid, Running } = await readExec(host, execId);
    if (!Running) return;
    const cgroups = await readFile(`/proc/${Pid}/cgroup`, 'utf8');
    // A command leads a process group of its own.
    if (cgroups.includes(containerId)) process.kill(-Pid, 'SIGKILL');
    else await signalContainer(host, containerId, 'SIGKILL');
  } catch {
    await signalContainer(host, containerId, 'SIGKILL');
  }
}
