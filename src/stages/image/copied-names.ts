import { flagValue, type Instruction } from './instruction.ts';
import { parseDockerfile } from './parse-dockerfile.ts';
import { renderTemplate } from './render-template.ts';

/** The images that a template names by `COPY --from`: what it copies itself, and what its children are to. */
export interface CopiedNames {
  readonly own: readonly string[];
  readonly ofTriggers: readonly string[];
}

/** Finds them in a template whose faults do not matter yet. */
export function findCopiedNames(
  template: { readonly file: string; readonly text: string },
  variables: ReadonlyMap<string, string>,
): CopiedNames {
  const text = renderTemplate(template, variables, () => undefined);
  const { instructions } = parseDockerfile(template.file, text);
  const triggers = instructions
    .filter(({ keyword }) => keyword === 'ONBUILD')
    .flatMap(({ rest, escape }) => parseDockerfile(template.file, rest, escape).instructions);
  return { own: instructions.flatMap(fromOf), ofTriggers: triggers.flatMap(fromOf) };
}

function fromOf(instruction: Instruction): readonly string[] {
  const name = instruction.keyword === 'COPY' ? flagValue(instruction, 'from') : undefined;
  return name === undefined ? [] : [name];
}
