import { KublerError } from '../errors.ts';

const packagePattern = /^[a-z0-9][a-z0-9.+-]*(:[a-z0-9]+)?(=[A-Za-z0-9.+:~-]+)?$/;

/** The packages in a text, separated by spaces or commas. Throws USAGE_INVALID for a name that Debian would refuse. */
export function parsePackages(text: string): string[] {
  const packages = text.split(/[\s,]+/).filter((name) => name !== '');
  const bad = packages.find((name) => !packagePattern.test(name));
  if (bad === undefined) return packages;
  throw new KublerError('USAGE_INVALID', `cannot use "${bad}" as a package: it is no package name`, {
    hint: 'names are lower-case letters, digits, "+", "-" and "."; NAME=VERSION asks for an exact version',
  });
}

/** `Name <email>`. Throws USAGE_INVALID for what would break the quotes of a Dockerfile or a line of YAML. */
export function formatMaintainer(name: string | undefined, email: string | undefined): string | undefined {
  const parts = [name?.trim() ?? '', email?.trim() ?? ''] as const;
  const text = parts[0] === '' || parts[1] === '' ? parts.join('') : `${parts[0]} <${parts[1]}>`;
  if (/["\\$`\p{Cc}]/u.test(text)) {
    throw new KublerError(
      'USAGE_INVALID',
      `cannot use "${text}" as the maintainer: it has a character out of " \\ $ \``,
    );
  }
  return text === '' ? undefined : text;
}
