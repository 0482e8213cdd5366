import { join } from 'node:path';
import { KublerError } from '../errors.ts';
import { isImageId, isValidName } from '../model/image-id.ts';
import type { PackageManagerName } from '../model/package-manager.ts';
import { checkName } from './check-name.ts';
import { findNamespace } from './find-namespace.ts';
import { readTemplates } from './read-templates.ts';
import { renderText } from './render-text.ts';
import { writeScaffold } from './write-scaffold.ts';

export interface BuilderAnswers {
  /** `debian`, or `namespace/name` for one private to a namespace. */
  readonly name: string;
  /** `debootstrap:SUITE`, `mmdebstrap:SUITE`, `tarball:LOCATION`, `image:REFERENCE`, or the name of a builder to extend. */
  readonly from: string;
  /** Checksum of the tarball; undefined to have it filled in later. */
  readonly sha256: string | undefined;
  /** Undefined: that of the builder to extend, else apt. */
  readonly packageManager: PackageManagerName | undefined;
  readonly workingDir: string;
  readonly shippedDir: string;
  readonly force: boolean;
}

/**
 * Makes `builders/<name>/`, or `builder/<name>/` in a namespace, ready to be used. Gives the paths written. Throws
 * SCAFFOLD_BAD_NAME, USAGE_INVALID for a `from` that is no base and no builder, CONFIG_NOT_FOUND without the namespace,
 * and SCAFFOLD_EXISTS, before anything is written.
 */
export async function createBuilder(answers: BuilderAnswers): Promise<readonly string[]> {
  const { workingDir, shippedDir, force } = answers;
  const [namespace, name = ''] = answers.name.includes('/')
    ? splitAtSlash(answers.name)
    : [undefined, answers.name];
  if (namespace !== undefined) checkName('namespace', namespace);
  checkName('builder', name);
  const values = {
    builder: answers.name,
    package_manager: answers.packageManager ?? 'apt',
    package_manager_off: isExtending(answers) && answers.packageManager === undefined ? '# ' : '',
    origin: originLine(answers),
  };
  const namespaceDir = namespace === undefined ? undefined : await findNamespace(workingDir, namespace);
  const dir =
    namespaceDir === undefined ? join(workingDir, 'builders', name) : join(namespaceDir, 'builder', name);
  const templates = await readTemplates('builder', [
    ...(namespaceDir ? [namespaceDir] : []),
    workingDir,
    shippedDir,
  ]);
  const files = templates.map(({ name: fileName, text, hostFile, executable }) => ({
    path: join(dir, fileName),
    text: renderText(text, values, hostFile),
    executable,
  }));
  return writeScaffold({ subject: `builder "${answers.name}"`, files, dirs: [] }, force);
}

const splitAtSlash = (text: string): [string, string] => {
  const slash = text.indexOf('/');
  return [text.slice(0, slash), text.slice(slash + 1)];
};

/** The lines of build.conf that say where the builder starts. */
function originLine(answers: BuilderAnswers): string {
  const { from, packageManager = 'apt' } = answers;
  if (/^(debootstrap|mmdebstrap):[a-z0-9][a-z0-9.+_-]*$/i.test(from)) {
    if (packageManager !== 'apt') throw otherBase(from, packageManager);
    return `BUILDER_BASE='${from}'`;
  }
  const suite = packageManager === 'apt' ? suiteLines : [];
  if (/^tarball:[^\s'\\$`]+$/.test(from)) return [...tarballLines(answers), ...suite].join('\n');
  if (/^image:[a-z0-9][\w./:@-]*$/i.test(from)) return [`BUILDER_BASE='${from}'`, ...suite].join('\n');
  if (isExtending(answers)) return `BUILDER='${from}'`;
  throw new KublerError(
    'USAGE_INVALID',
    `cannot start a builder from "${from}": it is no base and no other builder`,
    {
      hint: 'debootstrap:bookworm, mmdebstrap:bookworm, tarball:FILE-OR-ADDRESS, image:REFERENCE, or the name of a builder such as debian',
    },
  );
}

const isExtending = ({ name, from }: BuilderAnswers): boolean =>
  (isValidName(from) || isImageId(from)) && from !== name;

const otherBase = (from: string, packageManager: PackageManagerName): KublerError =>
  new KublerError(
    'USAGE_INVALID',
    `cannot start a builder with ${packageManager} from "${from}": it makes bases with apt`,
    {
      hint: 'name a root filesystem that has it: --from tarball:FILE-OR-ADDRESS or --from image:REFERENCE',
    },
  );

function tarballLines({ from, sha256 }: BuilderAnswers): readonly string[] {
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) {
    throw new KublerError(
      'USAGE_INVALID',
      `cannot use "${sha256}" as a SHA-256: it is not 64 hexadecimal digits`,
    );
  }
  return [
    `BUILDER_BASE='${from}'`,
    ...(sha256 === undefined ? ['# Fill in what sha256sum prints for it.'] : []),
    `BUILDER_BASE_SHA256='${sha256?.toLowerCase() ?? ''}'`,
  ];
}

const suiteLines = ['# The Debian release in it.', "BUILDER_SUITE='bookworm'"];
