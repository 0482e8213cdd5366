import { access, constants, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { KublerError } from '../../errors.ts';
import { readEngineReference } from '../../model/engine-reference.ts';
import { parseImageId } from '../../model/image-id.ts';
import type { EngineSource } from '../../pipeline/images/import-from-engine.ts';
import type { CliContext } from '../context.ts';
import { engineOption, jsonOption, withProject } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { formatBytes } from '../table.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler import SOURCE NAMESPACE/NAME`, `kubler import --container NAME NAMESPACE/NAME` */
export function registerImport(program: Command, context: CliContext): void {
  withProject(
    program
      .command('import')
      .description(
        'make an image of a tarball, or of an image or container of Docker or Podman, as a parent or to run',
      )
      .argument(
        '<source>',
        'tar file of a root filesystem, compressed or not; - is standard input; docker:IMAGE; podman:IMAGE',
      )
      .argument('[image]', 'NAMESPACE/NAME of the new image')
      .option(
        '--container <name>',
        'import what this container is now, instead of SOURCE; docker:NAME, podman:NAME',
      )
      .option('-t, --tag <tag...>', 'its tags (default: those of the settings)')
      .option('--keep <glob...>', 'private keys in it that everyone may have; others are refused')
      .option('--force', 'replace an image of this name')
      .addOption(jsonOption)
      .addOption(engineOption),
  )
    .addHelpText('after', '\nExample:\n  kubler import rootfs.tar.gz vendor/base --tag 1.0\n')
    .action(async (source, image, options) => {
      const id = parseImageId(nameOf(source, image, options.container));
      const fromEngine = engineSource(source, options.container);
      const file =
        fromEngine || source === '-' ? undefined : await findTarball(resolve(context.cwd, source), id);
      const { project } = await openProject(context, options, options.tag ? { tags: options.tag } : {});
      if (project.images.has(id)) throw isOfProject(id);
      const { importImage } = await import('../../pipeline/images/import-image.ts');
      const { importFromEngine } = await import('../../pipeline/images/import-from-engine.ts');
      const { tags, epoch } = project.settings;
      const spec = { id, tags, epoch, keep: options.keep ?? [], force: options.force ?? false };
      const record = await withWorkspace(context, project, (workspace) =>
        fromEngine
          ? importFromEngine(workspace, fromEngine, spec)
          : importImage(workspace, { ...spec, tarball: file ?? context.input }),
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

/** With `--container`, the only argument is the name of the new image. */
function nameOf(source: string, image: string | undefined, container: string | undefined): string {
  if (container === undefined ? image !== undefined : image === undefined) return image ?? source;
  const given = container === undefined ? `"${source}"` : `container "${container}"`;
  throw new KublerError(
    'USAGE_INVALID',
    `cannot import ${given}: ${container === undefined ? 'what shall it be called?' : 'that is the source already'}`,
    {
      hint: 'kubler import SOURCE NAMESPACE/NAME, or kubler import --container NAME NAMESPACE/NAME',
    },
  );
}

/** What is named of an engine: `docker:debian:12`, or a container; undefined for a file. */
function engineSource(source: string, container: string | undefined): EngineSource | undefined {
  const named = readEngineReference(container ?? source);
  if (container !== undefined) return { engine: undefined, name: container, ...named, kind: 'container' };
  return named && { ...named, kind: 'image' };
}

const isOfProject = (id: string): KublerError =>
  new KublerError('USAGE_INVALID', `cannot import ${id}: this project builds an image of that name`, {
    hint: 'choose another name',
  });
