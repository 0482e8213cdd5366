import { KublerError } from '../../../../errors.ts';

/**
 * Why emerge refuses to install, in its own words, with what to do: a fault for each package that it does not know or that is masked,
 * one for each other reason; none when its output does not say.
 */
export function explainEmergeFailure(output: string, subject: string): readonly KublerError[] {
  const lines = output.replace(/\x1b\[[\d;]*m/g, '').split('\n');
  const faults = [...unknownAtoms(lines, subject), ...maskedPackages(lines, subject)];
  const [blocks, uses, slots] = [
    blockedPackages(lines, subject),
    useChanges(lines, subject),
    slotConflicts(lines, subject),
  ];
  return [...faults, ...blocks, ...uses, ...slots];
}

const refuse = (
  subject: string,
  what: string,
  hint: string | undefined,
  details: readonly string[],
): KublerError =>
  new KublerError('PACKAGE_UNKNOWN', `cannot install ${what} of ${subject}: emerge refuses it`, {
    ...(hint !== undefined && { hint }),
    details,
  });

const unknownLine =
  /^emerge: there are no (?:ebuilds|binary packages) (?:to satisfy|built with USE flags to satisfy) "([^"]+)"/;

function unknownAtoms(lines: readonly string[], subject: string): KublerError[] {
  return lines.flatMap((line, at) => {
    const [, atom] = unknownLine.exec(line) ?? [];
    const invalid = /^!!! '(.+)' is not a valid package atom/.exec(line)?.[1];
    if (invalid !== undefined) {
      const hint =
        'an atom is category/name, perhaps with a version (">=category/name-1.2") and a slot (":2")';
      return [refuse(subject, `"${invalid}"`, hint, [line])];
    }
    if (atom === undefined) return [];
    const following = lines.slice(at + 1, at + 4);
    const near = following.flatMap(
      (each) => /Maybe you meant (?:any of these: )?(.+?)\?/.exec(each)?.[1] ?? [],
    )[0];
    const names = near
      ?.split(', ')
      .map((name) => `"${name}"`)
      .join(' or ');
    const hint = names === undefined ? unknownHint : `did you mean ${names}?`;
    return [refuse(subject, `package "${atom}"`, hint, [line, ...requiredBy(following)])];
  });
}

const unknownHint =
  'no repository of the builder has it: `kubler update` brings the newest tree, add_overlay another repository';

const requiredBy = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.startsWith('(dependency required by'));

/** Says what helps against each way in which a package can be masked. */
const maskHints: readonly (readonly [RegExp, string])[] = [
  [/license\(s\)/, 'ACCEPT_LICENSE in make.conf of the builder says which licences are accepted'],
  [/keyword/, 'update_keywords CATEGORY/NAME +~ARCH in configure_builder accepts it'],
  [/package\.mask/, 'unmask_package CATEGORY/NAME in configure_builder accepts it'],
  [/EAPI/, 'the Portage of the builder is older than the ebuild: take a newer stage3'],
];

function maskedPackages(lines: readonly string[], subject: string): KublerError[] {
  return lines.flatMap((line, at) => {
    const [, atom] = /^!!! All ebuilds that could satisfy "([^"]+)".* have been masked\./.exec(line) ?? [];
    if (atom === undefined) return [];
    const length = lines.slice(at).findIndex((each) => each.startsWith('For more information'));
    const block = lines.slice(at, length < 0 ? at + 12 : at + length).filter((each) => each.trim() !== '');
    const hint = maskHints.find(([pattern]) =>
      block.some((each) => /\(masked by: /.test(each) && pattern.test(each)),
    );
    return [refuse(subject, `package "${atom}"`, hint?.[1], block)];
  });
}

function blockedPackages(lines: readonly string[], subject: string): KublerError[] {
  const blocks = lines.filter((line) => /^\[blocks B/.test(line));
  if (blocks.length === 0) return [];
  const start = lines.findIndex((line) => line.includes('contains packages which cannot be'));
  const length = lines.slice(start).findIndex((line) => line.startsWith('For more information'));
  const reasons = start < 0 ? [] : lines.slice(start + 2, length < 0 ? start + 14 : start + length);
  const details = [...blocks, ...reasons.filter((line) => line.trim() !== '')];
  return [refuse(subject, 'the packages', 'some of them exclude each other: leave one out', details)];
}

function useChanges(lines: readonly string[], subject: string): KublerError[] {
  const start = lines.findIndex((line) =>
    /^The following (?:REQUIRED_)?(?:USE|keyword|mask|license) (?:changes|flag constraints)/.test(line),
  );
  const unsatisfied = lines.findIndex((line) =>
    /REQUIRED_USE flag constraints unsatisfied|unmet requirements/.test(line),
  );
  const from = start >= 0 ? start : unsatisfied;
  if (from < 0) return [];
  const rest = lines.slice(from);
  const length = rest.findIndex((line, at) => at > 2 && /^ ?\*|^!!!|^For more/.test(line));
  const block = rest.slice(0, length < 0 ? 12 : length).filter((line) => line.trim() !== '');
  return [
    refuse(
      subject,
      'the packages',
      'update_use CATEGORY/NAME +flag -flag in configure_builder or configure_rootfs_build sets USE flags',
      block,
    ),
  ];
}

function slotConflicts(lines: readonly string[], subject: string): KublerError[] {
  const start = lines.findIndex((line) =>
    line.startsWith('!!! Multiple package instances within a single package slot'),
  );
  if (start < 0) return [];
  return [
    refuse(
      subject,
      'the packages',
      'two of them need different versions of a third',
      lines.slice(start, start + 24),
    ),
  ];
}
