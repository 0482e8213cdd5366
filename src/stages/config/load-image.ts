import { isImageId, isValidName, nameRule, type ImageId } from '../../model/image-id.ts';
import { basename, join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { ImageDefinition } from '../../model/project.ts';
import { tagPattern, tagRule } from '../../model/tag.ts';
import { pruneRulePattern } from './config-schema.ts';
import { inheritedVariables, passedOnVariables, type LoadContext } from './load-context.ts';
import { checkFile, readBuildConf } from './read-build-conf.ts';
import { loadTests } from './load-tests.ts';
import { readWaivers } from './read-waivers.ts';
import { readBuilderName } from './read-builder-name.ts';
import { mountVariables, readContainerOptions } from './read-container-options.ts';
import { createVariableReader, type VariableReader } from './variable-reader.ts';

/** Which of the words break a rule become faults; the others are returned. */
function wordsOf(
  reader: VariableReader,
  name: string,
  isGood: (word: string) => boolean,
  rule: string,
): readonly string[] | undefined {
  return reader.list(name)?.filter((word) => {
    if (!isGood(word)) reader.fault(name, `"${word}" is not ${rule}`);
    return isGood(word);
  });
}

function readParent(reader: VariableReader, namespace: string): ImageId | 'scratch' {
  const parent = reader.text('IMAGE_PARENT') ?? 'scratch';
  if (parent === 'scratch' || isImageId(parent)) return parent;
  if (isValidName(parent)) return `${namespace}/${parent}`;
  reader.fault('IMAGE_PARENT', 'it must be "scratch", or NAMESPACE/NAME of an image of this project', {
    hint: `each of the two names is ${nameRule}`,
  });
  return 'scratch';
}

/** As in the original, DEFAULT_BUILDER of an image counts where nothing is inherited: on scratch. */
const readBuilder = (reader: VariableReader, parent: ImageDefinition['parent']): string | undefined =>
  readBuilderName(reader, 'BUILDER') ??
  (parent === 'scratch' ? readBuilderName(reader, 'DEFAULT_BUILDER') : undefined);

function readReach(reader: VariableReader): readonly string[] {
  if (reader.has('REACH') && reader.text('CARVE') !== 'reach')
    reader.fault('REACH', "it goes with CARVE='reach' only", {
      hint: 'KEEP names paths that stay, however it is carved',
    });
  return reader.list('REACH') ?? [];
}

function readTags(reader: VariableReader, fallback: readonly string[]): readonly string[] {
  const name = reader.has('IMAGE_TAGS') ? 'IMAGE_TAGS' : 'IMAGE_TAG';
  const tags = wordsOf(reader, name, (word) => tagPattern.test(word), `a tag: ${tagRule}`);
  return tags === undefined || tags.length === 0 ? fallback : [...new Set(tags)];
}

const readPrune = (reader: VariableReader): readonly string[] =>
  wordsOf(reader, 'PRUNE', (word) => pruneRulePattern.test(word), 'the name of a prune rule, or -NAME') ?? [];

async function requireFiles(dir: string, id: ImageId): Promise<void> {
  for (const name of ['build.sh', '.dockerignore']) await checkFile(dir, name);
  if (await checkFile(dir, 'Dockerfile.template')) return;
  throw new KublerError('CONFIG_INVALID', `cannot load image "${id}": it has no Dockerfile.template`, {
    hint: `create ${join(dir, 'Dockerfile.template')} with the lines "FROM \${IMAGE_PARENT}" and "ADD rootfs.tar /"`,
  });
}

/**
 * Loads the image in the folder `dir`. Without a build.conf it stands on scratch, without a build.sh it has no
 * packages. Faults in values are noted; throws `CONFIG_INVALID` when files cannot be read or are missing.
 */
export async function loadImage(
  dir: string,
  context: LoadContext & { readonly namespace: string },
): Promise<ImageDefinition> {
  const { namespace, settings, diagnostics } = context;
  const id: ImageId = `${namespace}/${basename(dir)}`;
  const assignments = (await readBuildConf(dir, 'image', context)) ?? {
    byName: inheritedVariables(context, 'image'),
  };
  const reader = createVariableReader(assignments, `image "${id}"`, diagnostics);
  const parent = readParent(reader, namespace);
  const definition: ImageDefinition = {
    id,
    dir,
    settings,
    parent,
    builder: readBuilder(reader, parent),
    installMode: reader.choice('INSTALL_MODE', ['configured', 'extracted']) ?? 'configured',
    carve: reader.choice('CARVE', ['packages', 'whole', 'reach']) ?? 'packages',
    reach: readReach(reader),
    keep: reader.list('KEEP') ?? [],
    prune: [...settings.prune, ...readPrune(reader)],
    proveAllow: readWaivers(reader),
    tags: readTags(reader, settings.tags),
    tests: await loadTests(dir, reader, diagnostics),
    container: await readContainerOptions(reader, dir),
    variables: passedOnVariables(context, assignments.byName),
    positions: reader.positions(['IMAGE_PARENT', 'BUILDER', 'PRUNE', ...mountVariables]),
  };
  await requireFiles(dir, id);
  return definition;
}
