import type { FileFacts, TreeFacts } from '../../model/file-facts.ts';
import { matchesAny } from '../../model/glob.ts';
import { holdsPrivateKey } from '../../model/private-key.ts';
import type { FileEntry, Rootfs } from '../../model/tree-entry.ts';
import { readBytes, readSlice } from '../rootfs/index.ts';
import { perlImports } from './perl-imports.ts';
import { pythonImports } from './python-imports.ts';
import { readElf } from './read-elf.ts';
import { scriptLanguage } from './script-language.ts';
import { windowBytes } from './read-window.ts';

/** The kernel reads no more of a script to find its interpreter (BINPRM_BUF_SIZE). */
const shebangBytes = 256;
const maxTextBytes = 1 << 16;
const magic = { elf: 0x7f454c46, script: '#!' } as const;

const isText = matchesAny([
  'etc/{passwd,group,shadow,gshadow,ld.so.conf,nsswitch.conf}',
  'etc/ld.so.conf.d/*.conf',
  'etc/ld-musl-*.path',
]);

/**
 * Reads what `prove` must know of the files of a tree. Files in a parent's layer are left out: whoever calls has the
 * facts that were kept with the parent. Damaged files have no facts. Rejects only when the spool cannot be read.
 */
export async function collectFacts(rootfs: Rootfs): Promise<TreeFacts> {
  const facts = new Map<string, FileFacts>();
  const byInode = new Map<number, FileFacts | undefined>();
  for (const entry of rootfs.values()) {
    if (entry.type !== 'file' || entry.content.kind === 'parent') continue;
    const { inode } = entry;
    const known = inode !== undefined && byInode.has(inode);
    const found = known ? byInode.get(inode) : await factsOf(entry);
    if (inode !== undefined) byInode.set(inode, found);
    if (found) facts.set(entry.path, found);
  }
  return facts;
}

async function factsOf(entry: FileEntry): Promise<FileFacts | undefined> {
  if (isText(entry.path) && entry.size <= maxTextBytes) {
    return { text: (await readBytes(entry, maxTextBytes)).toString('utf8') };
  }
  if (!mayRun(entry)) return undefined;
  const head = await readSlice(entry, 0, windowBytes);
  if (head.length < 4) return undefined;
  if (head.readUInt32BE(0) === magic.elf) {
    const elf = await readElf(async (offset, length) =>
      offset + length <= head.length || head.length < windowBytes
        ? head.subarray(offset, offset + length)
        : readSlice(entry, offset, length),
    );
    return elf && { elf };
  }
  const isScript = (entry.mode & 0o111) !== 0 && head.toString('latin1', 0, 2) === magic.script;
  const shebang = isScript ? shebangOf(head) : undefined;
  const text = await wholeText(entry, head);
  const language = scriptLanguage(entry.path, shebang);
  const facts: FileFacts = {
    ...(shebang !== undefined && { shebang }),
    ...(language && text.length > 0 && { imports: importsOf[language](text.toString('utf8')) }),
    ...(holdsPrivateKey(text) && { holdsKey: true }),
  };
  return Object.keys(facts).length > 0 ? facts : undefined;
}

const importsOf = { python: pythonImports, perl: perlImports } as const;

/** All of a file that may be text: nothing of a larger one. */
async function wholeText(entry: FileEntry, head: Buffer): Promise<Buffer> {
  if (entry.size <= head.length) return head;
  return entry.size > maxTextBytes || head.includes(0) ? Buffer.alloc(0) : readSlice(entry, 0, maxTextBytes);
}

function shebangOf(head: Buffer): string {
  const [line = ''] = head.toString('utf8', 2, shebangBytes).split('\n', 1);
  // A carriage return counts: the kernel looks for an interpreter whose name ends with it.
  return line.replace(/^[ \t]+|[ \t]+$/g, '');
}

const smallestElf = 52;
const dataFolder = /^(?:usr\/lib\/debug|usr\/share\/(?:doc|locale|man|zoneinfo)|var\/lib\/dpkg)\//;

/** False for files that are surely neither run nor loaded, so that they need not be opened. Libraries have no x bit. */
function mayRun(entry: FileEntry): boolean {
  if (dataFolder.test(entry.path)) return false;
  return entry.size >= ((entry.mode & 0o111) === 0 ? smallestElf : magic.script.length);
}
