import type { Command } from '@commander-js/extra-typings';
import { KublerError } from '../../errors.ts';
import { readEngineReference } from '../../model/engine-reference.ts';
import { apiEngineNames, type ApiEngineName } from '../../model/engine-status.ts';
import type { Project } from '../../model/project.ts';
import type { CliContext, CliResult } from '../context.ts';
import { engineOption, withProject } from '../project-options.ts';
import { openProject, withWorkspace, type ProjectFlags } from '../with-workspace.ts';

const help = `
Examples:
  kubler debug web
  echo 'ss -tlnp; ls /target/etc' | kubler debug podman:web
  kubler debug web -- strace -f -p 1
  kubler debug web -- tcpdump -i any -w - > web.pcap
  kubler debug --hold acme/jq -- ls /target/usr/bin

The shell, bash, is in a container beside that one: it sees its processes, the first as 1, its network, and its files
below /target. strace, tcpdump, curl, ip, ss, lsof, openssl and busybox are there; the container itself needs nothing.
An image is started for it, without a network, and goes with the shell; with --hold its command is not started.
Without a terminal the shell runs the commands of standard input. Options stand before the name.`;

/** `kubler debug CONTAINER|NAMESPACE/IMAGE [-- COMMAND…]` */
export function registerDebug(program: Command, context: CliContext, result: CliResult): void {
  withProject(
    program
      .command('debug')
      .description('open a shell with tools beside a container of Docker or Podman, or beside an image')
      .argument(
        '<container>',
        'its name or id, with docker: or podman: before it if need be; or NAMESPACE/IMAGE',
      )
      .argument('[command...]', 'run that instead of a shell')
      .passThroughOptions()
      .option('--hold', 'look at the files of an image without starting its command')
      .addOption(engineOption),
  )
    .addHelpText('after', help)
    .action(async (container, command, { hold = false, ...options }) => {
      // A slash in the name makes it an image.
      const { engine, name } = readEngineReference(container) ?? { engine: undefined, name: container };
      const project = await openAnyProject(context, options);
      const { findBuiltImage } = await import('../../pipeline/images/find-built-image.ts');
      const { debugContainer, debugImage } = await import('../../pipeline/debug/debug-target.ts');
      const hasTerminal = context.isTty && context.isOutputTty;
      const debugOptions = {
        engine: engine ?? apiEngineNames.find((each) => each === project.settings.engine),
        ...{
          argv: command[0] === '--' ? command.slice(1) : command,
          hasTerminal,
          terminalType: context.env['TERM'],
        },
        greet: (engine: ApiEngineName) => {
          if (hasTerminal) context.stderr(greeting(name, engine));
        },
      };
      const source = { project, loadShipped: () => loadShipped(context) };
      result.status = await withWorkspace(context, project, async (workspace) => {
        if (!name.includes('/')) return debugContainer(workspace, source, name, debugOptions);
        const id = await findBuiltImage(workspace, project, name);
        return debugImage(workspace, source, id, { ...debugOptions, hold });
      });
    });
}

/** The project here; where there is none, the one that ships with Kubler: a container need not be of any. */
async function openAnyProject(context: CliContext, flags: ProjectFlags): Promise<Project> {
  try {
    return (await openProject(context, flags)).project;
  } catch (error) {
    if (!(error instanceof KublerError && error.code === 'CONFIG_NOT_FOUND')) throw error;
    if (flags.workingDir !== undefined) throw error;
    return (await openProject(context, { ...flags, workingDir: context.shippedDir })).project;
  }
}

async function loadShipped({ shippedDir, homeDir }: CliContext): Promise<Project> {
  const { loadProject } = await import('../../pipeline/load-project.ts');
  return loadProject({ startDir: shippedDir, flags: {}, env: {}, shippedDir, homeDir });
}

const greeting = (name: string, engine: string): string =>
  `beside ${name} (${engine}): its files are below /target, its first process is 1; exit ends it\n`;
