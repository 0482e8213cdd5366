import type { Healthcheck, RuntimeConfig } from '../../oci/types.ts';
import { compareBytes } from '../../model/tree-entry.ts';
import { expandWord, type Expansion } from './expand-word.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { ImageStep } from './image-plan.ts';
import { fault, type Instruction } from './instruction.ts';

/** PATH of an image `FROM scratch`, as BuildKit gives it, so that `ENV PATH=/opt/bin:$PATH` does what it says. */
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** An image configuration while instructions change it; lives as long as one call of `draftImage`. */
export interface Draft {
  readonly env: Map<string, string>;
  /** What `$NAME` stands for: ENV and ARG, the later one winning. */
  readonly scope: Map<string, string>;
  /** Names of the ARGs after FROM, in their order. */
  readonly ownArgs: Set<string>;
  readonly labels: Map<string, string>;
  readonly ports: Set<string>;
  readonly volumes: Set<string>;
  readonly onBuild: string[];
  user: string;
  workingDir: string;
  entrypoint: readonly string[] | undefined;
  cmd: readonly string[] | undefined;
  /** This file has had a CMD, which an ENTRYPOINT after it leaves alone. */
  cmdIsOwn: boolean;
  stopSignal: string | undefined;
  healthcheck: Healthcheck | undefined;
  shell: readonly string[] | undefined;
  author: string | undefined;
  /** Values of the platform and of the ARGs before FROM, which an ARG without a default takes on. */
  readonly globalArgs: Map<string, string>;
  readonly warn: (instruction: Instruction, text: string) => void;
  /** The image that `COPY --from` names; throws IMAGE_INVALID when there is none. */
  readonly findImage: (instruction: Instruction, name: string) => ImageId;
}

type Body<Step> = Step extends ImageStep
  ? Omit<Step, 'at' | 'createdBy'> & { readonly createdBy?: string }
  : never;

/** What an instruction does beside changing the draft; its text is its history, unless it has another. */
export type StepBody = Body<ImageStep>;

/** Applies one instruction to the draft; throws IMAGE_INVALID when it cannot be honoured. */
export type Handler = (draft: Draft, instruction: Instruction) => StepBody;

export const configStep: StepBody = { kind: 'config' };

/** A change of the configuration that the history tells in other words. */
export const recorded = (createdBy: string): StepBody => ({ kind: 'config', createdBy });

const defaultShell = ['/bin/sh', '-c'];

/** Shell form: the words that hand a text to SHELL. */
export const commandOf = ({ shell }: Draft, text: string): readonly string[] => [
  ...(shell ?? defaultShell),
  text,
];

/** A draft that starts where the parent's configuration ended; ONBUILD is not inherited. */
export function startDraft(
  parent: RuntimeConfig | undefined,
  author: string | undefined,
  globalArgs: Map<string, string>,
  callbacks: Pick<Draft, 'warn' | 'findImage'>,
): Draft {
  const env = (parent?.Env ?? [`PATH=${defaultPath}`]).map((pair): [string, string] => {
    const equals = pair.indexOf('=');
    return [pair.slice(0, equals), pair.slice(equals + 1)];
  });
  return {
    env: new Map(env),
    scope: new Map(env),
    ownArgs: new Set(),
    labels: new Map(Object.entries(parent?.Labels ?? {})),
    ports: new Set(Object.keys(parent?.ExposedPorts ?? {})),
    volumes: new Set(Object.keys(parent?.Volumes ?? {})),
    onBuild: [],
    user: parent?.User ?? '',
    workingDir: parent?.WorkingDir ?? '',
    entrypoint: parent?.Entrypoint,
    cmd: parent?.Cmd,
    cmdIsOwn: false,
    stopSignal: parent?.StopSignal,
    healthcheck: parent?.Healthcheck,
    shell: parent?.Shell,
    author,
    globalArgs,
    ...callbacks,
  };
}

/** The finished configuration: no empty members, keys in a fixed order, sets in byte order. */
export function toRuntimeConfig(draft: Draft): RuntimeConfig {
  const { user, ports, env, entrypoint, cmd, volumes, workingDir, labels } = draft;
  const { stopSignal, healthcheck, shell, onBuild } = draft;
  return {
    ...(user !== '' && { User: user }),
    ...(ports.size > 0 && { ExposedPorts: toSet(ports) }),
    ...(env.size > 0 && { Env: [...env].map(([name, value]) => `${name}=${value}`) }),
    ...(entrypoint?.length && { Entrypoint: entrypoint }),
    ...(cmd?.length && { Cmd: cmd }),
    ...(volumes.size > 0 && { Volumes: toSet(volumes) }),
    ...(workingDir !== '' && { WorkingDir: workingDir }),
    ...(labels.size > 0 && { Labels: Object.fromEntries(sorted(labels)) }),
    ...(stopSignal !== undefined && { StopSignal: stopSignal }),
    ...(healthcheck && { Healthcheck: healthcheck }),
    ...(shell && { Shell: shell }),
    ...(onBuild.length > 0 && { OnBuild: onBuild }),
  };
}

const sorted = (entries: Iterable<readonly [string, string]>): (readonly [string, string])[] =>
  [...entries].sort(([a], [b]) => compareBytes(a, b));

const toSet = (names: Iterable<string>): Record<string, Record<string, never>> =>
  Object.fromEntries([...names].sort(compareBytes).map((name) => [name, {}]));

/** The longest string that Linux hands to a program (MAX_ARG_STRLEN, execve(2)); values that double stop here. */
const maxValueBytes = 128 * 1024;

/** Expands one word of an instruction against ENV and ARG; warns of a name that neither knows. */
export const expand = (draft: Draft, instruction: Instruction, word: string): string =>
  expandWord(word, { escape: instruction.escape, ...lookupIn(draft, instruction) });

/** How the variables of one word or here-document are found. */
export function lookupIn(draft: Draft, instruction: Instruction): Pick<Expansion, 'fail' | 'lookup'> {
  let total = 0;
  return {
    fail: (reason) => fault(instruction, reason),
    lookup: (name, optional) => {
      const value = draft.scope.get(name);
      if (value === undefined && !optional) draft.warn(instruction, `$${name} is not set, so it is empty`);
      total += value?.length ?? 0;
      if (total > maxValueBytes) throw fault(instruction, `a value is longer than ${maxValueBytes} bytes`);
      return value;
    },
  };
}

/** Expands the whole of an instruction's arguments as one word that must not end up empty. */
export function expandRest(draft: Draft, instruction: Instruction): string {
  const value = expand(draft, instruction, instruction.rest);
  if (value.trim() === '') throw fault(instruction, 'its argument is empty');
  return value;
}
