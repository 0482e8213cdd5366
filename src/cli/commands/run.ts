import { Option, type Command } from '@commander-js/extra-typings';
import { KublerError } from '../../errors.ts';
import type { Port, RunOptions } from '../../pipeline/run/run-image.ts';
import type { CliContext, CliResult } from '../context.ts';
import { dataDirOption, debugOption, engineOption } from '../project-options.ts';
import {
  checkVolumes,
  parseContainerName,
  parseEnv,
  parsePublish,
  parseVolume,
  readEnvFile,
} from '../run-options.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

const examples = `
Examples:
  kubler run acme/jq -- jq --version
  echo '{"a": 1}' | kubler run acme/jq -- jq .a
  kubler run -it acme/jq -- jq .
  kubler run --read-only -u 1000 -e NAME=value -v .:/data:ro -w /data acme/jq -- jq -n env.NAME
  kubler run -p 8080:8080 --name web web/apache2   (of Kubler's own images) then open http://127.0.0.1:8080/

With -p the container has a network of its own, otherwise this machine's. Options stand before the image.`;

/** `kubler run [OPTIONS] NAMESPACE/IMAGE [-- ARG…]` */
export function registerRun(program: Command, context: CliContext, result: CliResult): void {
  program
    .command('run')
    .description('run a built image; standard streams, signals and the exit status pass through')
    .argument('<image>', 'NAMESPACE/IMAGE')
    .argument('[args...]', 'replace the CMD of the image')
    .passThroughOptions()
    .option('-i, --interactive', 'connect a terminal to its standard input; a pipe or file always is')
    .option('-t, --tty', 'give it this terminal; implies -i')
    .option('-e, --env <NAME[=value]>', "set a variable, without a value to the caller's", collect())
    .option('--env-file <file>', 'set the variables in a file of NAME=value lines', collect())
    .option(
      '-v, --volume <host:container[:ro]>',
      'show it a folder or file of this machine',
      collect((text) => parseVolume(text, context.cwd)),
    )
    .option('-p, --publish <[host:]port[/udp]>', 'let 127.0.0.1 reach a port of it', collect(parsePublish))
    .option('-u, --user <user[:group]>', 'run as this user, by name or number')
    .option('-w, --workdir <dir>', 'start in this folder')
    .option('--entrypoint <program>', 'replace ENTRYPOINT, and drop CMD; "" drops both')
    .option('--read-only', 'let it write nothing but volumes, /dev and /dev/shm')
    .option('--rm', 'is always so: a container that has ended is not kept')
    .option('--name <name>', 'host name, and a name no other running container has', parseContainerName)
    // Its short form is that of --workdir here, as everywhere else where images run.
    .addOption(new Option('--working-dir <dir>', 'where the project is (default: here, or above)'))
    .addOption(dataDirOption)
    .addOption(engineOption)
    .addOption(debugOption)
    .addHelpText('after', examples)
    .action(async (image, args, options) => {
      const {
        env = [],
        envFile = [],
        volume = [],
        publish = [],
        interactive,
        tty = false,
        ...rest
      } = options;
      if (tty && !context.isInputTty) throw noTerminal();
      checkVolumes(volume);
      const files = await Promise.all(envFile.map((file) => readEnvFile(file, context.cwd, context.env)));
      const { project } = await openProject(context, options);
      const { findBuiltImage } = await import('../../pipeline/images/find-built-image.ts');
      const { runImage } = await import('../../pipeline/run/run-image.ts');
      const request: RunOptions = {
        ...rest,
        args: args[0] === '--' ? args.slice(1) : args,
        env: [...files.flat(), ...env.flatMap((each) => parseEnv(each, context.env) ?? [])],
        mounts: volume,
        ports: publish,
        interactive: interactive === true || !context.isInputTty,
        tty,
        published: (ports) => context.stderr(describePorts(publish, ports)),
      };
      result.status = await withWorkspace(context, project, async (workspace) =>
        runImage(workspace, await findBuiltImage(workspace, project, image), request),
      );
    });
}

/** For an option that may be given several times. */
const collect =
  <T = string>(parse: (text: string) => T = (text) => text as T) =>
  (text: string, former: readonly T[] | undefined): readonly T[] => [...(former ?? []), parse(text)];

const noTerminal = (): KublerError =>
  new KublerError('USAGE_INVALID', 'cannot give the image a terminal: standard input is none', {
    hint: 'leave out -t; what is piped in reaches the image without -i too',
  });

/** Tells the ports that nobody chose. */
const describePorts = (asked: readonly Port[], ports: readonly Port[]): string =>
  ports
    .filter((_, at) => asked[at]?.hostPort === 0)
    .map(({ hostPort, containerPort, protocol }) => `127.0.0.1:${hostPort} -> ${containerPort}/${protocol}\n`)
    .join('');
