import { KublerError } from '../../errors.ts';
import type { Digest } from '../../model/digest.ts';
import type { ApiEngineName } from '../../model/engine-status.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { Debugger, ToolsSpec } from '../../ports/debugger.ts';
import { loadImages } from '../images/load-images.ts';
import type { Workspace } from '../workspace.ts';
import { findContainer } from './find-container.ts';
import { provideToolbox, type ToolboxSource } from './provide-toolbox.ts';
import { startTarget } from './start-target.ts';

/** How a container or an image is looked at. */
export interface DebugOptions {
  /** Undefined: Docker, or Podman where Docker is not or does not have the container. */
  readonly engine: ApiEngineName | undefined;
  /** Run instead of a shell, unless empty. */
  readonly argv: readonly string[];
  readonly hasTerminal: boolean;
  readonly terminalType: string | undefined;
  /** Called when all is ready. */
  readonly greet: (engine: ApiEngineName) => void;
}

/**
 * Runs a shell, or a command, of the toolbox beside a container of Docker or Podman. Throws as `findContainer` does, and
 * `ENGINE_REFUSED` when the container ends meanwhile.
 * @returns its exit status
 */
export async function debugContainer(
  workspace: Workspace,
  source: ToolboxSource,
  name: string,
  options: DebugOptions,
): Promise<number> {
  await using found = await findContainer(workspace, options.engine, name);
  const { looker, id } = found;
  const imageId = await loadToolbox(workspace, source, looker);
  return await lookAt(looker, { id, name, imageId, hint: `${looker.engine} logs ${name}` }, options);
}

/**
 * The same beside a built image, which Docker or Podman starts for as long as that takes; with `hold` without its command.
 * Throws `IMAGE_NOT_BUILT`, `IMAGE_INVALID`, `ENGINE_UNAVAILABLE`, and `ENGINE_REFUSED` when it ends meanwhile.
 */
export async function debugImage(
  workspace: Workspace,
  source: ToolboxSource,
  name: ImageId,
  options: DebugOptions & { readonly hold: boolean },
): Promise<number> {
  await using looker = await workspace.openDebugger(options.engine);
  const imageId = await loadToolbox(workspace, source, looker);
  const said: string[] = [];
  await using own = await startTarget(workspace, looker, { id: name, hold: options.hold }, said);
  const hint = `its files can be looked at without its command: kubler debug --hold ${name}`;
  return await lookAt(looker, { id: own.id, name, imageId, hint, said }, options);
}

/** @returns the id it has in the engine */
async function loadToolbox(
  workspace: Workspace,
  source: ToolboxSource,
  { engine }: Debugger,
): Promise<Digest> {
  const toolbox = await provideToolbox(workspace, source);
  // That it is there already is as it should be.
  const progress: Workspace['progress'] = (event) =>
    event.kind === 'skipped' ? undefined : workspace.progress(event);
  await loadImages({ ...workspace, progress }, engine, [toolbox]);
  return toolbox.configDigest;
}

interface Subject {
  readonly id: string;
  readonly name: string;
  /** Of the toolbox. */
  readonly imageId: Digest;
  /** When it has ended. */
  readonly hint: string;
  /** The last lines it wrote. */
  readonly said?: readonly string[];
}

async function lookAt(looker: Debugger, subject: Subject, options: DebugOptions): Promise<number> {
  const { id } = subject;
  options.greet(looker.engine);
  let cause: unknown;
  try {
    const status = await looker.runBeside(id, toolsOf(subject, options));
    if (status !== killed) return status;
  } catch (error) {
    if (error instanceof KublerError && error.code === 'INTERRUPTED') throw error;
    cause = error;
  }
  const state = await looker.find(id);
  if (state?.isRunning !== true) throw hasEnded(subject, state?.exitCode, cause);
  if (cause instanceof Error) throw cause;
  return killed;
}

/** The kernel kills whoever is beside a container that ends (pid_namespaces(7)): 128 + SIGKILL. */
const killed = 137;

function hasEnded(
  { name, hint, said = [] }: Subject,
  exitCode: number | undefined,
  cause: unknown,
): KublerError {
  const status = exitCode === undefined ? '' : ` with exit status ${exitCode}`;
  return new KublerError('ENGINE_REFUSED', `cannot debug ${name}: it has ended${status}`, {
    ...{ hint, details: said, cause },
  });
}

const toolsOf = ({ name, imageId }: Subject, options: DebugOptions): ToolsSpec => {
  const { argv, hasTerminal, terminalType = 'xterm' } = options;
  return {
    imageId,
    argv: argv.length > 0 ? argv : ['/bin/bash'],
    env: hasTerminal ? [`TERM=${terminalType}`, `PS1=debug ${name}:\\w\\$ `] : [],
    attach: hasTerminal ? 'terminal' : 'streams',
  };
};
