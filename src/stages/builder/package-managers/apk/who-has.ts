import type { Lack } from '../../../../model/finding.ts';
import type { ApkPackage } from './parse-index.ts';

/** Alpine's packages of modules are called after them. */
function wantedNames({ kind, name }: Lack, file: string): readonly string[] {
  const lower = name.toLowerCase();
  if (kind === 'python') return [`py3-${lower.replace(/\..*/s, '').replaceAll('_', '-')}`];
  if (kind === 'perl') return [`perl-${lower.replaceAll('::', '-')}`];
  return kind === 'library' ? [`so:${file}`] : [`cmd:${file}`, name];
}

/** Which package the index says has a library or a command. */
export function whoHas({ kind, name }: Lack, offers: readonly ApkPackage[]): string | undefined {
  const file = name.slice(name.lastIndexOf('/') + 1);
  const wanted = wantedNames({ kind, name }, file);
  const found = offers.find((offer) => wanted.some((each) => [offer.name, ...offer.provides].includes(each)));
  return found && `add package "${found.name}", which has it`;
}
