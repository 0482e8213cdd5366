import type { Command } from '@commander-js/extra-typings';
import type { CliContext, CliResult } from '../context.ts';
import { dataDirOption, debugOption, engineOption, workingDirOption } from '../project-options.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler run NAMESPACE/IMAGE [-- ARG…]` */
export function registerRun(program: Command, context: CliContext, result: CliResult): void {
  program
    .command('run')
    .description('run a built image; standard streams, signals and the exit status pass through')
    .argument('<image>', 'NAMESPACE/IMAGE')
    .argument('[args...]', 'replace the CMD of the image')
    .passThroughOptions()
    .addOption(workingDirOption)
    .addOption(dataDirOption)
    .addOption(engineOption)
    .addOption(debugOption)
    .addHelpText('after', '\nExample:\n  kubler run acme/jq -- jq --version\n')
    .action(async (image, args, options) => {
      const { project } = await openProject(context, options);
      const { findBuiltImage } = await import('../../pipeline/find-built-image.ts');
      const { runImage } = await import('../../pipeline/run-image.ts');
      result.status = await withWorkspace(context, project, async (workspace) => {
        const id = await findBuiltImage(workspace, project, image);
        const given = args[0] === '--' ? args.slice(1) : args;
        return runImage(workspace, id, { args: given, tty: context.isTty });
      });
    });
}
