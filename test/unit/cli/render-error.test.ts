import { describe, expect, test } from 'vitest';
import { renderError } from '../../../src/cli/render-error.ts';
import { InternalError, KublerError, KublerErrors } from '../../../src/errors.ts';

const plain = { colour: false, debug: false };
const at = {
  file: '/p/namespaces/web/images/x/build.conf',
  line: 12,
  column: 14,
  excerpt: "IMAGE_PARENT='web/glbc'",
};

describe('an expected failure', () => {
  test('shows message, place with caret, details, log file and hint', () => {
    const error = new KublerError('BUILD_COMMAND_FAILED', 'cannot build image "web/x": hook failed', {
      at,
      details: ['make: *** No rule', '  indented'],
      logFile: '/data/logs/web/x/hook.log',
      hint: 'kubler build web/x',
    });
    expect(renderError(error, { ...plain, cwd: '/p' })).toBe(
      [
        'error: cannot build image "web/x": hook failed',
        '  --> namespaces/web/images/x/build.conf:12:14',
        '     |',
        "  12 | IMAGE_PARENT='web/glbc'",
        '     |              ^',
        '  make: *** No rule',
        '    indented',
        'full log: /data/logs/web/x/hook.log',
        'hint: kubler build web/x',
        '',
      ].join('\n'),
    );
  });

  test('is one line when there is nothing but a message', () => {
    expect(renderError(new KublerError('USAGE_INVALID', 'cannot do it: no'), plain)).toBe(
      'error: cannot do it: no\n',
    );
  });

  test('names files outside the folder in full', () => {
    const error = new KublerError('CONFIG_INVALID', 'cannot read it', {
      at: { file: '/q/a', line: 1, column: 1 },
    });
    expect(renderError(error, { ...plain, cwd: '/p' })).toBe('error: cannot read it\n  --> /q/a:1:1\n');
  });

  test('keeps the caret below its character after tabs and wide characters', () => {
    const error = new KublerError('CONFIG_INVALID', 'cannot', {
      at: { file: '/a', line: 1, column: 5, excerpt: '\t😀x=$(y)' },
    });
    expect(renderError(error, plain)).toContain('  1 |  😀x=$(y)\n    |    ^\n');
  });

  test('cuts a long line around the caret', () => {
    const error = new KublerError('CONFIG_INVALID', 'cannot', {
      at: { file: '/a', line: 1, column: 5001, excerpt: `${'a'.repeat(5000)}!${'b'.repeat(5000)}` },
    });
    const [, , , text = '', caret = ''] = renderError(error, plain).split('\n');
    expect(text.length).toBeLessThan(120);
    expect(text[caret.indexOf('^')]).toBe('!');
    expect(text).toMatch(/…a+!b+…$/);
  });

  test('cannot steer the terminal', () => {
    const error = new KublerError('CONFIG_INVALID', 'cannot read "\u001b[2J\u202e"', {
      at: { file: '/a\u0007', line: 1, column: 1, excerpt: '\u001b]0;x\u0007' },
      details: ['\u001b[31m\r'],
      hint: '\u009b1m',
    });
    const text = renderError(error, { ...plain, debug: false });
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  test('shows causes and stack only for debugging', () => {
    const cause = new Error('connection refused');
    const error = new KublerError('DOWNLOAD_FAILED', 'cannot fetch', { cause });
    expect(renderError(error, plain)).not.toContain('connection refused');
    expect(renderError(error, { ...plain, debug: true })).toMatch(
      /at .*render-error\.test[^]*caused by:\n {2}Error: connection refused/,
    );
  });

  test('ends when causes form a circle', () => {
    const cause = new Error('inner');
    const error = new KublerError('DOWNLOAD_FAILED', 'outer', { cause });
    cause.cause = error;
    expect(renderError(error, { ...plain, debug: true })).toContain('Error: inner');
  });
});

test('several failures follow each other, an empty line between them', () => {
  const errors = new KublerErrors([
    new KublerError('CONFIG_INVALID', 'cannot read a'),
    new KublerError('CONFIG_INVALID', 'cannot read b', { hint: 'look' }),
  ]);
  expect(renderError(errors, plain)).toBe('error: cannot read a\n\nerror: cannot read b\nhint: look\n');
});

test('anything else is our bug, with its stack', () => {
  expect(renderError(new InternalError('no such step'), plain)).toMatch(
    /^internal error: no such step\n {4}at .*render-error\.test[^]*hint: this is a bug in Kubler/,
  );
  expect(renderError('thrown text', plain)).toMatch(/^internal error: thrown text\nhint: this is a bug/);
});

test('colours are used only when asked for', () => {
  const error = new KublerError('CONFIG_INVALID', 'cannot', { at, hint: 'h' });
  expect(renderError(error, { ...plain, colour: true })).toContain('\u001b[31m');
  expect(renderError(error, plain)).not.toContain('\u001b');
});
