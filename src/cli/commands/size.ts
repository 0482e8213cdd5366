import { Option, type Command } from '@commander-js/extra-typings';
import type { Folder, Share, SizeReport } from '../../pipeline/images/measure-image.ts';
import type { CliContext } from '../context.ts';
import { harmless } from '../harmless.ts';
import { imageArgument, imageArgumentHelp } from '../image-argument.ts';
import { numberOption } from '../number-option.ts';
import { jsonOption, platformOption, withProject } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { formatBytes, renderTable } from '../table.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler size IMAGE` */
export function registerSize(program: Command, context: CliContext): void {
  withProject(
    program
      .command('size')
      .description('show where the bytes of an image are: by package, kind of file and folder')
      .argument('<image>', imageArgumentHelp)
      .option('--tree', 'show its folders as a tree')
      .addOption(
        new Option('--depth <levels>', 'how deep folders are told apart')
          .default(2)
          .argParser(numberOption('depth', 1, 100)),
      )
      .addOption(platformOption)
      .addOption(jsonOption),
  )
    .addHelpText('after', '\nExample:\n  kubler size acme/jq\n  kubler size acme/jq --tree --depth 3\n')
    .action(async (text, { json, platform, depth, tree, ...options }) => {
      const { project } = await openProject(context, options);
      const { measureImage } = await import('../../pipeline/images/measure-image.ts');
      const report = await withWorkspace(context, project, (workspace) =>
        measureImage(workspace, project, imageArgument(context, text, platform), depth),
      );
      context.stdout(json ? renderJson(report) : tree ? renderFolders(report.tree) : renderSize(report));
    });
}

const maxRows = 20;

function renderSize(report: SizeReport): string {
  const { files, bytes, parentBytes } = report;
  const hasParent = parentBytes > 0;
  const table = (title: string, shares: readonly Share[]): string => {
    const rows =
      shares.length > maxRows + 1 ? [...shares.slice(0, maxRows), rest(shares.slice(maxRows))] : shares;
    return renderTable(
      [title, 'FILES', 'SIZE', 'SHARE', ...(hasParent ? ['OF PARENT'] : [])],
      rows.map((row) => [
        ...[row.name, String(row.files), formatBytes(row.bytes), percent(row.bytes, bytes)],
        ...(hasParent ? [row.parentBytes === 0 ? '' : formatBytes(row.parentBytes)] : []),
      ]),
      ['FILES', 'SIZE', 'SHARE', 'OF PARENT'],
    );
  };
  const ofParent = hasParent ? `, ${formatBytes(parentBytes)} of them the parent's` : '';
  return [
    table('PACKAGE', report.packages),
    table('KIND', report.kinds),
    table('FOLDER', report.directories),
    `${formatBytes(bytes)} in ${files} files${ofParent}\n`,
  ].join('\n');
}

/** All that is not worth a row of its own. */
function rest(shares: readonly Share[]): Share {
  const total = (pick: (share: Share) => number): number => shares.reduce((sum, each) => sum + pick(each), 0);
  return {
    name: `${shares.length} more`,
    files: total(({ files }) => files),
    bytes: total(({ bytes }) => bytes),
    parentBytes: total(({ parentBytes }) => parentBytes),
  };
}

const percent = (part: number, whole: number): string =>
  whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`;

function renderFolders(folder: Folder, indent = ''): string {
  const { name, bytes, files, folders } = folder;
  const shown = name.slice(name.lastIndexOf('/') + 1) || '/';
  const line = `${formatBytes(bytes).padStart(8)}  ${indent}${harmless(shown)}  (${files} files)\n`;
  return line + folders.map((each) => renderFolders(each, `${indent}  `)).join('');
}
