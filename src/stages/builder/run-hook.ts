import type { Root } from '../../ports/engine.ts';
import { runStep, type BuildContext } from './build-step.ts';
import type { Description, Hook } from './describe.ts';

/** Runs a hook of build.sh in a container unless it is empty; its log is named after it. */
export async function runHook(
  context: BuildContext,
  description: Description,
  hook: Hook,
  root: Root,
): Promise<void> {
  if (!description.hooks.has(hook)) return;
  context.progress({ kind: 'stage', task: context.subject, stage: hook });
  await runStep(context, {
    name: hook,
    root,
    network: 'host',
    // A builder configures itself: there is no other root for its hook to fill.
    env: { ...context.hookEnv, ...(root === 'target' && { _ROOTFS: '' }) },
    // What it did there would be in no key: only the builder is kept as it leaves it.
    targetReadOnly: hook === 'configure_builder',
    argv: ['bash', '/.kubler/run-hook.sh', hook],
  });
}
