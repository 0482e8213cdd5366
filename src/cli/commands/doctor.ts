import type { Command } from '@commander-js/extra-typings';
import type { CliContext, CliResult } from '../context.ts';
import { jsonOption, withProject } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { installLine } from '../../model/missing-tool.ts';
import { KublerError, KublerErrors } from '../../errors.ts';
import type { EngineStatus, HostReport } from '../../model/engine-status.ts';
import { harmless } from '../harmless.ts';
import type { Project } from '../../model/project.ts';
import { openProject, type ProjectFlags } from '../with-workspace.ts';

/** `kubler doctor`: status 3 when something is missing. */
export function registerDoctor(program: Command, context: CliContext, result: CliResult): void {
  withProject(
    program
      .command('doctor')
      .description('say what this machine can do and what it lacks')
      .addOption(jsonOption),
  )
    .addHelpText('after', '\nExample:\n  kubler doctor\n')
    .action(async (options) => {
      const report = await context.probe(await findProject(context, options));
      const isReady = report.missing.every(({ optional }) => optional === true);
      if (!isReady) result.status = 3;
      context.stdout(options.json ? renderJson(report) : renderReport(report));
    });
}

function renderReport({ missing, engines }: HostReport): string {
  const lacks = missing.map(
    ({ tool, need, optional }) => `  missing${optional ? ', optional' : ''}: ${tool} (${need})`,
  );
  const line = installLine(missing);
  const lines = engines.flatMap((status) => [
    `${status.engine} engine: ${status.isReady ? 'ready' : 'not ready'}${describeEngine(status)}`,
    ...(status.engine === 'native' ? lacks : []),
    ...(status.problem === undefined ? [] : [`  ${status.problem}`]),
    ...(status.hint === undefined ? [] : [`  ${status.hint}`]),
  ]);
  const fix = line === undefined ? [] : ['to get what is missing:', `  ${line}`];
  return [...lines, ...fix].map((text) => `${harmless(text)}\n`).join('');
}

/** `, 20.10.24 at unix:///var/run/docker.sock (default socket), rootless, overlay2` */
function describeEngine({ version, endpoint, source, isRootless, storageDriver }: EngineStatus): string {
  const place = version === undefined ? [] : [`${version} at ${endpoint} (${source})`];
  const storage = storageDriver === undefined ? [] : [storageDriver];
  return [...place, ...(isRootless ? ['rootless'] : []), ...storage].map((part) => `, ${part}`).join('');
}

/** The project here, if there is one that can be read: its builders may need more than the shipped one. */
async function findProject(context: CliContext, flags: ProjectFlags): Promise<Project | undefined> {
  try {
    return (await openProject(context, flags)).project;
  } catch (error) {
    if (!(error instanceof KublerError || error instanceof KublerErrors)) throw error;
    const isThere = error instanceof KublerErrors || error.code !== 'CONFIG_NOT_FOUND';
    if (isThere)
      context.stderr('warning: this project has faults, so what its builders need is not looked for\n');
    return undefined;
  }
}
