import { KublerError } from '../../errors.ts';
import { didYouMean } from '../../model/suggest.ts';

const fixedNames = ['IMAGE_PARENT', 'MAINTAINER', 'NAMESPACE', 'TAG', 'DEFAULT_BUILDER'];
const opening = /\$\{(IMAGE_PARENT|MAINTAINER|NAMESPACE|TAG|DEFAULT_BUILDER|BOB_\w*)(?=[}:])/y;

/** Defaults inside defaults deeper than this are not rendered. */
const maxDepth = 50;

/** Where text is being rendered, and where faults go. */
interface Rendering {
  readonly depth: number;
  readonly variables: ReadonlyMap<string, string>;
  readonly fail: (column: number, reason: string, hint?: string) => void;
}

/**
 * Puts the values of `${IMAGE_PARENT}`, `${MAINTAINER}`, `${NAMESPACE}`, `${TAG}`, `${DEFAULT_BUILDER}` and `${BOB_…}`
 * into a Dockerfile.template, each as it is, wherever it occurs; `${BOB_X:-default}` gives the default when the variable
 * is unset or empty. Every other `${…}`, and one after a backslash, is left alone. Line numbers stay true.
 * Reports IMAGE_INVALID with line and column for each variable without a value, which renders as nothing; a line that begins
 * with `#`, a comment unless a here-document has it, is left as it is then.
 */
export function renderTemplate(
  { file, text }: { readonly file: string; readonly text: string },
  variables: ReadonlyMap<string, string>,
  report: (fault: KublerError) => void,
): string {
  const lines = text.split('\n').map((excerpt, index) => {
    const isComment = excerpt.trimStart().startsWith('#');
    const faults: KublerError[] = [];
    const fail: Rendering['fail'] = (column, reason, hint) => {
      const at = { file, line: index + 1, column: column + 1, excerpt };
      const options = hint === undefined ? { at } : { at, hint };
      faults.push(
        new KublerError('IMAGE_INVALID', `cannot render "Dockerfile.template": ${reason}`, options),
      );
    };
    const rendered = renderLine(excerpt, 0, { depth: 0, variables, fail });
    if (isComment && faults.length > 0) return excerpt;
    faults.forEach(report);
    return rendered;
  });
  return lines.join('\n');
}

/** Renders a line, or the default inside one, whose first character stands in column `offset`. */
function renderLine(text: string, offset: number, rendering: Rendering): string {
  let rendered = '';
  let index = 0;
  while (index < text.length) {
    opening.lastIndex = index;
    const [match, name] = opening.exec(text) ?? [];
    if (text[index] === '\\') {
      rendered += text.slice(index, index + 2);
      index += 2;
    } else if (match === undefined || name === undefined) {
      rendered += text.charAt(index++);
    } else {
      const end = closingBrace(text, index + match.length);
      if (end === text.length) rendering.fail(offset + index, `"${match}" lacks its closing brace`);
      const operand = text.slice(index + match.length, end);
      rendered += valueOf(name, operand, { column: offset + index, width: match.length }, rendering);
      index = end + 1;
    }
  }
  return rendered;
}

/** The `}` that closes a `${` whose inside begins at `from`; the end of the text when there is none. */
function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let index = from; index < text.length; index++) {
    if (text.startsWith('${', index)) depth++;
    if (text[index] === '}' && --depth === 0) return index;
  }
  return text.length;
}

function valueOf(
  name: string,
  operand: string,
  { column, width }: { readonly column: number; readonly width: number },
  rendering: Rendering,
): string {
  if (operand !== '' && !operand.startsWith(':-')) {
    rendering.fail(
      column,
      `"\${${name}${operand}}" is not understood`,
      `write \${${name}} or \${${name}:-default}`,
    );
    return '';
  }
  const value = rendering.variables.get(name);
  if (value?.includes('\n')) {
    rendering.fail(column, `the value of ${name} has a line break`);
    return '';
  }
  if (value !== undefined && (value !== '' || operand === '')) return value;
  if (operand !== '' && rendering.depth < maxDepth) {
    return renderLine(operand.slice(2), column + width + 2, { ...rendering, depth: rendering.depth + 1 });
  }
  const near = didYouMean(name, [...fixedNames, ...rendering.variables.keys()]);
  rendering.fail(
    column,
    `${name} is not set`,
    near ?? `set ${name} in build.conf, or write \${${name}:-default}`,
  );
  return '';
}
