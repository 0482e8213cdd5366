import { posix } from 'node:path';
import { compareBytes } from '../../model/tree-entry.ts';
import { checkIds } from './check-ids.ts';
import { configStep, expand, expandRest, recorded, type Handler } from './draft.ts';
import { checkFlags, fault, type Instruction } from './instruction.ts';
import { signalNumber } from './signal.ts';
import { parseJsonForm, splitAtSpaces } from './words.ts';

export const applyExpose: Handler = (draft, instruction) => {
  checkFlags(instruction);
  const ports = splitAtSpaces(expand(draft, instruction, instruction.rest));
  if (ports.length === 0) throw fault(instruction, 'its argument is empty');
  for (const port of ports.flatMap((text) => toPorts(instruction, text))) draft.ports.add(port);
  return recorded(
    `EXPOSE map[${[...draft.ports]
      .sort(compareBytes)
      .map((port) => `${port}:{}`)
      .join(' ')}]`,
  );
};

/** `80`, `80/udp` or `8000-8010/tcp` as the ports an image configuration lists. */
function toPorts(instruction: Instruction, text: string): string[] {
  const [, first = '', last = first, protocol = 'tcp'] =
    /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i.exec(text) ?? [];
  if (first === '') {
    const hint = text.includes(':')
      ? 'a port of the host is chosen when the image is run'
      : 'such as 80, 53/udp or 8000-8010';
    throw fault(instruction, `"${text}" is not a port`, hint);
  }
  const [from, to] = [Number(first), Number(last)];
  if (from < 1 || to > 65535 || to < from) throw fault(instruction, `"${text}" is no range from 1 to 65535`);
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}/${protocol.toLowerCase()}`);
}

export const applyVolume: Handler = (draft, instruction) => {
  checkFlags(instruction);
  const words = parseJsonForm(instruction) ?? splitAtSpaces(instruction.rest);
  if (words.length === 0) throw fault(instruction, 'it has no arguments');
  const paths = words.map((word) => expand(draft, instruction, word).trim());
  if (paths.includes('')) throw fault(instruction, 'a path is empty');
  for (const path of paths) draft.volumes.add(path);
  return recorded(`VOLUME [${paths.join(' ')}]`);
};

export const applyUser: Handler = (draft, instruction) => {
  checkFlags(instruction);
  draft.user = expandRest(draft, instruction);
  checkIds(instruction, draft.user);
  return recorded(`USER ${draft.user}`);
};

/** A relative WORKDIR goes on from the one before. The directory will belong to the USER of that moment, as in BuildKit. */
export const applyWorkdir: Handler = (draft, instruction) => {
  checkFlags(instruction);
  const path = posix.resolve('/', draft.workingDir, expandRest(draft, instruction));
  draft.workingDir = path;
  const createdBy = `WORKDIR ${path}`;
  return path === '/' ? recorded(createdBy) : { kind: 'directory', path, user: draft.user, createdBy };
};

export const applyStopSignal: Handler = (draft, instruction) => {
  checkFlags(instruction);
  const signal = expandRest(draft, instruction);
  if (signalNumber(signal) === undefined)
    throw fault(instruction, `"${signal}" is not a signal`, 'such as SIGTERM, QUIT or 9');
  draft.stopSignal = signal;
  return recorded(`STOPSIGNAL ${signal}`);
};

export const applyMaintainer: Handler = (draft, instruction) => {
  draft.author = instruction.rest;
  draft.warn(instruction, 'MAINTAINER is deprecated: write LABEL maintainer="…"');
  return configStep;
};
