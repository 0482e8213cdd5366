import type { Project } from '../../model/project.ts';
import { findCopySources } from './copy-dependencies.ts';
import { buildGraph, renderDot, renderTree, type GraphOptions } from '../../stages/graph/index.ts';

/** The graph of some targets: as text for people or for Graphviz, or as data for programs. */
export async function drawGraph(
  project: Project,
  targets: readonly string[],
  options: GraphOptions,
  format: 'tree' | 'dot' | 'json',
): Promise<string | readonly unknown[]> {
  const graph = buildGraph(project, targets, { ...options, copies: await findCopySources(project) });
  if (format === 'tree') return renderTree(graph);
  if (format === 'dot') return renderDot(graph);
  return graph.images.map(({ definition, builder, copies, children }) => ({
    image: definition.id,
    parent: definition.parent,
    builder,
    copies,
    children,
  }));
}
