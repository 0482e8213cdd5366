import type { Command } from '@commander-js/extra-typings';
import type { CliContext } from '../context.ts';
import { jsonOption, withProject } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler rm NAMESPACE/IMAGE[:TAG]…` */
export function registerRm(program: Command, context: CliContext): void {
  withProject(
    program
      .command('rm')
      .description('remove built images or single tags; kubler clean frees their space')
      .argument('<images...>', 'NAMESPACE/IMAGE with all its tags, or NAMESPACE/IMAGE:TAG')
      .option('--force', 'also an image that built ones stand on')
      .addOption(jsonOption),
  )
    .addHelpText('after', '\nExample:\n  kubler rm acme/jq && kubler clean\n')
    .action(async (images, options) => {
      const { project } = await openProject(context, options);
      const { removeImages } = await import('../../pipeline/images/remove-images.ts');
      const removed = await withWorkspace(context, project, (workspace) =>
        removeImages(workspace, project, { images, force: options.force ?? false }),
      );
      context.stdout(
        options.json ? renderJson(removed) : removed.map((name) => `removed ${name}\n`).join(''),
      );
    });
}
