import { KublerError } from '../../errors.ts';
import { apiEngineNames, type ApiEngineName } from '../../model/engine-status.ts';
import { didYouMean } from '../../model/suggest.ts';
import type { ContainerState, Debugger } from '../../ports/debugger.ts';
import type { Workspace } from '../workspace.ts';

/** A container that runs, and its engine. Disposing closes the way to that. */
export interface FoundContainer extends AsyncDisposable {
  readonly looker: Debugger;
  readonly id: string;
}

/**
 * Finds a container in the engine that is said, else in Docker and Podman. Throws `ENGINE_UNAVAILABLE`,
 * `GRAPH_UNKNOWN_TARGET` when nobody has it, `ENGINE_REFUSED` when nothing can be beside it.
 */
export async function findContainer(
  workspace: Pick<Workspace, 'openDebugger'>,
  engine: ApiEngineName | undefined,
  name: string,
): Promise<FoundContainer> {
  const [asked, running, faults]: [ApiEngineName[], string[], KublerError[]] = [[], [], []];
  for (const each of engine === undefined ? apiEngineNames : [engine]) {
    try {
      const looker = await workspace.openDebugger(each);
      const found = await lookFor(looker, name, running);
      if (found) return found;
      asked.push(each);
    } catch (error) {
      if (!(error instanceof KublerError && error.code === 'ENGINE_UNAVAILABLE')) throw error;
      faults.push(error);
    }
  }
  if (asked.length === 0 && faults[0]) throw faults[0];
  const reason = `${asked.join(' and ')} ${asked.length > 1 ? 'have' : 'has'} none of that name`;
  throw new KublerError('GRAPH_UNKNOWN_TARGET', `cannot find container "${name}": ${reason}`, {
    hint: didYouMean(name, running) ?? `containers that run: ${running.join(', ') || 'none'}`,
    details: faults.map(({ message }) => message),
  });
}

/** @param running gets the names there when it is not among them */
async function lookFor(
  looker: Debugger,
  name: string,
  running: string[],
): Promise<FoundContainer | undefined> {
  const close = () => looker[Symbol.asyncDispose]();
  try {
    const state = await looker.find(name);
    if (state) {
      refuseUnfit(looker, name, state);
      return { looker, id: state.id, [Symbol.asyncDispose]: close };
    }
    running.push(...(await looker.names()));
  } catch (error) {
    await close();
    throw error;
  }
  await close();
  return undefined;
}

function refuseUnfit({ engine }: Debugger, name: string, state: ContainerState): void {
  const refuse = (reason: string, hint: string): never => {
    throw new KublerError('ENGINE_REFUSED', `cannot debug ${name}: ${reason}`, { hint });
  };
  if (!state.isRunning) refuse('it does not run', `${engine} start ${name}`);
  if (!state.hasOwnProcesses)
    refuse(
      'its processes are among those of others',
      'it was started with --pid: debug the container, or look at the machine, whose processes they are',
    );
}
