import type { Command } from '@commander-js/extra-typings';
import type { CliContext } from '../context.ts';
import { imageArgument, imageArgumentHelp } from '../image-argument.ts';
import { jsonOption, platformOption, withProject } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { renderWhy } from '../render-why.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler why IMAGE PATH|PACKAGE` */
export function registerWhy(program: Command, context: CliContext): void {
  withProject(
    program
      .command('why')
      .description(
        'say why a path or package is in an image, or is not: whose it is, what needs it, what removing it does',
      )
      .argument('<image>', imageArgumentHelp)
      .argument('<what>', 'a path in it, or a package')
      .addOption(platformOption)
      .addOption(jsonOption),
  )
    .addHelpText('after', '\nExample:\n  kubler why acme/jq /usr/bin/jq\n  kubler why acme/jq libc6\n')
    .action(async (text, what, { json, platform, ...options }) => {
      const { project } = await openProject(context, options);
      const { explainImage } = await import('../../pipeline/images/explain-image.ts');
      const report = await withWorkspace(context, project, (workspace) =>
        explainImage(workspace, project, imageArgument(context, text, platform), what),
      );
      context.stdout(json ? renderJson(report) : renderWhy(report));
    });
}
