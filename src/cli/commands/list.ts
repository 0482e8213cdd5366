import type { Command } from '@commander-js/extra-typings';
import { throwFaults } from '../../errors.ts';
import { brokenFaults } from '../../model/broken-faults.ts';
import type { CliContext } from '../context.ts';
import { jsonOption, withProject } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { showTests } from '../show-tests.ts';
import { formatBytes, renderTable } from '../table.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler list` */
export function registerList(program: Command, context: CliContext): void {
  withProject(
    program
      .command('list')
      .description('list the images of the project, built or not, and imported ones')
      .addOption(jsonOption),
  )
    .addHelpText('after', '\nExample:\n  kubler list --json\n')
    .action(async (options) => {
      const { project } = await openProject(context, options, {}, { tellsFaults: true });
      const { listImages } = await import('../../pipeline/images/list-images.ts');
      const images = await withWorkspace(context, project, (workspace) => listImages(workspace, project));
      const rows = images.map((image) => [
        image.image,
        image.parent,
        image.sizeBytes === undefined ? 'not built' : formatBytes(image.sizeBytes),
        image.packages === undefined ? '' : String(image.packages),
        image.imageId?.slice('sha256:'.length, 19) ?? '',
        showTests(image.tests),
      ]);
      context.stdout(
        options.json
          ? renderJson(images)
          : renderTable(['IMAGE', 'PARENT', 'SIZE', 'PACKAGES', 'IMAGE ID', 'TESTS'], rows, [
              'SIZE',
              'PACKAGES',
            ]),
      );
      throwFaults(brokenFaults(project));
    });
}
