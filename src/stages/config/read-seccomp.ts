import { resolve } from 'node:path';
import { z } from 'zod';
import { KublerError } from '../../errors.ts';
import type { SeccompProfile } from '../../model/container-options.ts';
import { describeIssue, describePath } from './describe-issue.ts';
import { readSource } from './read-source.ts';
import type { VariableReader } from './variable-reader.ts';

const action = z.string().regex(/^SCMP_ACT_[A-Z_]+$/, 'it must be an action such as "SCMP_ACT_ERRNO"');
const names = z.array(z.string());
const filter = z.looseObject({
  caps: names.optional(),
  arches: names.optional(),
  minKernel: z
    .string()
    .regex(/^\d+\.\d+/, 'it must be a version such as "4.8"')
    .optional(),
});

/** https://docs.docker.com/engine/security/seccomp/; what it does not name is left to the engine. */
const profileSchema: z.ZodType<SeccompProfile> = z.looseObject({
  defaultAction: action,
  defaultErrnoRet: z.int().optional(),
  architectures: names.optional(),
  archMap: z.array(z.looseObject({ architecture: z.string(), subArchitectures: names.nullish() })).optional(),
  syscalls: z
    .array(
      z.looseObject({
        names: names.optional(),
        name: z.string().optional(),
        action,
        errnoRet: z.int().optional(),
        args: z.array(z.looseObject({})).nullish(),
        includes: filter.nullish(),
        excludes: filter.nullish(),
      }),
    )
    .optional(),
});

const variable = 'BUILDER_SECCOMP';

/** The profile BUILDER_SECCOMP names, or `unconfined`. Faults are noted. @param dir the folder of the build.conf */
export async function readSeccomp(
  reader: VariableReader,
  dir: string,
): Promise<SeccompProfile | 'unconfined' | undefined> {
  const text = reader.text(variable);
  if (text === undefined || text === 'unconfined') return text;
  const file = resolve(dir, text);
  try {
    const source = await readSource(file);
    if (source) return profileSchema.parse(JSON.parse(source.text), { reportInput: true });
    reader.fault(variable, `there is no "${file}"`, { hint: 'it is the path of a profile, or "unconfined"' });
  } catch (error) {
    reader.fault(variable, reasonOf(error), { hint: 'a profile is a JSON file in the format of Docker' });
  }
  return undefined;
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'it is not JSON';
  if (error instanceof KublerError) return error.message;
  const [issue] = error instanceof z.ZodError ? error.issues : [];
  if (!issue) throw error;
  return issue.path.length === 0
    ? describeIssue(issue)
    : `"${describePath(issue.path)}": ${describeIssue(issue)}`;
}
