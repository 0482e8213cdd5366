import type { PathSet } from '../../model/absent.ts';
import { KublerError } from '../../errors.ts';
import { readEngineReference, type EngineReference } from '../../model/engine-reference.ts';
import { isImageId } from '../../model/image-id.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import type { Project } from '../../model/project.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import type { RuntimeConfig } from '../../oci/types.ts';
import { ownTree } from '../../stages/carve/index.ts';
import { collectFacts } from '../../stages/needs/index.ts';
import { readImageTree } from '../../stages/publish/index.ts';
import { saveStream } from '../../stages/rootfs/index.ts';
import { readSource, type Source, type Wanted } from '../../stages/source/index.ts';
import type { BuiltTree } from '../../store/index.ts';
import type { Workspace } from '../workspace.ts';
import { findReference } from './find-reference.ts';
import { readEngineImage } from './read-engine-image.ts';
import { wantedPlatform } from './wanted-platform.ts';

/** What to open, as a command line names it. */
export interface ImageArgument {
  /** `NAMESPACE/IMAGE[:TAG]`, `docker:IMAGE`, `podman:IMAGE`, a path, or `-` for standard input. */
  readonly text: string;
  /** The same as a path, if something is there. */
  readonly file?: string;
  readonly input: AsyncIterable<Uint8Array>;
  /** `linux/arm64`; default: this machine's, where there are several. */
  readonly platform?: string | undefined;
}

/** An image to look into, one of ours or from elsewhere. */
export interface OpenedImage {
  readonly kind: 'built image' | Source['kind'];
  /** Contents are not kept: what is known of them is in the facts. */
  readonly tree: BuiltTree;
  readonly config: RuntimeConfig;
  /** Of one of ours, unless a newer one of its name has replaced it. */
  readonly record?: ImageRecord;
  /** What a package database in it says; see `ownTree`. */
  readonly packages?: ImageRecord['packages'];
  readonly shipped?: PathSet | undefined;
}

/**
 * Opens an image: what is built or imported by that name, else what lies at that path. Throws as `findReference` and
 * `readSource` do, `USAGE_INVALID` when there is neither.
 */
export async function openImage(
  workspace: Workspace,
  project: Project,
  { text, file, input, platform }: ImageArgument,
): Promise<OpenedImage> {
  const wanted = wantedPlatform(platform);
  const reference = readEngineReference(text);
  if (reference) return withSource(workspace, (dir) => readFromEngine(workspace, reference, wanted, dir));
  if (text === '-') return withSource(workspace, (dir) => readInput(workspace, input, wanted, dir));
  if (await isOurs(workspace, project, text)) return openBuilt(workspace, project, text);
  if (file !== undefined)
    return withSource(workspace, (tempDir) => readSource(file, wanted, { ...workspace, tempDir }));
  // Says what is there of a similar name.
  if (isImageId(nameOf(text))) return openBuilt(workspace, project, text);
  throw new KublerError(
    'USAGE_INVALID',
    `cannot read "${text}": there is no such file, nor is it NAMESPACE/IMAGE`,
  );
}

const nameOf = (text: string): string => text.replace(/:[^:/]*$/, '');

async function isOurs({ records }: Workspace, { images }: Project, text: string): Promise<boolean> {
  const name = nameOf(text);
  return isImageId(name) && (images.has(name) || (await records.list()).includes(name));
}

async function openBuilt(workspace: Workspace, project: Project, text: string): Promise<OpenedImage> {
  const { records, layout } = workspace;
  const { record, manifest, id } = await findReference(workspace, project, text);
  const { config } = await layout.readConfig((await layout.readManifest(manifest.digest)).config.digest);
  const isNewest = manifest.digest === record.manifest.digest;
  const known = isNewest ? await records.readTree(record) : undefined;
  if (known) return { kind: 'built image', tree: known, config, record, shipped: shippedOf(known) };
  await using temp = await workspace.openTempDir();
  const image = { layout, manifestDigest: manifest.digest, reference: id };
  return { kind: 'built image', config, ...(await describeTree(await readImageTree(image, temp.path))) };
}

/** What its packages came with, what is gone included. */
function shippedOf({ rootfs, absent = new Map() }: BuiltTree): PathSet {
  const there = [...rootfs.values()].filter(({ origin }) => origin?.kind === 'package');
  return new Set([...there.map(({ path }) => path), ...absent.keys()]);
}

async function withSource(
  workspace: Workspace,
  read: (tempDir: string) => Promise<Source>,
): Promise<OpenedImage> {
  await using temp = await workspace.openTempDir();
  const { kind, tree, config } = await read(temp.path);
  return { kind, config, ...(await describeTree(tree)) };
}

/** What is known of a tree while its content is there. */
async function describeTree(given: Rootfs) {
  const { rootfs, packages, shipped } = await ownTree(given);
  return { tree: { rootfs, facts: await collectFacts(rootfs) }, packages, shipped };
}

async function readFromEngine(
  workspace: Workspace,
  { engine, name }: EngineReference,
  wanted: Wanted,
  tempDir: string,
): Promise<Source> {
  await using images = await workspace.openImageStore(engine);
  return await readEngineImage(images, name, { ...workspace, tempDir, wanted });
}

async function readInput(
  workspace: Workspace,
  input: AsyncIterable<Uint8Array>,
  wanted: Wanted,
  tempDir: string,
): Promise<Source> {
  const received = `${tempDir}/received`;
  await saveStream(input, received, { signal: workspace.signal });
  return readSource(received, wanted, { ...workspace, tempDir });
}
