import { basename } from 'node:path';
import { assert, KublerError } from '../../errors.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { ImageConfig } from '../../oci/types.ts';
import { expand, startDraft, toRuntimeConfig, type Draft } from './draft.ts';
import { handlers, parseTrigger } from './handlers.ts';
import type { ImagePlan, ImageStep } from './image-plan.ts';
import { checkFlags, fault, type Instruction } from './instruction.ts';
import { parseDockerfile } from './parse-dockerfile.ts';
import { splitAtSpaces } from './words.ts';
import { applyGlobalArg, globalScope, platformArgs } from './variables.ts';

export interface PlanOptions {
  /** Name of the template, for error messages. */
  readonly file: string;
  /** The rendered template. */
  readonly text: string;
  /** Undefined for an image on `scratch`. */
  readonly parent?: { readonly id: ImageId; readonly config: Pick<ImageConfig, 'config' | 'author'> };
  /** Of this machine, as Go names it: `amd64`. */
  readonly architecture: string;
  /** The image that `COPY --from` names, or what to say when there is none. */
  readonly findImage?: (name: string) => ImageId | { readonly hint: string };
  /** `required`: the build makes files, so that a template without `ADD rootfs.tar /` would lose them. */
  readonly rootfs: 'required' | 'optional';
}

/** A plan of whatever has no faults, and the faults. */
export interface DraftedImage {
  readonly plan: ImagePlan;
  readonly faults: readonly KublerError[];
}

/**
 * Turns a rendered Dockerfile.template into the steps and the configuration of an image, with Docker's rules. Reads no
 * file. Gives all faults together, IMAGE_INVALID with the line of each.
 */
export function draftImage(options: PlanOptions): DraftedImage {
  const { instructions, faults: misread } = parseDockerfile(options.file, options.text);
  const warnings: string[] = [];
  const faults = [...misread];
  const parent = options.parent?.config;
  const draft = startDraft(parent?.config, parent?.author, platformArgs(options.architecture), {
    warn: ({ at }, text) => void warnings.push(`${basename(at.file)}:${at.line}: ${text}`),
    findImage: (instruction, name) => findImage(instruction, name, options),
  });
  const attempt = <Result>(action: () => Result): Result | undefined => {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof KublerError)) throw error;
      faults.push(error);
      return undefined;
    }
  };

  const { before, from, after } = splitAtFrom(instructions);
  // What is missing may be among what was not understood.
  const isWhole = misread.length === 0;
  for (const instruction of before) attempt(() => applyBeforeFrom(draft, instruction));
  if (from || isWhole) attempt(() => checkFrom(draft, from, options));
  const triggers = from ? inheritedTriggers(from, parent?.config.OnBuild ?? [], attempt) : [];
  const steps = [...triggers, ...after].flatMap((each) => attempt(() => toStep(draft, each)) ?? []);
  // An ADD that was refused has its own fault.
  const refused = after.some(
    ({ keyword, at }) => keyword === 'ADD' && faults.some((each) => each.at?.line === at.line),
  );
  if (isWhole && !refused) attempt(() => checkRootfs(steps, options));
  return { plan: { steps, config: toRuntimeConfig(draft), author: draft.author, warnings }, faults };
}

function splitAtFrom(instructions: readonly Instruction[]): {
  readonly before: readonly Instruction[];
  readonly from: Instruction | undefined;
  readonly after: readonly Instruction[];
} {
  const index = instructions.findIndex(({ keyword }) => keyword === 'FROM');
  return {
    before: instructions.slice(0, Math.max(index, 0)),
    from: instructions[index],
    after: instructions.slice(index + 1),
  };
}

function applyBeforeFrom(draft: Draft, instruction: Instruction): void {
  if (instruction.keyword !== 'ARG') throw fault(instruction, 'it stands before FROM');
  applyGlobalArg(draft, instruction);
}

/** FROM names `scratch` or the parent of build.conf: the packages were installed on top of that one. */
function checkFrom(draft: Draft, from: Instruction | undefined, { file, parent }: PlanOptions): void {
  if (!from) {
    const at = { file, line: 1, column: 1 };
    throw new KublerError('IMAGE_INVALID', `cannot plan "${file}": it has no FROM`, {
      at,
      hint: 'FROM ${IMAGE_PARENT}',
    });
  }
  checkFlags(from);
  const [base = '', as, name, ...others] = splitAtSpaces(expand(globalScope(draft), from, from.rest));
  const named = as?.toUpperCase() === 'AS' && name !== undefined;
  if ((as !== undefined && !named) || others.length > 0) throw fault(from, `"${from.rest}" is not one image`);
  const expected = parent?.id ?? 'scratch';
  if (base === expected) return;
  throw fault(
    from,
    `"${base}" is not the image's parent, which is "${expected}"`,
    'FROM ${IMAGE_PARENT}; the parent is set in build.conf',
  );
}

/** The parent's ONBUILD triggers, which run right after FROM. */
function inheritedTriggers(
  from: Instruction,
  triggers: readonly string[],
  attempt: <Result>(action: () => Result) => Result | undefined,
): Instruction[] {
  return triggers.flatMap((text) => attempt(() => parseTrigger(text, { ...from, escape: '\\' })) ?? []);
}

function toStep(draft: Draft, instruction: Instruction): ImageStep {
  const handler = handlers.get(instruction.keyword);
  assert(handler, `no handler for ${instruction.keyword}`);
  return { createdBy: instruction.text, ...handler(draft, instruction), at: instruction.at };
}

function findImage(instruction: Instruction, name: string, options: PlanOptions): ImageId {
  const found = options.findImage?.(name) ?? { hint: '--from=NAMESPACE/IMAGE' };
  if (typeof found === 'string') return found;
  throw fault(instruction, `--from=${name} is no image of this project`, found.hint);
}

function checkRootfs(steps: readonly ImageStep[], { file, rootfs }: PlanOptions): void {
  const [first, second] = steps.filter(({ kind }) => kind === 'rootfs');
  if (second) {
    throw new KublerError('IMAGE_INVALID', 'cannot apply ADD: rootfs.tar is already added', {
      at: second.at,
    });
  }
  if (rootfs === 'optional' || first) return;
  throw new KublerError('IMAGE_INVALID', `cannot plan "${file}": what was built is not added to the image`, {
    at: { file, line: 1, column: 1 },
    hint: 'ADD rootfs.tar /',
  });
}
