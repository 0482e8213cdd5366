import type { Command } from '@commander-js/extra-typings';
import { relative, resolve } from 'node:path';
import type { Migration } from '../../model/migration.ts';
import { applyMigration, schemaPath } from '../../scaffold/index.ts';
import type { CliContext } from '../context.ts';
import { harmless } from '../harmless.ts';
import { debugOption, jsonOption, workingDirOption } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { renderReplacement } from '../render-replacement.ts';

/** `kubler migrate [DIR]` */
export function registerMigrate(program: Command, context: CliContext): void {
  program
    .command('migrate')
    .description(
      'turn the kubler.conf files of a project into kubler.config.yaml files; shows how, and writes when told to',
    )
    .argument('[dir]', 'where the project is (default: here, or above)')
    .option('--write', 'write the new files and remove the old ones')
    .option(
      '--namespace <name>',
      'name of the namespace that the project is, when its folder is called otherwise',
    )
    .addOption(jsonOption)
    .addOption(workingDirOption)
    .addOption(debugOption)
    .addHelpText('after', '\nExample:\n  kubler migrate\n')
    .action(async (dir, options) => {
      const { planMigration } = await import('../../pipeline/plan-migration.ts');
      const { shippedDir, homeDir } = context;
      const migration = await planMigration({
        startDir: resolve(context.cwd, options.workingDir ?? '.', dir ?? '.'),
        namespace: options.namespace,
        shippedDir,
        homeDir,
        headOf: (file, workingDir) => [
          ` yaml-language-server: $schema=${schemaPath(file, workingDir, shippedDir)}`,
        ],
      });
      for (const note of migration.notes) context.stderr(`note: ${harmless(note)}\n`);
      if (!options.json) show(context, migration);
      const isWritten = migration.files.length > 0 && (await isWanted(context, options));
      if (isWritten) await applyMigration(migration);
      if (options.json) context.stdout(toJson(migration, isWritten));
      else context.stderr(closing(context, migration, isWritten));
    });
}

function show(context: CliContext, { files, workingDir }: Migration): void {
  for (const file of files) context.stdout(renderReplacement(file, workingDir));
}

/** Whether to write: the flag says so, or someone at a terminal. */
async function isWanted(
  context: CliContext,
  { write, json }: { readonly write?: true; readonly json?: true },
): Promise<boolean> {
  if (write || json || !context.isTty || !context.isInputTty) return write === true;
  const { askChoice } = await import('../prompts.ts');
  const answer = await askChoice('Write this?', {
    no: 'leave everything as it is',
    yes: 'write the new files and remove the old ones',
  });
  return answer === 'yes';
}

function closing(context: CliContext, { files, workingDir }: Migration, isWritten: boolean): string {
  const where = relative(context.cwd, workingDir) || '.';
  if (files.length === 0) return `nothing to do: there is no kubler.conf to migrate in ${where}\n`;
  return isWritten ? 'next: kubler graph\n' : 'nothing was written; next: kubler migrate --write\n';
}

function toJson({ workingDir, files, notes }: Migration, isWritten: boolean): string {
  return renderJson({
    workingDir,
    files: files.map(({ from, to, newText }) => ({ from, to, text: newText })),
    notes,
    written: isWritten,
  });
}
