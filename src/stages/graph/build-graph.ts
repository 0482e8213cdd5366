import { KublerError, throwFaults, type SourcePosition } from '../../errors.ts';
import { brokenFaults } from '../../model/broken-faults.ts';
import { splitImageId, type ImageId } from '../../model/image-id.ts';
import { positionOf } from '../../model/position-of.ts';
import type { BuilderDefinition, ImageDefinition, Project } from '../../model/project.ts';
import type { Graph, GraphBuilder, GraphImage } from './graph.ts';
import { orderNames } from './order-names.ts';
import { missingNamespace, namespaceOf, resolveBuilder, unknownBuilder } from './resolve-builder.ts';
import { resolveTargets } from './resolve-targets.ts';
import { suggestImage } from './suggest-image.ts';

/** Image → the images that its Dockerfile copies from, all of the project. */
export type CopySources = ReadonlyMap<ImageId, readonly ImageId[]>;

export interface GraphOptions {
  /** Namespace of targets that name none. */
  readonly defaultNamespace?: string;
  /** Images that were imported: parents that no folder describes. */
  readonly imported?: ReadonlySet<ImageId>;
  /** Images that the Dockerfiles of others copy from. */
  readonly copies?: CopySources;
}

type Report = (fault: KublerError) => void;

/** `at`: where the first of the cycle names the next. */
const cycleFault = (
  what: string,
  cycle: readonly string[],
  at: { readonly at?: SourcePosition },
): KublerError =>
  new KublerError(
    'GRAPH_CYCLE',
    `cannot order ${what}: ${[...cycle, ...cycle.slice(0, 1)].join(' → ')} is a cycle`,
    at,
  );

function unknownParent(project: Project, definition: ImageDefinition): KublerError {
  const { id, parent } = definition;
  const meant = suggestImage(
    [...project.images.keys()].filter((each) => each !== id),
    parent,
  );
  const way = 'IMAGE_PARENT is NAMESPACE/NAME of an image of this project or an imported one, or scratch';
  return new KublerError(
    'GRAPH_UNKNOWN_PARENT',
    `cannot build image "${id}": its parent "${parent}" does not exist`,
    {
      ...positionOf(definition, 'IMAGE_PARENT'),
      hint:
        renamed(project, definition) ??
        (meant === undefined ? (missingNamespace(project, parent) ?? way) : `did you mean "${meant}"?`),
    },
  );
}

/** A clone's folder is called like its repository, and its images are in a namespace of another name. */
function renamed(project: Project, { id, parent }: ImageDefinition): string | undefined {
  if (parent === 'scratch') return undefined;
  const [own, other] = [splitImageId(id), splitImageId(parent)];
  const meant = `${own.namespace}/${other.name}` as const;
  if (!isThere(project, meant) || project.namespaces.has(other.namespace)) return undefined;
  return `did you mean "${meant}"? If this namespace is called "${other.namespace}", rename its folder`;
}

/** The requested images, their ancestors and what these copy from, in an order in which they can be built. */
function orderImages(
  project: Project,
  requested: Iterable<ImageId>,
  { copies = new Map(), imported = new Set() }: GraphOptions,
  report: Report,
): readonly ImageDefinition[] {
  const { order, cycles } = orderNames(requested, (id) => {
    const definition = project.images.get(id);
    const sources = copies.get(id) ?? [];
    project.broken.images.get(id)?.forEach(report);
    if (definition === undefined || definition.parent === 'scratch') return sources;
    if (isThere(project, definition.parent)) return [definition.parent, ...sources];
    if (!imported.has(definition.parent)) report(unknownParent(project, definition));
    return sources;
  });
  for (const cycle of cycles) {
    const first = cycle[0] && project.images.get(cycle[0]);
    report(cycleFault('images', cycle, first ? positionOf(first, 'IMAGE_PARENT') : {}));
  }
  return order.flatMap((id) => project.images.get(id) ?? []);
}

const isThere = ({ images, broken }: Project, id: ImageId): boolean =>
  images.has(id) || broken.images.has(id);

/** A parent that was imported and that no image of the project hides. */
const isOutside = (project: Project, id: ImageId, imported: ReadonlySet<ImageId>): boolean =>
  imported.has(id) && !isThere(project, id);

/** Image → full name of its builder: its own, else its parent's, else the default one. */
function chooseBuilders(
  project: Project,
  images: readonly ImageDefinition[],
  imported: ReadonlySet<ImageId>,
  report: Report,
): ReadonlyMap<ImageId, string> {
  const chosen = new Map<ImageId, string>();
  for (const image of images) {
    const standsAlone = image.parent === 'scratch' || isOutside(project, image.parent, imported);
    const inherited = image.parent === 'scratch' ? undefined : chosen.get(image.parent);
    if (image.builder === undefined && inherited !== undefined) {
      chosen.set(image.id, inherited);
      continue;
    }
    // A parent without one has been reported, and its child says nothing new.
    if (image.builder === undefined && !standsAlone) continue;
    const name = image.builder ?? image.settings.defaultBuilder;
    const role = image.builder === undefined ? 'default builder' : 'builder';
    const builder = resolveBuilder(project, name, splitImageId(image.id).namespace);
    if (builder !== undefined) chosen.set(image.id, builder);
    else
      report(unknownBuilder(project, name, `image "${image.id}": its ${role}`, positionOf(image, 'BUILDER')));
  }
  return chosen;
}

const otherPackageManager = (builder: BuilderDefinition, inherited: string): KublerError =>
  new KublerError(
    'CONFIG_INVALID',
    `cannot use PACKAGE_MANAGER='${builder.packageManager ?? ''}' in builder "${builder.name}": the builder it extends has ${inherited}`,
    positionOf(builder, 'PACKAGE_MANAGER'),
  );

/** Images that are to stand on what another package manager made: it would not know what is there. */
function mixedChains(
  images: readonly ImageDefinition[],
  builders: readonly GraphBuilder[],
  chosen: ReadonlyMap<ImageId, string>,
): readonly KublerError[] {
  const managers = new Map(builders.map((each) => [each.definition.name, each.packageManager]));
  const managerOf = (id: ImageId): string | undefined => managers.get(chosen.get(id) ?? '');
  return images.flatMap((image) => {
    const { id, parent } = image;
    const [own, below] = [managerOf(id), parent === 'scratch' ? undefined : managerOf(parent)];
    if (own === undefined || below === undefined || own === below) return [];
    const message = `cannot build image "${id}": its builder has ${own}, and that of its parent "${parent}" has ${below}`;
    const hint = 'a chain of images has one package manager; files of other images come by COPY --from';
    return [new KublerError('CONFIG_INVALID', message, { ...positionOf(image, 'BUILDER'), hint })];
  });
}

/** These builders and those they extend, extended ones first. */
function orderBuilders(project: Project, needed: Iterable<string>, report: Report): readonly GraphBuilder[] {
  const extended = new Map<string, string>();
  const { order, cycles } = orderNames(needed, (name) => {
    const definition = project.builders.get(name);
    project.broken.builders.get(name)?.forEach(report);
    if (definition?.extends === undefined) return [];
    const namespace = namespaceOf(name);
    // `web/debian` that extends `debian` means the one of the project, not itself.
    const isNamesake = name === `${namespace ?? ''}/${definition.extends}`;
    const parent = resolveBuilder(project, definition.extends, isNamesake ? undefined : namespace);
    if (parent !== undefined) extended.set(name, parent);
    else
      report(
        unknownBuilder(
          project,
          definition.extends,
          `builder "${name}": its builder`,
          positionOf(definition, 'BUILDER'),
        ),
      );
    return parent === undefined ? [] : [parent];
  });
  for (const cycle of cycles) {
    const first = project.builders.get(cycle[0] ?? '');
    report(cycleFault('builders', cycle, first ? positionOf(first, 'BUILDER') : {}));
  }
  const builders = new Map<string, GraphBuilder>();
  for (const name of order) {
    const definition = project.builders.get(name);
    if (!definition) continue;
    const parent = extended.get(name);
    const inherited = parent === undefined ? undefined : builders.get(parent)?.packageManager;
    const packageManager = inherited ?? definition.packageManager ?? 'apt';
    if (definition.packageManager && definition.packageManager !== packageManager)
      report(otherPackageManager(definition, packageManager));
    builders.set(name, { definition: { ...definition, extends: parent }, packageManager });
  }
  return [...builders.values()];
}

function toGraphImages(
  images: readonly ImageDefinition[],
  imported: (parent: ImageId) => boolean,
  builders: ReadonlyMap<ImageId, string>,
  requested: ReadonlySet<ImageId>,
  copies: CopySources,
): readonly GraphImage[] {
  const children = new Map<ImageId, ImageId[]>();
  for (const { id, parent } of images) {
    if (parent === 'scratch') continue;
    const siblings = children.get(parent);
    if (siblings) siblings.push(id);
    else children.set(parent, [id]);
  }
  return images.map((definition) => ({
    definition,
    ...parentOf(definition, imported),
    builder: builders.get(definition.id) ?? '',
    copies: copies.get(definition.id) ?? [],
    children: (children.get(definition.id) ?? []).sort(),
    requested: requested.has(definition.id),
  }));
}

function parentOf(
  { parent }: ImageDefinition,
  imported: (parent: ImageId) => boolean,
): Pick<GraphImage, 'parent' | 'imported'> {
  if (parent === 'scratch') return {};
  return imported(parent) ? { imported: parent } : { parent };
}

/** Names of builders of which nothing is missing, down to a base. */
function soundBuilders(builders: readonly GraphBuilder[]): ReadonlySet<string> {
  const sound = new Set<string>();
  for (const { definition } of builders) {
    if (definition.base !== undefined || sound.has(definition.extends ?? '')) sound.add(definition.name);
  }
  return sound;
}

/** Images of which nothing is missing: neither a parent, nor what they copy from, nor a builder. */
function soundImages(
  images: readonly ImageDefinition[],
  isSound: (image: ImageDefinition, sound: ReadonlySet<ImageId>) => boolean,
): ReadonlySet<ImageId> {
  const sound = new Set<ImageId>();
  for (const image of images) if (isSound(image, sound)) sound.add(image.id);
  return sound;
}

/** A graph, and what is wrong with the rest. */
export interface GraphSurvey {
  readonly graph: Graph;
  /** Unknown targets, parents and builders, cycles, and the faults of broken definitions that were reached. */
  readonly faults: readonly KublerError[];
}

/**
 * What the targets need, in an order in which it can be built: images parents first, builders extended ones first;
 * the same for the same project, however the targets are ordered. Pure. Throws, all faults together, those of broken
 * definitions that the targets need, `GRAPH_UNKNOWN_TARGET`, `GRAPH_UNKNOWN_PARENT`, `GRAPH_UNKNOWN_BUILDER` and
 * `GRAPH_CYCLE`.
 */
export function buildGraph(project: Project, targets: readonly string[], options: GraphOptions = {}): Graph {
  const { graph, faults } = surveyGraph(project, targets, options);
  throwFaults(faults);
  return graph;
}

/** The same without what is at fault, and all that stands on that. Throws nothing. */
export function surveyGraph(
  project: Project,
  targets: readonly string[],
  options: GraphOptions = {},
): GraphSurvey {
  const faults: KublerError[] = [];
  const report: Report = (fault) => void faults.push(fault);
  const requested = resolveTargets(project, targets, options.defaultNamespace);
  requested.faults.forEach(report);
  const { imported = new Set() } = options;
  const copies: CopySources = options.copies ?? new Map();
  const images = orderImages(project, requested.ids, options, report);
  const chosen = chooseBuilders(project, images, imported, report);
  const builders = orderBuilders(project, chosen.values(), report);
  mixedChains(images, builders, chosen).forEach(report);
  // No target means all there is, also builders that no image needs.
  if (targets.length === 0)
    brokenFaults({ ...project, broken: { ...project.broken, images: new Map() } }).forEach(report);
  const isImported = (id: ImageId): boolean => isOutside(project, id, imported);
  const usable = soundBuilders(builders);
  const sound = soundImages(images, ({ id, parent }, below) => {
    const stands = parent === 'scratch' || isImported(parent) || below.has(parent);
    return (
      stands && usable.has(chosen.get(id) ?? '') && (copies.get(id) ?? []).every((each) => below.has(each))
    );
  });
  const left = images.filter(({ id }) => sound.has(id));
  const graph = {
    images: toGraphImages(left, isImported, chosen, requested.ids, copies),
    builders: builders.filter(({ definition }) => usable.has(definition.name)),
  };
  return { graph, faults: [...new Set(faults)] };
}
