import type { Command } from '@commander-js/extra-typings';
import type { HistoryLine } from '../../pipeline/images/inspect-image.ts';
import type { CliContext } from '../context.ts';
import { jsonOption, withProject } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { formatBytes, renderTable } from '../table.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler history NAMESPACE/IMAGE[:TAG]` */
export function registerHistory(program: Command, context: CliContext): void {
  withProject(
    program
      .command('history')
      .description('show what made a built image, instruction by instruction, and the layers it made')
      .argument('<image>', 'NAMESPACE/IMAGE or NAMESPACE/IMAGE:TAG')
      .addOption(jsonOption),
  )
    .addHelpText('after', '\nExample:\n  kubler history acme/jq\n')
    .action(async (image, options) => {
      const { project } = await openProject(context, options);
      const { readHistory } = await import('../../pipeline/images/inspect-image.ts');
      const lines = await withWorkspace(context, project, (workspace) =>
        readHistory(workspace, project, image),
      );
      context.stdout(options.json ? renderJson(lines) : renderHistory(lines));
    });
}

const renderHistory = (lines: readonly HistoryLine[]): string =>
  renderTable(
    ['LAYER', 'SIZE', 'COMPRESSED', 'CREATED BY'],
    lines.map(({ layer, createdBy }) => [
      layer?.digest.slice('sha256:'.length, 19) ?? '',
      layer?.uncompressedBytes === undefined ? '' : formatBytes(layer.uncompressedBytes),
      layer ? formatBytes(layer.sizeBytes) : '',
      // Of here-documents.
      createdBy.replaceAll('\n', '\\n'),
    ]),
    ['SIZE', 'COMPRESSED'],
  );
