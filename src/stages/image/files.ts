import { posix } from 'node:path';
import { expand, type Handler } from './draft.ts';
import { checkFlags, fault, unsupported } from './instruction.ts';
import { parseJsonForm, splitAtSpaces } from './words.ts';

/** ADD is for `rootfs.tar /` alone; what else Docker's ADD can do has no place in a reproducible build. */
export const applyAdd: Handler = (draft, instruction) => {
  checkFlags(instruction);
  const words = parseJsonForm(instruction) ?? splitAtSpaces(instruction.rest);
  const [source = '', destination = '', ...others] = words.map((word) => expand(draft, instruction, word));
  if (/^(https?|ftp|git|ssh):\/\/|^git@/.test(source)) {
    throw fault(
      instruction,
      `a URL ${unsupported}`,
      'use download_file in a hook of build.sh: it checks the checksum',
    );
  }
  if (posix.normalize(source) !== 'rootfs.tar' || others.length > 0) {
    const hint = `use COPY for files of the image folder; unpack archives in a hook of build.sh`;
    throw fault(instruction, `anything but "ADD rootfs.tar /" ${unsupported}`, hint);
  }
  if (posix.resolve('/', draft.workingDir, destination) !== '/' || destination === '') {
    throw fault(instruction, 'rootfs.tar goes to /, nowhere else', 'ADD rootfs.tar /');
  }
  return { kind: 'rootfs' };
};

export const applyCopy: Handler = (draft, instruction) => {
  checkFlags(instruction);
  const words = parseJsonForm(instruction) ?? splitAtSpaces(instruction.rest);
  const paths = words.map((word) => expand(draft, instruction, word));
  const destination = paths.pop();
  if (destination === undefined || paths.length === 0)
    throw fault(instruction, 'it needs a source and a destination');
  if (destination === '' || paths.includes('')) throw fault(instruction, 'a path is empty');
  if (paths.length > 1 && !/(^|\/)\.?$/.test(destination)) {
    const hint = `write "${destination}/"`;
    throw fault(instruction, 'with several sources the destination is a directory and ends with "/"', hint);
  }
  const glob = paths.find((path) => /[*?[]/.test(path));
  if (glob !== undefined)
    throw fault(instruction, `the pattern in "${glob}" ${unsupported}`, 'name the files, or a folder');
  return {
    kind: 'copy',
    sources: paths,
    destination,
    workdir: draft.workingDir === '' ? '/' : draft.workingDir,
  };
};
