import type { Lack } from '../../../../model/finding.ts';
import type { ApkPackage } from './parse-index.ts';

/** Which package the index says has a library or a command. */
export function whoHas({ kind, name }: Lack, offers: readonly ApkPackage[]): string | undefined {
  const file = name.slice(name.lastIndexOf('/') + 1);
  const wanted = kind === 'library' ? [`so:${file}`] : [`cmd:${file}`, name];
  const found = offers.find(({ provides }) => wanted.some((each) => provides.includes(each)));
  return found && `add package "${found.name}", which has it`;
}
