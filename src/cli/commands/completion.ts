import { Argument, type Command } from '@commander-js/extra-typings';
import { complete, type KnownNames } from '../complete.ts';
import { completionScripts } from '../completion-scripts.ts';
import type { CliContext } from '../context.ts';
import { openProject, type ProjectFlags } from '../with-workspace.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** `kubler completion SHELL`, and `kubler complete -- WORD…`, which its scripts call. */
export function registerCompletion(program: Command, context: CliContext): void {
  program
    .command('completion')
    .description('print a script that completes verbs, flags and names of images in a shell')
    .addArgument(new Argument('<shell>', 'whose').choices(shells))
    .addHelpText(
      'after',
      '\nExample:\n  source <(kubler completion bash)\n\nfish: kubler completion fish | source\nzsh: source <(kubler completion zsh), after compinit\n',
    )
    .action((shell) => context.stdout(completionScripts[shell]));
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words) => {
      const found = await complete(program, words, (flags) => readNames(context, flags));
      context.stdout(found.map((each) => `${each}\n`).join(''));
    });
}

/** Names of the project and of built images; none outside of a project, or of one with faults. */
async function readNames(context: CliContext, flags: ProjectFlags): Promise<KnownNames> {
  try {
    const { project } = await openProject({ ...context, stderr: () => undefined }, flags);
    const { listReferences } = await import('../../pipeline/images/list-references.ts');
    const references = await listReferences(project.settings.dataDir);
    return {
      images: [...project.images.keys(), ...references.map((each) => each.replace(/:.*/, ''))],
      references,
      namespaces: [...project.namespaces.keys()],
      builders: [...project.builders.keys()],
    };
  } catch {
    return { images: [], references: [], namespaces: [], builders: [] };
  }
}
