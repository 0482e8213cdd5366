import { join } from 'node:path';
import { parseImageId } from '../model/image-id.ts';
import { testFileName } from '../model/image-tests.ts';
import { checkName } from './check-name.ts';
import { findNamespace } from './find-namespace.ts';
import { readTemplates } from './read-templates.ts';
import { renderText } from './render-text.ts';
import { schemaPath } from './schema-path.ts';
import { writeScaffold } from './write-scaffold.ts';

export interface ImageAnswers {
  /** `namespace/name`. */
  readonly id: string;
  /** `namespace/name`, or `scratch`. */
  readonly parent: string;
  /** Undefined to leave it to the parent and the settings. */
  readonly builder: string | undefined;
  readonly packages: readonly string[];
  readonly tests: TestKind;
  readonly mode: 'configured' | 'extracted';
  readonly workingDir: string;
  readonly shippedDir: string;
  readonly force: boolean;
}

/** `yaml` a file of tests, `hc` a health check, `bt` a build test, `both` these two scripts. */
export type TestKind = 'yaml' | 'hc' | 'bt' | 'both' | 'none';

/** Which answers bring a file that is not always there. */
const testFiles: Readonly<Record<string, readonly TestKind[]>> = {
  'docker-healthcheck.sh': ['hc', 'both'],
  'build-test.sh': ['bt', 'both'],
  [testFileName]: ['yaml'],
};

/** Commented out: an image without a shell cannot run the script, and would not pass its proof. */
const healthcheck = `
# Uncomment when the image has a shell, as with dash among its packages.
#COPY docker-healthcheck.sh /usr/bin/docker-healthcheck
#HEALTHCHECK --interval=30s --timeout=5s CMD ["/usr/bin/docker-healthcheck"]
`;

/**
 * Makes `images/<name>/` in its namespace, ready to be built. Gives the paths written. Throws SCAFFOLD_BAD_NAME,
 * USAGE_INVALID for a parent or builder that is no name, CONFIG_NOT_FOUND without the namespace, and SCAFFOLD_EXISTS, before anything is written.
 */
export async function createImage(answers: ImageAnswers): Promise<readonly string[]> {
  const { id, parent, builder, tests, workingDir, shippedDir, force } = answers;
  const slash = id.indexOf('/');
  const [namespace, name] = [id.slice(0, Math.max(0, slash)), id.slice(slash + 1)];
  checkName('namespace', namespace);
  checkName('image', name);
  if (parent !== 'scratch') parseImageId(parent);
  if (builder !== undefined && builder.includes('/')) parseImageId(builder);
  else if (builder !== undefined) checkName('builder', builder);
  const namespaceDir = await findNamespace(workingDir, namespace);
  const dir = join(namespaceDir, 'images', name);
  const values = valuesFor(answers, schemaPath(join(dir, testFileName), workingDir, shippedDir));
  const files = (await readTemplates('image', [namespaceDir, workingDir, shippedDir]))
    .filter((template) => testFiles[template.name]?.includes(tests) ?? true)
    .map(({ name: fileName, text, hostFile, executable }) => ({
      path: join(dir, fileName),
      text: `${renderText(text, values, hostFile).trimEnd()}\n`,
      executable,
    }));
  return writeScaffold({ subject: `image "${id}"`, files, dirs: [] }, force);
}

function valuesFor(answers: ImageAnswers, schema: string): Record<string, string> {
  const { id, parent, builder, packages, tests, mode } = answers;
  return {
    schema,
    image: id,
    parent,
    builder: builder ?? 'debian',
    builder_off: builder === undefined ? '#' : '',
    mode: mode === 'configured' ? 'extracted' : mode,
    mode_off: mode === 'configured' ? '#' : '',
    packages: packages.join(' '),
    healthcheck: tests === 'hc' || tests === 'both' ? healthcheck : '',
  };
}
