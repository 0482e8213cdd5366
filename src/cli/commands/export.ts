import { Option, type Command } from '@commander-js/extra-typings';
import { exportFormats } from '../../model/export-format.ts';
import { readEngineReference, taggedName } from '../../model/engine-reference.ts';
import { splitImageId } from '../../model/image-id.ts';
import type { Project } from '../../model/project.ts';
import type { Destination } from '../../pipeline/images/export-image.ts';
import type { Workspace } from '../../pipeline/workspace.ts';
import type { CliContext } from '../context.ts';
import { withProject } from '../project-options.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler export NAMESPACE/IMAGE` */
export function registerExport(program: Command, context: CliContext): void {
  withProject(
    program
      .command('export')
      .description('write a built image, or one of Docker or Podman, to a folder or a tar file')
      .argument('<image>', 'NAMESPACE/IMAGE; docker:IMAGE or podman:IMAGE, which the engine has')
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
      const output = await withWorkspace(context, project, async (workspace) => {
        const { name, write } = await findImage(workspace, project, image);
        const path = options.output ?? (options.format === 'oci-layout' ? name : `${name}.tar`);
        const { format, force = false } = options;
        await write({ format, force, output: path === '-' ? context.output : path });
        return path;
      });
      if (output !== '-') context.stdout(`${output}\n`);
    });
}

interface Found {
  /** For a file. */
  readonly name: string;
  readonly write: (destination: Destination) => Promise<void>;
}

async function findImage(workspace: Workspace, project: Project, image: string): Promise<Found> {
  const { exportBuiltImage, exportEngineImage } = await import('../../pipeline/images/export-image.ts');
  const reference = readEngineReference(image);
  if (reference) {
    const [, name = ''] = /([^/]*):[^/]*$/.exec(taggedName(reference.name)) ?? [];
    return { name, write: (destination) => exportEngineImage(workspace, reference, destination) };
  }
  const { findBuiltImage } = await import('../../pipeline/images/find-built-image.ts');
  const id = await findBuiltImage(workspace, project, image);
  return { ...splitImageId(id), write: (destination) => exportBuiltImage(workspace, id, destination) };
}
