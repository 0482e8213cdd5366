import type { ImageRecord, LayerSummary } from '../../model/image-record.ts';
import { packageRows, purgedLines, type PackageDocument } from '../../model/package-document.ts';
import type { PackageGraph } from '../../model/package-graph.ts';
import { describeProof } from '../../model/proof.ts';
import type { AssembledImage } from '../../stages/image/index.ts';
import type { FilledTarget } from '../../stages/builder/index.ts';
import type { ImageStep } from '../../stages/plan/index.ts';
import type { AssembledLayers } from '../assemble/assemble-layers.ts';
import type { ParentImage } from './parent-image.ts';
import type { CollectedTree } from './collect-tree.ts';

export interface ImageParts {
  readonly step: ImageStep;
  readonly parent: ParentImage | undefined;
  readonly filled: FilledTarget;
  readonly provided: readonly string[];
  readonly collected: CollectedTree;
  readonly assembled: AssembledLayers;
  readonly image: AssembledImage;
}

/** What will be remembered of an image, but for what only the end of its build knows. */
export function describeImage(parts: ImageParts): Omit<ImageRecord, 'findings' | 'epoch' | 'buildMs'> {
  const { step, parent, filled, collected, image } = parts;
  const ownLayers: readonly LayerSummary[] = parts.assembled.layers.filter((layer) => layer !== undefined);
  const sum = (pick: (layer: LayerSummary) => number): number =>
    ownLayers.reduce((total, layer) => total + pick(layer), 0);
  return {
    id: step.definition.id,
    key: step.key,
    inputs: step.inputs,
    tags: step.definition.tags,
    manifest: { digest: image.manifestDescriptor.digest, size: image.manifestDescriptor.size },
    configDigest: image.configDigest,
    ...(parent && { parentDigest: parent.record.configDigest }),
    ownLayers,
    layerCount: image.manifest.layers.length,
    sizeBytes: (parent?.record.sizeBytes ?? 0) + sum(({ uncompressedBytes }) => uncompressedBytes),
    compressedBytes: (parent?.record.compressedBytes ?? 0) + sum(({ sizeBytes }) => sizeBytes),
    targetSnapshot: filled.target,
    builderSnapshot: filled.builder,
    builderKey: step.builder.key,
    baseSnapshot: step.builder.base,
    packages: collected.packages,
    provided: parts.provided,
    logged: filled.state.logged,
    ...(step.builder.packageManager === 'portage' && { document: documentOf(parts) }),
    receipts: collected.receipts,
    dropped: collected.dropped,
    ...(collected.leftOut && { leftOut: collected.leftOut }),
    ...(step.definition.carve !== 'whole' && { packageGraph: graphOf(parts) }),
    proof: describeProof(parts.assembled.tree.rootfs, parts.assembled.tree.facts),
  };
}

/** What the image itself asked for, and what its parents did. */
function graphOf({ step, parent, collected }: ImageParts): PackageGraph {
  const own = [...collected.reasons].flatMap(([name, by]) => (by === undefined ? [name] : []));
  return {
    asked: {
      ...Object.fromEntries(own.map((name) => [name, step.definition.id])),
      ...parent?.record.packageGraph?.asked,
    },
    depends: Object.fromEntries(collected.links),
  };
}

/** What PACKAGES.md has of the image itself, and of its parents as their records have it. */
function documentOf({ parent, filled, collected }: ImageParts): PackageDocument {
  const { description, state } = filled;
  const former = new Set(packageRows(parent?.record.packages ?? []));
  const logged = state.logged.map(({ group, name, note }) => `*${group}*: ${name} | ${note}`);
  const above = parent?.record.document;
  return {
    installed: [...packageRows(collected.packages).filter((row) => !former.has(row)), ...logged],
    inherited: parent
      ? [{ image: parent.record.id, rows: above?.installed ?? [] }, ...(above?.inherited ?? [])]
      : [],
    purged: [
      ...purgedLines({ headers: description.keepHeaders, staticLibs: description.keepStaticLibs }),
      ...state.purged,
    ],
    included: [...description.included.map((label) => `- [x] ${label}`), ...state.included],
  };
}
