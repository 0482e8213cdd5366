import type { ExecSpec } from '../../ports/engine.ts';
import { tryFill } from '../../stages/builder/index.ts';
import type { ImageStep } from '../../stages/plan/index.ts';
import type { Build } from '../build/with-build.ts';

/** How a build that is tried is shown. */
export interface TryOptions {
  readonly describeError: (error: unknown) => string;
  readonly write: (line: string) => void;
  /** Ends what runs. */
  readonly signal: AbortSignal;
}

/** Runs a build in the roots of a shell. Returns a status for whoever asked. */
export async function tryBuild(
  { context, installer }: Build,
  step: ImageStep,
  { describeError, write, signal }: TryOptions,
): Promise<number> {
  const shown = {
    ...context,
    session: { ...context.session, exec: (spec: ExecSpec) => context.session.exec({ ...spec, signal }) },
    onLine: write,
    progress: (event: Parameters<typeof context.progress>[0]) => {
      if (event.kind === 'stage') write(`==> ${event.stage}`);
      if (event.kind === 'detail') write(`    ${event.text}`);
    },
  };
  try {
    await tryFill(shown, installer, step.definition.installMode);
    write('==> done: what the image is carved from is in $_ROOTFS');
    return 0;
  } catch (error) {
    write(describeError(error).trimEnd());
    return 1;
  }
}
