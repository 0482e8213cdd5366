import type { Command } from '@commander-js/extra-typings';
import type { Finding } from '../../model/finding.ts';
import type { ProofReport } from '../../pipeline/images/prove-any.ts';
import type { CliContext, CliResult } from '../context.ts';
import { harmless } from '../harmless.ts';
import { imageArgument, imageArgumentHelp } from '../image-argument.ts';
import { jsonOption, platformOption, withProject } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler prove IMAGE`. Ends with 1 when there are errors that nobody waived. */
export function registerProve(program: Command, context: CliContext, result: CliResult): void {
  withProject(
    program
      .command('prove')
      .description('find what of an image, built here or anywhere, cannot run')
      .argument('<image>', imageArgumentHelp)
      .addOption(platformOption)
      .addOption(jsonOption),
  )
    .addHelpText('after', '\nExample:\n  kubler prove acme/jq\n  kubler prove rootfs.tar.gz --json\n')
    .action(async (text, { json, platform, ...options }) => {
      const { project } = await openProject(context, options);
      const { proveAny } = await import('../../pipeline/images/prove-any.ts');
      const report = await withWorkspace(context, project, (workspace) =>
        proveAny(workspace, project, imageArgument(context, text, platform)),
      );
      context.stdout(json ? renderJson(report) : renderProof(report));
      if (report.errors > 0) result.status = 1;
    });
}

/** A line for each finding, one below it for what to do, and the count. */
function renderProof({ findings, errors, warnings, waived, files }: ProofReport): string {
  const width = Math.max(0, ...findings.map(({ code }) => code.length));
  const lines = findings.flatMap((finding) => {
    const { code, subject, message, repair, waived: reason } = finding;
    const last = reason === undefined ? repair : `waived: ${reason}`;
    return [
      `${severityOf(finding).padEnd(7)}  ${code.padEnd(width)}  ${subject} ${message}`,
      ...(last === undefined ? [] : [`${' '.repeat(11 + width)}${last}`]),
    ];
  });
  const counts = `${counted(errors, 'error')}, ${counted(warnings, 'warning')}, ${waived} waived`;
  return [...lines, `${counts} in ${counted(files, 'file')}`].map((line) => `${harmless(line)}\n`).join('');
}

const severityOf = ({ severity, waived }: Finding): string => (waived === undefined ? severity : 'waived');
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
