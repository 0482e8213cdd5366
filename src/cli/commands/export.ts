import { Option, type Command } from '@commander-js/extra-typings';
import { parseImageId, splitImageId } from '../../model/image-id.ts';
import type { CliContext } from '../context.ts';
import { dataDirOption, debugOption, workingDirOption } from '../project-options.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

const formats = ['oci-layout', 'oci-archive', 'docker-archive', 'rootfs-tar'] as const;

/** `kubler export NAMESPACE/IMAGE` */
export function registerExport(program: Command, context: CliContext): void {
  program
    .command('export')
    .description('write a built image to a folder or a tar file')
    .argument('<image>', 'NAMESPACE/IMAGE')
    .addOption(
      new Option('--format <format>', 'what to write').choices(formats).default('docker-archive' as const),
    )
    .option('-o, --output <path>', 'where to; - is standard output (default: IMAGE.tar or IMAGE/)')
    .option('--force', 'replace what is there')
    .addOption(workingDirOption)
    .addOption(dataDirOption)
    .addOption(debugOption)
    .addHelpText('after', '\nExample:\n  kubler export acme/jq --format oci-archive --output jq.tar\n')
    .action(async (image, options) => {
      const id = parseImageId(image);
      const { project } = await openProject(context, options);
      const { name } = splitImageId(id);
      const output = options.output ?? (options.format === 'oci-layout' ? name : `${name}.tar`);
      const { exportBuiltImage } = await import('../../pipeline/export-image.ts');
      await withWorkspace(context, project, (workspace) =>
        exportBuiltImage(workspace, id, {
          format: options.format,
          output: output === '-' ? context.output : output,
          force: options.force ?? false,
        }),
      );
      if (output !== '-') context.stdout(`${output}\n`);
    });
}
