import { expect, test } from 'vitest';
import { checkRuleNames } from '../../../../src/stages/prune/index.ts';

test('names of rules, with and without a minus, are accepted', () => {
  expect(checkRuleNames(['docs', '-man', 'all', '-all', 'identity'])).toEqual([]);
});

test('an unknown name is a fault with a suggestion', () => {
  expect(checkRuleNames(['-dosc', 'zz'])).toMatchObject([
    { code: 'CONFIG_INVALID', hint: 'did you mean "docs"?' },
    { code: 'CONFIG_INVALID', hint: expect.stringContaining('identity, volatile') as string },
  ]);
});

test('a rule that always applies cannot be switched off', () => {
  expect(checkRuleNames(['-identity']).map((fault) => fault.message)).toEqual([
    'cannot switch off prune rule "identity": it always applies',
  ]);
});
