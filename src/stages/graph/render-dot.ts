import type { Graph } from './graph.ts';

/**
 * The graph in Graphviz's language: an edge from each parent to its child, labelled with the builder where that
 * begins or changes. Dashed ones say what is copied from where.
 */
export function renderDot(graph: Graph): string {
  const builders = new Map(graph.images.map(({ definition, builder }) => [definition.id, builder]));
  const edges = graph.images.map(({ definition, parent, builder }) => {
    const inherits = parent !== undefined && builders.get(parent) === builder;
    const label = inherits ? '' : ` [label="${builder}"]`;
    return `  "${definition.parent}" -> "${definition.id}"${label};\n`;
  });
  const copied = graph.images.flatMap(({ definition, copies }) =>
    copies.map((source) => `  "${source}" -> "${definition.id}" [style=dashed label="COPY"];\n`),
  );
  return `strict digraph images {\n  rankdir=LR;\n${[...edges, ...copied].join('')}}\n`;
}
