import { parentPath, type Origin, type Rootfs } from '../../src/model/tree-entry.ts';
import { makeTree } from './make-tree.ts';

/** What is at a path: text or bytes of a file with mode 0644, `dir`, a link, or a file with more to say. */
export type Node =
  | string
  | Uint8Array
  | { readonly folder: true; readonly mode?: number; readonly uid?: number }
  | { readonly link: string; readonly origin?: Origin }
  | {
      readonly content: string | Uint8Array;
      readonly mode?: number;
      readonly uid?: number;
      readonly gid?: number;
      readonly origin?: Origin;
      readonly inode?: number;
    };

/** A folder. */
export const dir = { folder: true } as const;

/** A symbolic link. */
export const link = (target: string): Node => ({ link: target });

/** An executable file. */
export const program = (content: string | Uint8Array, origin?: Origin): Node => ({
  content,
  mode: 0o755,
  ...(origin && { origin }),
});

type Given = Parameters<typeof makeTree>[0][string];

/** `makeTree` for trees of many kinds of content: folders above a path are made. */
export function makeRootfs(nodes: Readonly<Record<string, Node>>): Rootfs {
  const given: Record<string, Given> = {};
  for (const path of Object.keys(nodes)) {
    for (let folder = parentPath(path); folder !== ''; folder = parentPath(folder))
      given[`${folder}/`] ??= {};
  }
  for (const [path, node] of Object.entries(nodes)) {
    if (typeof node === 'object' && 'folder' in node) given[`${path}/`] = toFolder(node);
    else given[path] = toGiven(node);
  }
  return makeTree(given);
}

const toFolder = ({ mode, uid }: Extract<Node, { readonly folder: true }>): Given => ({
  ...(mode !== undefined && { mode }),
  ...(uid !== undefined && { uid }),
});

function toGiven(node: Exclude<Node, { readonly folder: true }>): Given {
  if (typeof node === 'string') return { text: node };
  if (node instanceof Uint8Array) return toGiven({ content: node });
  if ('link' in node) return { target: node.link, ...(node.origin && { origin: node.origin }) };
  const { content, ...more } = node;
  if (typeof content === 'string') return { text: content, ...more };
  return { size: content.length, content: { kind: 'bytes', bytes: content }, ...more };
}
