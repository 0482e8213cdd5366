import type { Graph } from './graph.ts';

/**
 * The graph in Graphviz's language: an edge from each parent to its child, labelled with the builder where that
 * begins or changes.
 */
export function renderDot(graph: Graph): string {
  const builders = new Map(graph.images.map(({ definition, builder }) => [definition.id, builder]));
  const edges = graph.images.map(({ definition, parent, builder }) => {
    const inherits = parent !== undefined && builders.get(parent) === builder;
    const label = inherits ? '' : ` [label="${builder}"]`;
    return `  "${definition.parent}" -> "${definition.id}"${label};\n`;
  });
  return `strict digraph images {\n  rankdir=LR;\n${edges.join('')}}\n`;
}
