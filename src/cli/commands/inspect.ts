import type { Command } from '@commander-js/extra-typings';
import type { CliContext } from '../context.ts';
import { jsonOption, withProject } from '../project-options.ts';
import { renderInspected } from '../render-inspected.ts';
import { renderJson } from '../render-json.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler inspect NAMESPACE/IMAGE[:TAG]` */
export function registerInspect(program: Command, context: CliContext): void {
  withProject(
    program
      .command('inspect')
      .description(
        'show all that is known of a built image: configuration, layers, packages, receipts, origin',
      )
      .argument('<image>', 'NAMESPACE/IMAGE or NAMESPACE/IMAGE:TAG')
      .addOption(jsonOption),
  )
    .addHelpText('after', '\nExample:\n  kubler inspect acme/jq --json\n')
    .action(async (image, options) => {
      const { project } = await openProject(context, options);
      const { inspectImage } = await import('../../pipeline/images/inspect-image.ts');
      const inspected = await withWorkspace(context, project, (workspace) =>
        inspectImage(workspace, project, image),
      );
      context.stdout(options.json ? renderJson(inspected) : renderInspected(inspected));
    });
}
