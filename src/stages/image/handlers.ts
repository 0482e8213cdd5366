import { applyCmd, applyEntrypoint, applyHealthcheck, applyShell } from './commands.ts';
import { configStep, type Handler } from './draft.ts';
import { applyAdd, applyCopy } from './files.ts';
import { checkFlags, fault, unsupported, type Instruction } from './instruction.ts';
import { parseInstruction } from './parse-dockerfile.ts';
import {
  applyExpose,
  applyMaintainer,
  applyStopSignal,
  applyUser,
  applyVolume,
  applyWorkdir,
} from './runtime.ts';
import { applyArg, applyEnv, applyLabel } from './variables.ts';

const refuseRun: Handler = (_draft, instruction) => {
  throw fault(instruction, `RUN ${unsupported}`, 'do it in a hook of build.sh, such as finish_rootfs_build');
};

const refuseSecondFrom: Handler = (_draft, instruction) => {
  throw fault(instruction, `a second FROM ${unsupported}`, 'compile in a hook of build.sh');
};

/** The trigger is kept as it is, for the children; only what it may never be is refused. */
const applyOnBuild: Handler = (draft, instruction) => {
  checkFlags(instruction);
  const trigger = parseTrigger(instruction.rest, instruction);
  draft.onBuild.push(trigger.text);
  return configStep;
};

/** Parses an ONBUILD trigger; `from` is the instruction that errors point at. */
export function parseTrigger(text: string, from: Instruction): Instruction {
  const trigger = parseInstruction(text, from.escape, from.at);
  if (['ONBUILD', 'FROM', 'MAINTAINER'].includes(trigger.keyword)) {
    throw fault(from, `${trigger.keyword} cannot be an ONBUILD trigger`);
  }
  return trigger;
}

/** What each instruction after the first FROM does. */
export const handlers: ReadonlyMap<string, Handler> = new Map([
  ['ADD', applyAdd],
  ['ARG', applyArg],
  ['CMD', applyCmd],
  ['COPY', applyCopy],
  ['ENTRYPOINT', applyEntrypoint],
  ['ENV', applyEnv],
  ['EXPOSE', applyExpose],
  ['FROM', refuseSecondFrom],
  ['HEALTHCHECK', applyHealthcheck],
  ['LABEL', applyLabel],
  ['MAINTAINER', applyMaintainer],
  ['ONBUILD', applyOnBuild],
  ['RUN', refuseRun],
  ['SHELL', applyShell],
  ['STOPSIGNAL', applyStopSignal],
  ['USER', applyUser],
  ['VOLUME', applyVolume],
  ['WORKDIR', applyWorkdir],
]);
