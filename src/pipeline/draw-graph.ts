import type { Project } from '../model/project.ts';
import { buildGraph, renderDot, renderTree } from '../stages/graph/index.ts';

/** The graph of some targets: as text for people or for Graphviz, or as data for programs. */
export function drawGraph(
  project: Project,
  targets: readonly string[],
  defaultNamespace: string | undefined,
  format: 'tree' | 'dot' | 'json',
): string | readonly unknown[] {
  const graph = buildGraph(project, targets, defaultNamespace === undefined ? {} : { defaultNamespace });
  if (format === 'tree') return renderTree(graph);
  if (format === 'dot') return renderDot(graph);
  return graph.images.map(({ definition, builder, children }) => ({
    image: definition.id,
    parent: definition.parent,
    builder,
    children,
  }));
}
