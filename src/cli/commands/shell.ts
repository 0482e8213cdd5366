import type { Command } from '@commander-js/extra-typings';
import type { CliContext, CliResult } from '../context.ts';
import { numberOption } from '../number-option.ts';
import { type DebugFlag, engineOption, withProject } from '../project-options.ts';
import { shellOptions } from '../shell-options.ts';
import { openProject, withWorkspace, type ProjectFlags } from '../with-workspace.ts';

const help = `
Examples:
  kubler shell acme/jq
  echo 'touch /left' | kubler shell --keep acme/jq
  echo 'ls /left' | kubler shell acme/jq               goes on from there
  echo 'apt-cache policy jq && kubler-build-root' | kubler shell acme/jq

The shell has the helpers and hooks of build.sh as functions and the target root in $_ROOTFS. kubler-build-root runs the
hooks and installs the packages there; Ctrl-C ends it. Without a terminal it runs the commands of standard input.
Nothing is kept, unless --keep says so: then the next shell of this image goes on from there. No image is made of it.`;

/** `kubler shell NAMESPACE/IMAGE` */
export function registerShell(program: Command, context: CliContext, result: CliResult): void {
  withProject(
    program
      .command('shell')
      .description('open a shell in the build container of an image, just before its build')
      .argument('<image>', 'NAMESPACE/IMAGE, or IMAGE inside a namespace')
      .option('--keep', 'keep what you leave behind for the next shell of this image')
      .option('--fresh', 'begin anew although a shell of this image was kept')
      .option('-j, --jobs <n>', 'parents built side by side', numberOption('jobs', 1, 64))
      .addOption(engineOption),
  )
    .addHelpText('after', help)
    .action(async (image, options) => {
      result.status = await runShell(context, [image], options);
    });
}

interface ShellFlags {
  readonly jobs?: number | undefined;
  readonly keep?: boolean | undefined;
  readonly fresh?: boolean | undefined;
}

/** Opens the shell of one image; returns its exit status. */
export async function runShell(
  context: CliContext,
  targets: readonly string[],
  options: ProjectFlags & DebugFlag & ShellFlags,
): Promise<number> {
  const { project, namespace } = await openProject(context, options);
  const { shellImage } = await import('../../pipeline/run/shell-image.ts');
  const request = { targets, defaultNamespace: namespace, force: 'none', exclude: [] } as const;
  const { jobs = project.settings.jobs, keep = false, fresh = false } = options;
  return withWorkspace(context, project, (workspace) =>
    shellImage(workspace, project, { ...request, jobs, keep, fresh }, shellOptions(context, options.debug)),
  );
}
