import type { Command } from '@commander-js/extra-typings';
import { KublerError, throwFaults } from '../../errors.ts';
import type { BuildReport } from '../../pipeline/build/build-all.ts';
import type { Workspace } from '../../pipeline/workspace.ts';
import type { ProjectPlan } from '../../pipeline/plan/plan-project.ts';
import { apiEngineNames } from '../../model/engine-status.ts';
import type { CliContext, CliResult } from '../context.ts';
import { type DebugFlag, engineOption, jsonOption, withProject } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { showTests } from '../show-tests.ts';
import { formatBytes, formatMs, renderTable } from '../table.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';
import { shellOptions } from '../shell-options.ts';
import { runShell } from './shell.ts';
import { numberOption } from '../number-option.ts';

/** `kubler build [TARGET…]` */
export function registerBuild(program: Command, context: CliContext, result: CliResult): void {
  withProject(
    program
      .command('build')
      .description('build images; without a target, all of the project')
      .argument('[targets...]', 'NAMESPACE, NAMESPACE/IMAGE, or IMAGE inside a namespace')
      .option('-j, --jobs <n>', 'images built side by side', numberOption('jobs', 1, 64))
      .option('-f, --force', 'build the targets although nothing changed')
      .option('-F, --force-all', 'build the targets and their parents although nothing changed')
      .option('-e, --exclude <target>', 'do not build this; may be given several times', addTarget)
      .option('-n, --dry-run', 'say what would be built and why, and stop')
      .option('-i, --interactive', 'open a shell just before the build of one image; see kubler shell')
      .option('--keep', 'keep the containers of a build that fails, and say how to enter them')
      .option('--shell-on-failure', 'open a shell where a step failed; builds one image after the other')
      .option(
        '--load [engine]',
        'bring the images into docker or podman (default: the engine of the build, else whichever is there)',
      )
      .option('-v, --verbose', 'plain lines instead of live progress')
      .addOption(jsonOption)
      .addOption(engineOption),
  )
    .addHelpText('after', '\nExample:\n  kubler build acme/jq\n')
    .action(async (targets, options) => {
      if (options.interactive) {
        result.status = await runShell(context, targets, options);
        return;
      }
      const { project, namespace } = await openProject(context, options, {}, { tellsFaults: true });
      const { planProject } = await import('../../pipeline/plan/plan-project.ts');
      const { buildAll } = await import('../../pipeline/build/build-all.ts');
      const load = readLoad(options.load);
      const request = {
        ...{ targets: [...load.targets, ...targets], defaultNamespace: namespace },
        force: options.forceAll ? 'all' : options.force ? 'requested' : 'none',
        exclude: options.exclude ?? [],
        jobs: options.shellOnFailure ? 1 : (options.jobs ?? project.settings.jobs),
        dryRun: options.dryRun ?? false,
      } as const;
      const warnings: string[] = [];
      const report = await withWorkspace(
        context,
        project,
        async (opened) => {
          const workspace = await forFailures(context, opened, options);
          const planned = await planProject(workspace, project, request);
          if (options.dryRun) return printPlan(context, planned, options.json);
          return loadBuilt(workspace, await buildAll(workspace, planned, request), load);
        },
        { live: isLive(options), later: (line) => warnings.push(line) },
      ).catch((error: unknown) => {
        for (const line of warnings) context.stderr(line);
        throw error;
      });
      if (!report) return;
      context.stdout(options.json ? toJson(report) : toTable(report));
      for (const line of warnings) context.stderr(line);
      if (report.error) throw report.error;
    });
}

const isLive = ({ verbose, json, shellOnFailure }: Partial<Record<string, unknown>>): boolean =>
  !verbose && !json && !shellOnFailure;

/** `--load` may come before a target, which is none of the engines. */
function readLoad(value: string | true | undefined) {
  const engine = apiEngineNames.find((name) => name === value);
  return {
    isAsked: value !== undefined,
    engine,
    targets: engine === undefined && typeof value === 'string' ? [value] : [],
  };
}

/**
 * Brings what is built into the engine it was built on, and into another one if asked for, whatever else failed. What was
 * built, and what failed before, is told although it cannot be brought there.
 */
async function loadBuilt(
  workspace: Workspace,
  report: BuildReport,
  { isAsked, engine }: ReturnType<typeof readLoad>,
): Promise<BuildReport> {
  if (workspace.signal.aborted) return report;
  const used = await workspace.engine.name();
  const own = used === 'native' ? [] : [used];
  const asked = isAsked && (engine !== undefined || own.length === 0) ? [engine] : [];
  const records = report.images.flatMap(({ outcome, record }) =>
    outcome === 'not built' ? [] : (record ?? []),
  );
  if (own.length + asked.length === 0 || records.length === 0) return report;
  const { loadImages } = await import('../../pipeline/images/load-images.ts');
  let { error } = report;
  for (const name of new Set([...own, ...asked])) {
    await loadImages(workspace, name, records).catch((failure: unknown) => {
      if (!(failure instanceof KublerError)) throw failure;
      workspace.progress({ kind: 'failed', task: name ?? 'load', reason: failure.message });
      error ??= failure;
    });
  }
  return { ...report, error };
}

/** The same with what is to be done where a step fails. */
async function forFailures(
  context: CliContext,
  opened: Workspace,
  { keep, shellOnFailure: opensShell, debug }: FailureFlags,
): Promise<Workspace> {
  const workspace = { ...opened, keepsFailed: keep === true };
  if (!opensShell) return workspace;
  const { shellOnFailure } = await import('../../pipeline/run/shell-on-failure.ts');
  const options = { ...shellOptions(context, debug), show: context.stderr };
  return { ...workspace, onStepFailure: shellOnFailure(options) };
}

interface FailureFlags extends DebugFlag {
  readonly keep?: true | undefined;
  readonly shellOnFailure?: true | undefined;
}

const addTarget = (target: string, former: readonly string[] | undefined): readonly string[] => [
  ...(former ?? []),
  target,
];

function printPlan(context: CliContext, { plan, faults }: ProjectPlan, json = false): undefined {
  const steps = plan.images.map(({ definition, action, reason, key }) => ({
    image: definition.id,
    action,
    reason,
    key,
  }));
  const text = json
    ? renderJson(steps)
    : renderTable(
        ['IMAGE', 'ACTION', 'WHY'],
        steps.map(({ image, action, reason }) => [image, action, reason]),
      );
  if (steps.length > 0 || faults.length === 0) context.stdout(text);
  throwFaults(faults);
}

function toTable(report: BuildReport): string {
  const rows = report.images.map(({ id, outcome, reason, record, tests }) => {
    const facts = outcome === 'not built' ? undefined : record;
    return [
      id,
      facts ? formatBytes(facts.sizeBytes) : '',
      facts ? String(facts.layerCount) : '',
      facts ? formatBytes(facts.receipts.reduce((sum, { bytes }) => sum + bytes, 0)) : '',
      facts && outcome === 'built' ? formatMs(facts.buildMs) : '',
      showTests(tests?.results ?? []),
      `${outcome}: ${reason}`,
    ];
  });
  return renderTable(['IMAGE', 'SIZE', 'LAYERS', 'PRUNED', 'TIME', 'TESTS', 'WHY'], rows, [
    'SIZE',
    'LAYERS',
    'PRUNED',
    'TIME',
  ]);
}

function toJson(report: BuildReport): string {
  const images = report.images.map(({ id, outcome, reason, record, tests }) => ({
    image: id,
    outcome,
    reason,
    tests: tests?.results ?? [],
    ...(record && {
      imageId: record.configDigest,
      manifest: record.manifest.digest,
      sizeBytes: record.sizeBytes,
      compressedBytes: record.compressedBytes,
      layers: record.layerCount,
      packages: record.packages,
      receipts: record.receipts,
      dropped: record.dropped,
      ...(record.leftOut && { leftOut: record.leftOut }),
      findings: record.findings,
      buildMs: record.buildMs,
    }),
  }));
  return renderJson(images);
}
