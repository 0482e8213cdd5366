import { z } from 'zod';
import type { TestFile } from '../../model/image-tests.ts';

const nonEmpty = (what: string) => z.string().min(1, `it must be ${what}`);
const absolute = z.string().regex(/^\//, 'it must be an absolute path');
const port = z.int().min(1).max(65535);
const seconds = z.number().positive('it must be more than 0').max(3600);
const environment = z.record(
  z.string().regex(/^[^=\0]+$/, 'it must be the name of a variable'),
  z.string().regex(/^[^\0]*$/, 'it must hold no NUL'),
);
const expression = z
  .string()
  .refine(isExpression, 'it must be a regular expression; in YAML, put it in single quotes');

function isExpression(text: string): boolean {
  try {
    return new RegExp(text, 'm') instanceof RegExp;
  } catch {
    return false;
  }
}

const textRule = z.union([
  z.string(),
  z
    .strictObject({
      equals: z.string().describe('The whole text; a line feed at its end does not matter.'),
      contains: z.union([z.string(), z.array(z.string())]).describe('A text in it, or several.'),
      matches: expression.describe('A JavaScript regular expression; ^ and $ match at lines.'),
    })
    .partial(),
]);

/** What a container may do. */
const containerRules = {
  readOnly: z.boolean().optional().describe('Whether the root is read-only. Default: true.'),
  writable: z
    .array(absolute)
    .optional()
    .describe('Folders that can be written to all the same, empty at first.'),
  capabilities: z
    .enum(['none', 'default'])
    .optional()
    .describe('Capabilities: none, or those of kubler run. Default: none.'),
  user: nonEmpty('a user').optional().describe('User, as in USER. Default: that of the image.'),
  env: environment.optional().describe('Environment variables besides those of the image.'),
  timeout: seconds.optional().describe('Seconds until a test has failed. Default: 30.'),
};

/** What means the same to a shell and without one. */
const plainWords = z
  .string()
  .regex(
    /^\s*[\w%+,./:=@^-]+(?:\s+[\w%+,./:=@^-]+)*\s*$/,
    'it must be plain words, or a list: [sh, -c, "…"]',
  );

const command = z
  .strictObject({
    name: nonEmpty('a name').optional().describe('What reports call it. Default: the command.'),
    run: z
      .union([plainWords, z.array(z.string()).min(1, 'it must name a command')])
      .optional()
      .describe('Command and arguments, instead of ENTRYPOINT and CMD; no shell is involved.'),
    args: z.array(z.string()).optional().describe('What follows ENTRYPOINT, instead of CMD.'),
    inService: z
      .boolean()
      .optional()
      .describe("Run it in the container in which the image's own process runs. Default: false."),
    workingDir: absolute.optional().describe('Folder it runs in. Default: that of the image.'),
    stdin: z.string().optional().describe('Text on standard input. Default: none.'),
    exitCode: z.int().min(0).max(255).optional().describe('Exit status it must have. Default: 0.'),
    stdout: textRule.optional().describe('Standard output: the whole text, or a rule.'),
    stderr: textRule.optional().describe('Standard error: the whole text, or a rule.'),
    ...containerRules,
  })
  .refine(({ run, args }) => (run === undefined) !== (args === undefined), 'it must have either run or args')
  .refine(({ inService, args }) => !inService || args === undefined, 'with inService it must have run')
  .refine(
    ({ inService, readOnly, writable, capabilities }) =>
      !inService || [readOnly, writable, capabilities].every((rule) => rule === undefined),
    'with inService, readOnly, writable and capabilities are those of the file: it shares the container',
  )
  .describe('A command and what it must answer.');

const file = z
  .strictObject({
    path: absolute.describe('Absolute path in the image.'),
    exists: z.boolean().optional().describe('Whether it must be there. Default: true.'),
    type: z.enum(['file', 'directory', 'symlink', 'fifo']).optional().describe('What it must be.'),
    mode: z
      .string()
      .regex(/^0?[0-7]{3,4}$/, 'it must be octal digits in quotes, such as "0644"')
      .optional()
      .describe('Permissions as octal digits, in quotes.'),
    owner: nonEmpty('USER or USER:GROUP').optional().describe('USER or USER:GROUP, names or numbers.'),
    target: nonEmpty('a path').optional().describe('Where a symlink points to.'),
    content: textRule.optional().describe('The whole content, or a rule.'),
  })
  .describe('A path and what must be there.');

const http = z
  .strictObject({
    port: port.optional().describe('Port in the container. Default: the only one the image exposes.'),
    path: absolute.optional().describe('Path with the query. Default: /.'),
    request: z
      .strictObject({
        method: z
          .string()
          .regex(/^[A-Z]+$/, 'it must be a method, such as GET')
          .describe('Method. Default: GET.'),
        headers: z.record(z.string(), z.string()).describe('Headers to send.'),
        body: z.string().describe('Body to send.'),
      })
      .partial()
      .optional()
      .describe('What is sent. Default: a plain GET.'),
    status: z.int().min(100).max(599).optional().describe('Status. Default: 200.'),
    headers: z
      .record(z.string(), textRule)
      .optional()
      .describe('Headers of the answer, each a text or rule.'),
    body: textRule.optional().describe('Body of the answer: the whole text, or a rule.'),
    timeout: seconds.optional().describe('Seconds until it has failed. Default: that of the file.'),
  })
  .describe('A request and what must be answered. Redirects are not followed.');

/** The shape of an image's `test.yaml`. */
export const testFileSchema: z.ZodType<TestFile> = z
  .strictObject({
    ...containerRules,
    commands: z.array(command).optional().describe('Commands that are run in the image.'),
    files: z.array(file).optional().describe('Paths of the image.'),
    ports: z.array(port).optional().describe("TCP ports the image's own process must accept connections on."),
    http: z.array(http).optional().describe("Requests to the image's own process."),
  })
  .describe('Tests of an image: each must pass before it counts as built.');
