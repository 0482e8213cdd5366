import { posix } from 'node:path';
import { checkIds } from './check-ids.ts';
import { expandWord } from './expand-word.ts';
import { expand, lookupIn, type Draft, type Handler, type StepBody } from './draft.ts';
import { parseHereMark } from './here-document.ts';
import type { CopyStep, Download } from './image-plan.ts';
import { checkFlags, fault, flagValue, type Instruction } from './instruction.ts';
import { parseJsonForm, splitAtSpaces } from './words.ts';

/** `ADD rootfs.tar /` is the layer of the build; every other ADD brings files, and unpacks archives of the image folder. */
export const applyAdd: Handler = (draft, instruction) => {
  checkFlags(instruction, ['chown', 'chmod', 'link', 'checksum']);
  const { sources, ...step } = readCopy(draft, instruction);
  const isRootfs = sources.some((source) => posix.normalize(source) === 'rootfs.tar');
  if (isRootfs) return rootfsStep(instruction, { ...step, sources });
  const [local, remote] = [sources.filter((each) => !isAddress(each)), sources.filter(isAddress)];
  const downloads = remote.map((url) => readDownload(draft, instruction, url, remote.length));
  const checksum = instruction.flags.some(({ name }) => name === 'checksum');
  if (checksum && downloads.length === 0) throw fault(instruction, '--checksum is for an address');
  return { ...step, sources: local, downloads, unpack: true };
};

export const applyCopy: Handler = (draft, instruction) => {
  checkFlags(instruction, ['chown', 'chmod', 'link', 'from']);
  const step = readCopy(draft, instruction);
  const name = flagValue(instruction, 'from');
  if (name === undefined) return step;
  return { ...step, from: draft.findImage(instruction, name) };
};

type CopyBody = Omit<CopyStep, 'at'>;

function rootfsStep(
  instruction: Instruction,
  { sources, destination, workdir, createdBy }: CopyBody,
): StepBody {
  if (sources.length > 1) throw fault(instruction, 'rootfs.tar is added alone', 'ADD rootfs.tar /');
  if (instruction.flags.length > 0) throw fault(instruction, 'rootfs.tar has owners and modes of its own');
  if (posix.resolve('/', workdir, destination) !== '/')
    throw fault(instruction, 'rootfs.tar goes to /, nowhere else', 'ADD rootfs.tar /');
  return { kind: 'rootfs', createdBy };
}

/** What COPY and ADD have in common. */
function readCopy(draft: Draft, instruction: Instruction): CopyBody {
  const words = parseJsonForm(instruction) ?? splitAtSpaces(instruction.rest);
  const isMark = (word: string): boolean =>
    instruction.documents.length > 0 && parseHereMark(word) !== undefined;
  const paths = words.filter((word) => !isMark(word)).map((word) => expand(draft, instruction, word));
  const destination = isMark(words.at(-1) ?? '') ? undefined : paths.pop();
  const count = paths.length + instruction.documents.length;
  if (destination === undefined || count === 0)
    throw fault(instruction, 'it needs a source and a destination');
  if (destination === '' || paths.includes('')) throw fault(instruction, 'a path is empty');
  if (count > 1 && !/(^|\/)\.?$/.test(destination)) {
    const hint = `write "${destination}/"`;
    throw fault(instruction, 'with several sources the destination is a directory and ends with "/"', hint);
  }
  const flags = instruction.flags
    .filter(({ name }) => name !== 'link')
    .map(({ name, value }) => `--${name}=${value ?? ''}`);
  const names = instruction.documents.map(({ name }) => `<<${name}`);
  return {
    kind: 'copy',
    createdBy: [instruction.keyword, ...flags, ...paths, ...names, destination].join(' '),
    sources: paths,
    documents: instruction.documents.map(({ name, text, expand: isOpen }) => ({
      name,
      text: isOpen ? expandText(draft, instruction, text) : text,
    })),
    downloads: [],
    destination,
    workdir: draft.workingDir === '' ? '/' : draft.workingDir,
    unpack: false,
    from: undefined,
    owner: readOwner(draft, instruction),
    mode: readMode(draft, instruction),
  };
}

/** Variables of a here-document; its quotes are text, and a backslash takes the meaning of the next character. */
const expandText = (draft: Draft, instruction: Instruction, text: string): string =>
  expandWord(text, { escape: '\\', quotesAreText: true, ...lookupIn(draft, instruction) });

function readOwner(draft: Draft, instruction: Instruction): string | undefined {
  const value = flagValue(instruction, 'chown');
  if (value === undefined) return undefined;
  const owner = expand(draft, instruction, value);
  checkIds(instruction, owner);
  if (/^[^:]+(:[^:]+)?$/.test(owner)) return owner;
  throw fault(
    instruction,
    `--chown=${owner} is no user`,
    '--chown=user, --chown=user:group, or their numbers',
  );
}

function readMode(draft: Draft, instruction: Instruction): number | undefined {
  const value = flagValue(instruction, 'chmod');
  if (value === undefined) return undefined;
  const mode = expand(draft, instruction, value);
  if (/^[0-7]{1,4}$/.test(mode)) return parseInt(mode, 8);
  throw fault(instruction, `--chmod=${mode} is not an octal number`, 'such as --chmod=755');
}

const isAddress = (source: string): boolean => /^([a-z]+:\/\/|git@)/.test(source);

function readDownload(draft: Draft, instruction: Instruction, url: string, count: number): Download {
  if (!/^https?:\/\//.test(url) || /\.git(#|$)/.test(url)) {
    throw fault(
      instruction,
      `"${url}" is no file that can be checked`,
      'add an archive of that commit, by http or https',
    );
  }
  const [, sha256] =
    /^sha256:([0-9a-f]{64})$/.exec(expand(draft, instruction, flagValue(instruction, 'checksum') ?? '')) ??
    [];
  if (sha256 === undefined || count > 1) {
    const reason = count > 1 ? 'a checksum is for one address' : 'an address needs its checksum';
    throw fault(instruction, reason, `ADD --checksum=sha256:… ${url} /path`);
  }
  return { url, sha256, name: posix.basename(new URL(url).pathname) };
}
