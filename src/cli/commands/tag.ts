import type { Command } from '@commander-js/extra-typings';
import type { CliContext } from '../context.ts';
import { jsonOption, withProject } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler tag NAMESPACE/IMAGE[:TAG] NEWTAG` */
export function registerTag(program: Command, context: CliContext): void {
  withProject(
    program
      .command('tag')
      .description('give a built image a further tag, which stays with it when it is built again')
      .argument('<image>', 'NAMESPACE/IMAGE or NAMESPACE/IMAGE:TAG')
      .argument('<tag>', 'the new tag; one that is taken moves')
      .addOption(jsonOption),
  )
    .addHelpText('after', '\nExample:\n  kubler tag acme/jq 1.0\n')
    .action(async (image, tag, options) => {
      const { project } = await openProject(context, options);
      const { tagImage } = await import('../../pipeline/images/tag-image.ts');
      const tagged = await withWorkspace(context, project, (workspace) =>
        tagImage(workspace, project, { image, tag }),
      );
      context.stdout(options.json ? renderJson(tagged) : `${tagged.reference}\n`);
    });
}
