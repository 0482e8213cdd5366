import { isImageId, isValidName } from '../../model/image-id.ts';
import type { VariableReader } from './variable-reader.ts';

/** Name of a builder that a variable holds: `debian`, or `namespace/name`; anything else is a fault. */
export function readBuilderName(reader: VariableReader, variable: string): string | undefined {
  const builder = reader.text(variable);
  if (builder === undefined || isValidName(builder) || isImageId(builder)) return builder;
  reader.fault(variable, 'it must be the NAME of a builder, or NAMESPACE/NAME');
  return undefined;
}
