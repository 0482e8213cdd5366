import type { Project } from '../../model/project.ts';
import { findCopySources } from './copy-dependencies.ts';
import type { KublerError } from '../../errors.ts';
import { surveyGraph, renderDot, renderTree, type GraphOptions } from '../../stages/graph/index.ts';

/** The graph of some targets, as text for people or for Graphviz, or as data for programs; and what is wrong with the rest. */
export async function drawGraph(
  project: Project,
  targets: readonly string[],
  options: GraphOptions,
  format: 'tree' | 'dot' | 'json',
): Promise<{ readonly drawn: string | readonly unknown[]; readonly faults: readonly KublerError[] }> {
  const { graph, faults } = surveyGraph(project, targets, {
    ...options,
    copies: await findCopySources(project),
  });
  if (format === 'tree') return { drawn: renderTree(graph), faults };
  if (format === 'dot') return { drawn: renderDot(graph), faults };
  const drawn = graph.images.map(({ definition, builder, copies, children }) => ({
    image: definition.id,
    parent: definition.parent,
    builder,
    copies,
    children,
  }));
  return { drawn, faults };
}
