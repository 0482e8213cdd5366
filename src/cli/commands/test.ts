import type { Command } from '@commander-js/extra-typings';
import { throwFaults } from '../../errors.ts';
import type { TestedImage } from '../../pipeline/test/test-images.ts';
import type { CliContext } from '../context.ts';
import { engineOption, jsonOption, withProject } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { formatMs, renderTable } from '../table.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler test [TARGET…]` */
export function registerTest(program: Command, context: CliContext): void {
  withProject(
    program
      .command('test')
      .description('test built images again; without a target, all of them')
      .argument('[targets...]', 'NAMESPACE, NAMESPACE/IMAGE, or IMAGE inside a namespace')
      .addOption(jsonOption)
      .addOption(engineOption),
  )
    .addHelpText('after', '\nExample:\n  kubler test acme/jq\n')
    .action(async (targets, options) => {
      const { project, namespace } = await openProject(context, options);
      const { testImages } = await import('../../pipeline/test/test-images.ts');
      const { images, faults } = await withWorkspace(context, project, (workspace) =>
        testImages(workspace, project, targets, namespace),
      );
      context.stdout(options.json ? renderJson(images.map(toJson)) : toTable(images));
      throwFaults(faults);
    });
}

const toJson = ({ id, imageId, results }: TestedImage) => ({
  image: id,
  imageId,
  passed: results.every(({ passed }) => passed),
  tests: results,
});

function toTable(images: readonly TestedImage[]): string {
  const rows = images.flatMap(({ id, results }) =>
    results.length === 0
      ? [[id, '', 'no tests']]
      : results.map(({ name, passed, durationMs, reason = '' }) => [
          ...[id, name, passed ? 'passed' : 'failed', formatMs(durationMs), reason],
        ]),
  );
  return renderTable(['IMAGE', 'TEST', 'RESULT', 'TIME', 'REASON'], rows, ['TIME']);
}
