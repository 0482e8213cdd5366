import type { Graph } from './graph.ts';

/**
 * The graph in Graphviz's language: an edge from each parent to its child, labelled with the builder where an
 * image names one, or stands on none that has one. Dashed ones say what is copied from where.
 */
export function renderDot(graph: Graph): string {
  const edges = graph.images.map(({ definition, parent, builder }) => {
    const inherits = parent !== undefined && definition.builder === undefined;
    const label = inherits ? '' : ` [label="${builder}"]`;
    return `  "${definition.parent}" -> "${definition.id}"${label};\n`;
  });
  const copied = graph.images.flatMap(({ definition, copies }) =>
    copies.map((source) => `  "${source}" -> "${definition.id}" [style=dashed label="COPY"];\n`),
  );
  return `strict digraph images {\n  rankdir=LR;\n${[...edges, ...copied].join('')}}\n`;
}
