import type { SourcePosition } from '../errors.ts';
import type { VariablePositions } from './project.ts';

/** Where a variable of a definition's build.conf stands, as options of an error; empty when it does not. */
export function positionOf(
  definition: { readonly dir: string; readonly positions?: VariablePositions },
  variable: string,
): { readonly at?: SourcePosition } {
  const position = definition.positions?.get(variable);
  return position === undefined ? {} : { at: { file: `${definition.dir}/build.conf`, ...position } };
}
