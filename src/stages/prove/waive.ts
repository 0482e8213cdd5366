import type { Finding, Waiver } from '../../model/finding.ts';
import { matchesAny } from '../../model/glob.ts';

/**
 * Marks the findings that entries of PROVE_ALLOW name with the reason of the first that does. An entry that names none
 * is a warning of its own, at the end.
 */
export function waive(findings: readonly Finding[], waivers: readonly Waiver[]): readonly Finding[] {
  const unused = new Set(waivers);
  const tests = waivers.map((waiver) => ({ waiver, matches: matchesAny([waiver.glob]) }));
  const marked = findings.map((finding) => {
    const path = finding.subject.replace(/^\//, '');
    const meant = tests.filter(({ waiver, matches }) => waiver.code === finding.code && matches(path));
    for (const { waiver } of meant) unused.delete(waiver);
    const [first] = meant;
    return first ? { ...finding, waived: first.waiver.reason } : finding;
  });
  return [...marked, ...[...unused].map(waivesNothing)];
}

const waivesNothing = ({ code, glob }: Waiver): Finding => ({
  code: 'prove-allow',
  severity: 'warning',
  subject: 'PROVE_ALLOW',
  message: `waives nothing by "${code} ${glob}"`,
  repair: 'remove the entry',
});
