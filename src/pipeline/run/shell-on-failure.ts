import { openShell } from '../../stages/builder/index.ts';
import type { ShellOptions } from './shell-image.ts';
import type { Workspace } from '../workspace.ts';

/** Shows why a step of a build has failed, and opens a shell where it did, in its root and its environment. */
export function shellOnFailure(
  options: ShellOptions & { readonly show: (text: string) => void },
): NonNullable<Workspace['onStepFailure']> {
  return async (context, step, error) => {
    options.show(options.describeError(error));
    const where =
      step.root === 'builder' ? 'the build container' : 'the container whose root is the target root';
    const greeting = `"${step.label ?? step.name}" of ${context.subject} failed here, in ${where}. Leave the shell to end the build.`;
    await openShell(context, options, { ...step, greeting });
  };
}
