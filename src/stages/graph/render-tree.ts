import type { ImageId } from '../../model/image-id.ts';
import type { Graph, GraphImage } from './graph.ts';

/**
 * The graph as an indented tree, children below their parents, the builder in brackets where it begins or changes:
 * `base/glibc [debian]`, `└── web/apache2`. Ends with a line feed unless it is empty.
 */
export function renderTree(graph: Graph): string {
  const byId = new Map(graph.images.map((image) => [image.definition.id, image]));
  const find = (ids: readonly ImageId[]): readonly GraphImage[] => ids.flatMap((id) => byId.get(id) ?? []);
  const lines: string[] = [];

  function addChildren(parent: GraphImage, indent: string): void {
    const children = find(parent.children);
    children.forEach((child, index) => {
      const isLast = index === children.length - 1;
      const label = child.builder === parent.builder ? '' : ` [${child.builder}]`;
      lines.push(`${indent}${isLast ? '└──' : '├──'} ${child.definition.id}${label}\n`);
      addChildren(child, `${indent}${isLast ? '    ' : '│   '}`);
    });
  }

  const roots = graph.images
    .filter(({ parent }) => parent === undefined)
    .map(({ definition }) => definition.id);
  for (const root of find(roots.sort())) {
    const below = root.imported === undefined ? '' : `, on ${root.imported} (imported)`;
    lines.push(`${root.definition.id} [${root.builder}]${below}\n`);
    addChildren(root, '');
  }
  return lines.join('');
}
