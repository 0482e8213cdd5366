import type { ImageId } from '../../model/image-id.ts';
import type { Graph, GraphImage } from './graph.ts';

/** The graph without these images and all that needs them. */
export function withoutImages(graph: Graph, dropped: Iterable<ImageId>): Graph {
  const gone = new Set(dropped);
  const needs = ({ parent, copies }: GraphImage): readonly ImageId[] => [
    ...(parent === undefined ? [] : [parent]),
    ...copies,
  ];
  for (const image of graph.images) {
    if (needs(image).some((id) => gone.has(id))) gone.add(image.definition.id);
  }
  if (gone.size === 0) return graph;
  const left = graph.images.filter(({ definition }) => !gone.has(definition.id));
  return {
    ...graph,
    images: left.map((image) => ({ ...image, children: image.children.filter((id) => !gone.has(id)) })),
  };
}
