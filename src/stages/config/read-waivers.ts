import { checkCodes, type Waiver } from '../../model/finding.ts';
import { didYouMean } from '../../model/suggest.ts';
import type { VariableReader } from './variable-reader.ts';

const form = "an entry reads 'CODE PATH: REASON', such as 'symlink /opt/x/current: made at first start'";

/** PROVE_ALLOW: a list of entries, or a text with one on each line. Bad ones become faults at their place. */
export const readWaivers = (reader: VariableReader): readonly Waiver[] =>
  reader.entries('PROVE_ALLOW').flatMap(({ text, fault }) => {
    const [, name = '', glob = '', reason = ''] = /^(\S+)(?:\s+(.+?))?(?::(?:\s+(.*))?)?$/s.exec(text) ?? [];
    const code = checkCodes.find((each) => each === name.replace(/:$/, ''));
    if (code === undefined) {
      fault(
        `prove has no check "${name}"`,
        didYouMean(name, checkCodes) ?? `the checks are ${checkCodes.join(', ')}`,
      );
    } else if (glob === '') fault('it names no path', form);
    else if (reason === '') fault('it gives no reason', form);
    else return [{ code, glob, reason }];
    return [];
  });
