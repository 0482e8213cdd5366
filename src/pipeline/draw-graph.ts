import type { Project } from '../model/project.ts';
import { buildGraph, renderDot, renderTree } from '../stages/graph/index.ts';

/** The graph of some targets as text: for people, for Graphviz, or as JSON. */
export function drawGraph(
  project: Project,
  targets: readonly string[],
  defaultNamespace: string | undefined,
  format: 'tree' | 'dot' | 'json',
): string {
  const graph = buildGraph(project, targets, defaultNamespace === undefined ? {} : { defaultNamespace });
  if (format === 'tree') return renderTree(graph);
  if (format === 'dot') return renderDot(graph);
  const images = graph.images.map(({ definition, builder, children }) => ({
    image: definition.id,
    parent: definition.parent,
    builder,
    children,
  }));
  return `${JSON.stringify(images, undefined, 2)}\n`;
}
