import { KublerError } from '../../errors.ts';
import { applyCmd, applyEntrypoint, applyHealthcheck, applyShell } from './commands.ts';
import { configStep, type Handler } from './draft.ts';
import { applyAdd, applyCopy } from './files.ts';
import { checkFlags, fault, type Instruction } from './instruction.ts';
import { parseDockerfile } from './parse-dockerfile.ts';
import { applyRun } from './run.ts';
import {
  applyExpose,
  applyMaintainer,
  applyStopSignal,
  applyUser,
  applyVolume,
  applyWorkdir,
} from './runtime.ts';
import { applyArg, applyEnv, applyLabel } from './variables.ts';

/** Stages are what Kubler has builders for. */
const refuseSecondFrom: Handler = (_draft, instruction) => {
  const hint =
    'compile in a hook of build.sh, or make it an image of its own and use COPY --from=NAMESPACE/IMAGE';
  throw fault(instruction, 'a template makes one image, so there is no second stage', hint);
};

/** The trigger is kept as it is, for the children; only what it may never be is refused. */
const applyOnBuild: Handler = (draft, instruction) => {
  checkFlags(instruction);
  const documents = instruction.documents.map(({ raw, name }) => `\n${raw}${name}`);
  const text = [instruction.rest, ...documents].join('');
  parseTrigger(text, instruction);
  draft.onBuild.push(text);
  return configStep;
};

/** Parses an ONBUILD trigger; `from` is the instruction that errors point at. */
export function parseTrigger(text: string, from: Instruction): Instruction {
  const { instructions, faults } = parseDockerfile(from.at.file, text, from.escape);
  const [misread] = faults;
  if (misread) {
    const { message, hint } = misread;
    throw new KublerError('IMAGE_INVALID', message, { at: from.at, ...(hint !== undefined && { hint }) });
  }
  const [trigger, ...others] = instructions;
  if (!trigger || others.length > 0) throw fault(from, 'a trigger is one instruction');
  if (['ONBUILD', 'FROM', 'MAINTAINER'].includes(trigger.keyword)) {
    throw fault(from, `${trigger.keyword} cannot be an ONBUILD trigger`);
  }
  return { ...trigger, at: from.at };
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
  ['RUN', applyRun],
  ['SHELL', applyShell],
  ['STOPSIGNAL', applyStopSignal],
  ['USER', applyUser],
  ['VOLUME', applyVolume],
  ['WORKDIR', applyWorkdir],
]);
