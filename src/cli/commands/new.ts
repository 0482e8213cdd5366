import { relative, resolve } from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import type * as Prompts from '../prompts.ts';
import { KublerError } from '../../errors.ts';
import { packageManagerNames } from '../../model/package-manager.ts';
import {
  checkName,
  createBuilder,
  createImage,
  createNamespace,
  formatMaintainer,
  parsePackages,
  singleNamespace,
} from '../../scaffold/index.ts';
import type { CliContext } from '../context.ts';
import { debugOption, engineOption, workingDirOption } from '../project-options.ts';

type Ask = typeof Prompts;
interface CommonFlags {
  readonly yes?: boolean | undefined;
  readonly force?: boolean | undefined;
  readonly workingDir?: string | undefined;
}

const types = { multi: 'one of several in this folder', single: 'a folder of its own' } as const;
const tests = {
  none: 'no tests',
  yaml: 'a file of tests, for images without a shell',
  bt: 'a script that tests the image',
  hc: 'a health check',
  both: 'both scripts',
} as const;
const modes = {
  configured: 'run the scripts of packages',
  extracted: 'only unpack them, for tools',
} as const;

/** `kubler new namespace|image|builder` */
export function registerNew(program: Command, context: CliContext): void {
  const group = program.command('new').description('create a namespace, an image or a builder');
  addNamespace(group, context);
  addImage(group, context);
  addBuilder(group, context);
}

function addNamespace(group: Command, context: CliContext): void {
  addCommon(group.command('namespace').description('create a namespace: a folder of images'))
    .argument('<name>')
    .addOption(
      new Option('--type <type>', 'one of several here, or a folder of its own').choices(keys(types)),
    )
    .option('--maintainer <name>', 'who makes the images')
    .option('--email <address>', 'address of the maintainer')
    .addOption(engineOption)
    .addHelpText(
      'after',
      '\nExample:\n  kubler new namespace acme --maintainer "Jane Doe" --email jane@example.org\n',
    )
    .action(async (name, options) => {
      checkName('namespace', name);
      const ask = await openPrompts(context, options);
      const type = options.type ?? (await ask?.askChoice('Type of the namespace', types)) ?? 'multi';
      const maintainer = options.maintainer ?? (await ask?.askText('Name of the maintainer'));
      const email = options.email ?? (await ask?.askText('E-mail address of the maintainer'));
      const startDir = startDirOf(context, options);
      const files = await createNamespace({
        name,
        type,
        maintainer: formatMaintainer(maintainer, email),
        engine: options.engine,
        workingDir: type === 'single' ? startDir : await workingDirOf(startDir),
        shippedDir: context.shippedDir,
        force: options.force ?? false,
      });
      const next = `kubler new image ${name}/NAME --packages "PACKAGE…"`;
      report(context, files, type === 'single' ? `cd ${name} && ${next}` : next);
    });
}

function addImage(group: Command, context: CliContext): void {
  addCommon(group.command('image').description('create an image of a namespace'))
    .argument('<image>', 'NAMESPACE/NAME, or NAME inside a namespace')
    .option('--parent <image>', 'image it extends, as NAMESPACE/NAME, or scratch')
    .option('--builder <name>', 'builder it is made in')
    .option('--packages <names>', 'packages to install, separated by spaces')
    .addOption(
      new Option('--tests [kind]', 'tests to create; yaml when nothing follows')
        .choices(keys(tests))
        .preset('yaml' as const),
    )
    .addOption(new Option('--mode <mode>', 'how packages are installed').choices(keys(modes)))
    .addHelpText('after', '\nExample:\n  kubler new image acme/jq --packages jq\n')
    .action(async (image, options) => {
      const startDir = startDirOf(context, options);
      const workingDir = await findWorkingDir(startDir);
      const id = image.includes('/') ? image : await inNamespace(image, workingDir, startDir);
      const ask = await openPrompts(context, options);
      const parent = options.parent ?? (await ask?.askText('Image it extends', 'scratch')) ?? 'scratch';
      const mayChoose = parent === 'scratch' ? ask : undefined;
      const builder = options.builder ?? (await mayChoose?.askText('Builder; empty for the default one'));
      const packages = options.packages ?? (await ask?.askText('Packages, separated by spaces')) ?? '';
      const files = await createImage({
        id,
        parent,
        builder: builder === '' ? undefined : builder,
        packages: parsePackages(packages),
        tests: options.tests ?? (await ask?.askChoice('Tests', tests)) ?? 'none',
        mode: options.mode ?? (await ask?.askChoice('Packages are', modes)) ?? 'configured',
        workingDir,
        shippedDir: context.shippedDir,
        force: options.force ?? false,
      });
      report(context, files, `kubler build ${id}`);
    });
}

function addBuilder(group: Command, context: CliContext): void {
  addCommon(group.command('builder').description('create a builder: a container that images are made in'))
    .argument('<name>', 'NAME, or NAMESPACE/NAME for one of that namespace only')
    .option(
      '--from <base>',
      'debootstrap:SUITE, mmdebstrap:SUITE, tarball:FILE-OR-ADDRESS, image:REFERENCE, or a builder to extend',
    )
    .option('--sha256 <digits>', 'checksum of the tarball')
    .addOption(new Option('--package-manager <name>', 'what installs packages').choices(packageManagerNames))
    .addHelpText('after', '\nExample:\n  kubler new builder go --from debian\n')
    .action(async (name, options) => {
      const workingDir = await findWorkingDir(startDirOf(context, options));
      const ask = await openPrompts(context, options);
      const standard = 'debootstrap:bookworm';
      const from = options.from ?? (await ask?.askText('Base, or builder to extend', standard)) ?? standard;
      const isTarball = from.startsWith('tarball:');
      const sha256 = options.sha256 ?? (isTarball ? await ask?.askText('SHA-256 of the tarball') : undefined);
      const files = await createBuilder({
        name,
        from,
        sha256: sha256 === '' ? undefined : sha256,
        packageManager: options.packageManager,
        workingDir,
        shippedDir: context.shippedDir,
        force: options.force ?? false,
      });
      report(context, files, `kubler new image NAMESPACE/NAME --builder ${name}`);
    });
}

function addCommon(command: Command) {
  return command
    .option('-y, --yes', 'ask nothing: what no flag says is the default')
    .option('--force', 'overwrite files that are there')
    .addOption(workingDirOption)
    .addOption(debugOption);
}

const keys = <Key extends string>(choices: Readonly<Record<Key, string>>): readonly Key[] =>
  Object.keys(choices) as Key[];

const startDirOf = (context: CliContext, flags: CommonFlags): string =>
  resolve(context.cwd, flags.workingDir ?? '.');

/** Questions are asked only where someone can answer them. */
async function openPrompts(context: CliContext, flags: CommonFlags): Promise<Ask | undefined> {
  return flags.yes !== true && context.isTty ? import('../prompts.ts') : undefined;
}

/** The project around a folder, else the folder itself: its first namespace makes it one. */
async function workingDirOf(dir: string): Promise<string> {
  try {
    return await findWorkingDir(dir);
  } catch (error) {
    if (error instanceof KublerError && error.code === 'CONFIG_NOT_FOUND') return dir;
    throw error;
  }
}

/** The full name of an image that was named without its namespace, from where the command was called. */
async function inNamespace(name: string, workingDir: string, startDir: string): Promise<string> {
  const [first, second] = relative(workingDir, startDir).split('/');
  const namespace = (await singleNamespace(workingDir)) ?? (first === 'namespaces' ? second : undefined);
  if (namespace !== undefined) return `${namespace}/${name}`;
  throw new KublerError('USAGE_INVALID', `cannot create image "${name}": it is not said in which namespace`, {
    hint: `kubler new image NAMESPACE/${name}`,
  });
}

function report(context: CliContext, files: readonly string[], next: string): void {
  for (const file of files) context.stdout(`${relative(context.cwd, file)}\n`);
  context.stderr(`next: ${next}\n`);
}

/** Where the project is, seen from a folder; its reader is loaded when used, as help does not need it. */
async function findWorkingDir(dir: string): Promise<string> {
  const project = await import('../../pipeline/load-project.ts');
  return project.findWorkingDir(dir);
}
