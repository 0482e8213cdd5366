import { dirname, join } from 'node:path';
import { KublerError } from '../errors.ts';
import { checkName } from './check-name.ts';
import { hasConfig, isFolder, singleNamespace } from './find-namespace.ts';
import { readTemplates } from './read-templates.ts';
import { renderText } from './render-text.ts';
import { schemaPath } from './schema-path.ts';
import { writeScaffold, type ScaffoldFile } from './write-scaffold.ts';

export interface NamespaceAnswers {
  readonly name: string;
  /** `multi`: one of several in a working directory; `single`: a working directory of its own. */
  readonly type: 'multi' | 'single';
  /** `Name <email>`; undefined to leave it open. */
  readonly maintainer: string | undefined;
  /** Undefined to leave it to the settings. */
  readonly engine: string | undefined;
  /** The working directory; for `single`, the folder that the namespace's own is made in. */
  readonly workingDir: string;
  /** Folder of what ships with Kubler. */
  readonly shippedDir: string;
  readonly force: boolean;
}

const configName = 'kubler.config.yaml';
/**
 * Makes a namespace: `namespaces/<name>/` and, where there is none yet, the working directory's kubler.config.yaml; for
 * `single`, a folder with both. A maintainer or engine that differs from an existing configuration gets a file of the
 * namespace. Gives the paths written. Throws SCAFFOLD_BAD_NAME and SCAFFOLD_EXISTS before anything is written.
 */
export async function createNamespace(answers: NamespaceAnswers): Promise<readonly string[]> {
  const { name, type, workingDir, shippedDir } = answers;
  checkName('namespace', name);
  const surrounding = await singleNamespace(workingDir);
  if (surrounding !== undefined) {
    throw new KublerError(
      'USAGE_INVALID',
      `cannot create a namespace inside the namespace "${surrounding}"`,
      {
        hint: 'go to the folder above it',
      },
    );
  }
  const dir = type === 'single' ? join(workingDir, name) : join(workingDir, 'namespaces', name);
  if (!answers.force && (await isFolder(join(dir, 'images')))) {
    throw new KublerError('SCAFFOLD_EXISTS', `cannot create namespace "${name}": it is there already`, {
      details: [dir],
    });
  }
  const configFile = await whichConfig(answers, dir);
  const values = valuesFor(answers, configFile ?? join(dir, configName), dir);
  const files: ScaffoldFile[] = [];
  for (const template of await readTemplates('namespace', [workingDir, shippedDir])) {
    const path = template.name === configName ? configFile : join(dir, template.name);
    if (path === undefined) continue;
    const text = renderText(template.text, values, template.hostFile);
    files.push({ path, text, executable: template.executable });
  }
  const subject = `namespace "${name}"`;
  return writeScaffold({ subject, files, dirs: [join(dir, 'images')] }, answers.force);
}

/** The configuration file to write, if any: an existing one of the working directory is left alone, even with --force. */
async function whichConfig(answers: NamespaceAnswers, dir: string): Promise<string | undefined> {
  if (answers.type === 'single') return join(dir, configName);
  const root = answers.workingDir;
  if (!(await hasConfig(root))) return join(root, configName);
  const differs = answers.maintainer !== undefined || answers.engine !== undefined;
  return differs ? join(dir, configName) : undefined;
}

/** The namespace's own file below another one repeats only what was asked for. */
function valuesFor(answers: NamespaceAnswers, configFile: string, dir: string): Record<string, string> {
  const { name, type, maintainer, engine, workingDir, shippedDir } = answers;
  const isRoot = type === 'single' || dirname(configFile) !== dir;
  const off = (isOn: boolean): string => (isOn ? '' : '# ');
  return {
    namespace: name,
    scope: isRoot ? 'this Kubler project' : `the namespace ${name}`,
    schema: schemaPath(configFile, workingDir, shippedDir),
    maintainer_off: off(maintainer !== undefined),
    maintainer: JSON.stringify(maintainer ?? 'Jane Doe <jane@example.org>'),
    engine_off: off(isRoot || engine !== undefined),
    engine: engine ?? 'native',
    default_builder_off: off(isRoot),
  };
}
