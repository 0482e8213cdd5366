import { KublerError } from '../../errors.ts';

/** What runtimes say of a program that they could not start: the last thing that comes out of the command. */
export function refusal(text: string): string | undefined {
  const line = text.split(/\r?\n/).find((each) => /OCI (?:runtime|permission denied)/.test(each));
  return line
    ?.replace(/^.*unable to start container process: (?:error during container init: )?/, '')
    .replace(/^Error: \w+: |: unknown$|: OCI (?:runtime|permission denied).*$/g, '');
}

/**
 * The error for a program that could not be started.
 * @param verb as in "cannot <verb>"
 * @param reason in the runtime's words: runc's, or crun's
 */
export function notStarted(verb: string, reason: string): KublerError {
  // Of a script without its interpreter the kernel says that it is not there, too.
  const isMissing = /^exec.*(?:not found in \$PATH|no such file or directory)/i.test(reason);
  const isForbidden = /^exec.*(?:permission denied|is a directory|exec format error)$/i.test(reason);
  const code = isMissing ? 'PROGRAM_NOT_FOUND' : isForbidden ? 'PROGRAM_NOT_EXECUTABLE' : 'ENGINE_REFUSED';
  return new KublerError(code, `cannot ${verb}: ${reason.replace(/^exec:? "?.*?"?: /, '')}`);
}
