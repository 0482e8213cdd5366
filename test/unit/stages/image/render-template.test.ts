import { describe, expect, test } from 'vitest';
import { renderTemplate } from '../../../../src/stages/image/render-template.ts';
import type { KublerError } from '../../../../src/errors.ts';

const variables = new Map([
  ['IMAGE_PARENT', 'base/glibc'],
  ['MAINTAINER', 'Jane | & \\1 $& <jane@example.org>'],
  ['NAMESPACE', 'web'],
  ['TAG', 'latest'],
  ['BOB_PHP_SLOT', '8.2'],
  ['BOB_EMPTY', ''],
]);
const file = 'Dockerfile.template';

function render(text: string, values: ReadonlyMap<string, string> = variables) {
  const faults: KublerError[] = [];
  const rendered = renderTemplate({ file, text }, values, (fault) => void faults.push(fault));
  return { rendered, faults };
}

describe('renderTemplate', () => {
  test.each([
    ['FROM ${IMAGE_PARENT}', 'FROM base/glibc'],
    ['ENV A=${BOB_PHP_SLOT} B=${BOB_PHP_SLOT}', 'ENV A=8.2 B=8.2'],
    ['LABEL m="${MAINTAINER}"', 'LABEL m="Jane | & \\1 $& <jane@example.org>"'],
    ['A=${BOB_EMPTY}.', 'A=.'],
    ['A=${BOB_EMPTY:-x}', 'A=x'],
    ['A=${BOB_NONE:-x}', 'A=x'],
    ['A=${BOB_NONE:-a ${TAG} ${HOME:-h}}b', 'A=a latest ${HOME:-h}b'],
    ['A=${BOB_PHP_SLOT:-x}', 'A=8.2'],
    [
      'ENV PATH=/opt:${PATH} ${HOME:-/root} $BOB_PHP_SLOT',
      'ENV PATH=/opt:${PATH} ${HOME:-/root} $BOB_PHP_SLOT',
    ],
    ['CMD echo \\${TAG}', 'CMD echo \\${TAG}'],
    ['${IMAGE_PARENTS}', '${IMAGE_PARENTS}'],
    ['  # about ${BOB_NONE}', '  # about ${BOB_NONE}'],
    ['# about ${TAG}', '# about latest'],
  ])('%s', (text, expected) => {
    expect(render(text)).toEqual({ rendered: expected, faults: [] });
  });

  test('every variable without a value is named with its place', () => {
    const { faults } = render('FROM ${IMAGE_PARENT}\nENV A=${BOB_PHP_SLOTT} B=${BOB_X}');
    expect(faults.map(({ at }) => [at?.line, at?.column])).toEqual([
      [2, 7],
      [2, 26],
    ]);
    expect(faults[0]?.message).toBe('cannot render "Dockerfile.template": BOB_PHP_SLOTT is not set');
    expect(faults[0]?.hint).toBe('did you mean "BOB_PHP_SLOT"?');
    expect(faults[0]?.at?.excerpt).toBe('ENV A=${BOB_PHP_SLOTT} B=${BOB_X}');
  });

  test('an operator other than :- and a missing brace are refused', () => {
    expect(render('A=${TAG:+x}').faults[0]?.message).toContain('"${TAG:+x}" is not understood');
    expect(render('A=${TAG:-x').faults[0]?.message).toContain('lacks its closing brace');
  });

  test('a value with a line break cannot bring in instructions', () => {
    const hostile = new Map([['MAINTAINER', 'x\nRUN evil']]);
    expect(render('LABEL a=${MAINTAINER}', hostile).faults[0]?.message).toContain('has a line break');
  });

  test('defaults nested without end are refused, not followed', () => {
    const { faults } = render('${BOB_X:-'.repeat(20_000) + '}'.repeat(20_000));
    expect(faults[0]?.message).toContain('BOB_X is not set');
  });
});
