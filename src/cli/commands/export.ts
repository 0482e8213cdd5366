import { Option, type Command } from '@commander-js/extra-typings';
import { exportFormats } from '../../model/export-format.ts';
import { splitImageId } from '../../model/image-id.ts';
import type { CliContext } from '../context.ts';
import { withProject } from '../project-options.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler export NAMESPACE/IMAGE` */
export function registerExport(program: Command, context: CliContext): void {
  withProject(
    program
      .command('export')
      .description('write a built image to a folder or a tar file')
      .argument('<image>', 'NAMESPACE/IMAGE')
      .addOption(
        new Option('--format <format>', 'what to write')
          .choices(exportFormats)
          .default('docker-archive' as const),
      )
      .option('-o, --output <path>', 'where to; - is standard output (default: IMAGE.tar or IMAGE/)')
      .option('--force', 'replace what is there'),
  )
    .addHelpText('after', '\nExample:\n  kubler export acme/jq --format oci-archive --output jq.tar\n')
    .action(async (image, options) => {
      const { project } = await openProject(context, options);
      const { findBuiltImage } = await import('../../pipeline/images/find-built-image.ts');
      const { exportBuiltImage } = await import('../../pipeline/images/export-image.ts');
      const output = await withWorkspace(context, project, async (workspace) => {
        const id = await findBuiltImage(workspace, project, image);
        const { name } = splitImageId(id);
        const path = options.output ?? (options.format === 'oci-layout' ? name : `${name}.tar`);
        await exportBuiltImage(workspace, id, {
          format: options.format,
          output: path === '-' ? context.output : path,
          force: options.force ?? false,
        });
        return path;
      });
      if (output !== '-') context.stdout(`${output}\n`);
    });
}
