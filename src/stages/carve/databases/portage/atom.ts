import { compareVersions } from '../../../../model/portage-version.ts';

/** What an ebuild, or a user, asks for: `>=dev-libs/greet-1.0:1/1.0=[static-libs]::gentoo`. */
export interface Atom {
  /** `dev-libs/greet`, or `greet` where somebody left the category to Portage. */
  readonly name: string;
  /** `''`: any version; `=*`: versions that begin so. */
  readonly operator: '' | '<' | '<=' | '=' | '>=' | '>' | '~' | '=*';
  readonly version: string;
  /** Undefined: any. */
  readonly slot: string | undefined;
}

/** An installed package, as far as atoms look at it. */
export interface Candidate {
  readonly name: string;
  readonly version: string;
  /** Without its sub-slot. */
  readonly slot: string;
}

const versioned = /^(<=|>=|=|<|>|~)(.+?)-(\d[\w.]*?(?:-r\d+)?)(\*?)$/;

/** Takes an atom apart (Package Manager Specification, 8.3); sub-slots, USE flags and repositories are left out. */
export function parseAtom(text: string): Atom {
  const bare = text.replace(/\[[^\]]*\]/g, '').replace(/::.*$/, '');
  const [subject = '', slotPart] = bare.split(':');
  const slot = /^[^*=/]+/.exec(slotPart ?? '')?.[0];
  const [, operator, name, version = '', star] = versioned.exec(subject) ?? [];
  if (name === undefined) return { name: subject, operator: '', version: '', slot };
  return { name, operator: star === '*' ? '=*' : (operator as Atom['operator']), version, slot };
}

/** Whether an installed package is what the atom asks for. */
export function satisfies(candidate: Candidate, atom: Atom): boolean {
  const isNamed = atom.name.includes('/')
    ? candidate.name === atom.name
    : candidate.name.endsWith(`/${atom.name}`);
  return (
    isNamed &&
    (atom.slot === undefined || candidate.slot === atom.slot) &&
    hasVersion(candidate.version, atom)
  );
}

function hasVersion(version: string, { operator, version: wanted }: Atom): boolean {
  const order = (): number => compareVersions(version, wanted);
  switch (operator) {
    case '':
      return true;
    case '=*':
      return (
        version === wanted || (version.startsWith(wanted) && /^[^\d]/.test(version.slice(wanted.length)))
      );
    case '~':
      return version.replace(/-r\d+$/, '') === wanted.replace(/-r\d+$/, '');
    case '=':
      return order() === 0;
    case '<':
      return order() < 0;
    case '<=':
      return order() <= 0;
    case '>':
      return order() > 0;
    case '>=':
      return order() >= 0;
  }
}
