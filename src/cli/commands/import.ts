import { access, constants, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { KublerError } from '../../errors.ts';
import { parseImageId } from '../../model/image-id.ts';
import type { CliContext } from '../context.ts';
import { engineOption, jsonOption, withProject } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { formatBytes } from '../table.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler import TARBALL NAMESPACE/NAME` */
export function registerImport(program: Command, context: CliContext): void {
  withProject(
    program
      .command('import')
      .description('make an image of a root filesystem tarball, for IMAGE_PARENT and kubler run')
      .argument('<tarball>', 'tar file, compressed (gzip, xz, zstd, bzip2) or not; - is standard input')
      .argument('<image>', 'NAMESPACE/NAME of the new image')
      .option('-t, --tag <tag...>', 'its tags (default: those of the settings)')
      .option('--keep <glob...>', 'private keys in it that everyone may have; others are refused')
      .option('--force', 'replace an image of this name')
      .addOption(jsonOption)
      .addOption(engineOption),
  )
    .addHelpText('after', '\nExample:\n  kubler import rootfs.tar.gz vendor/base --tag 1.0\n')
    .action(async (tarball, image, options) => {
      const id = parseImageId(image);
      const file = tarball === '-' ? undefined : await findTarball(resolve(context.cwd, tarball), id);
      const { project } = await openProject(context, options, options.tag ? { tags: options.tag } : {});
      if (project.images.has(id)) throw isOfProject(id);
      const { importImage } = await import('../../pipeline/images/import-image.ts');
      const { tags, epoch } = project.settings;
      const record = await withWorkspace(context, project, (workspace) =>
        importImage(workspace, {
          ...{ id, tags, epoch, keep: options.keep ?? [], force: options.force ?? false },
          tarball: file ?? context.input,
        }),
      );
      const { configDigest: imageId, sizeBytes, packages, imported } = record;
      context.stdout(
        options.json
          ? renderJson({
              image: id,
              imageId,
              tags,
              sizeBytes,
              packages: packages.length,
              tarball: `sha256:${imported}`,
            })
          : `${id}: ${formatBytes(sizeBytes)}, ${imageId}\n`,
      );
    });
}

/** The same path. Throws `USAGE_INVALID` unless a file is there that can be read. */
async function findTarball(file: string, id: string): Promise<string> {
  const unreadable = (reason: string, hint?: string): KublerError =>
    new KublerError('USAGE_INVALID', `cannot read "${file}": ${reason}`, hint === undefined ? {} : { hint });
  const stats = await stat(file).catch(() => undefined);
  if (!stats) throw unreadable('there is no such file');
  if (!stats.isFile())
    throw unreadable('it is not a regular file', `of a folder: tar -C FOLDER -c . | kubler import - ${id}`);
  await access(file, constants.R_OK).catch(() => {
    throw unreadable('it may not be read');
  });
  return file;
}

const isOfProject = (id: string): KublerError =>
  new KublerError('USAGE_INVALID', `cannot import ${id}: this project builds an image of that name`, {
    hint: 'choose another name',
  });
