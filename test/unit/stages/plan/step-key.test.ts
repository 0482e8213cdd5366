import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedInputs, stepKey } from '../../../../src/stages/plan/step-key.ts';

const inputs = fc.dictionary(fc.string(), fc.string(), { maxKeys: 6 });

describe('stepKey', () => {
  it('does not depend on the order of inputs', () => {
    fc.assert(
      fc.property(inputs, (each) => {
        const reversed = Object.fromEntries(Object.entries(each).reverse());
        expect(stepKey('image', reversed)).toBe(stepKey('image', each));
      }),
    );
  });

  it('differs for other inputs, and for other kinds of steps', () => {
    fc.assert(
      fc.property(inputs, inputs, (a, b) => {
        expect(stepKey('image', a) === stepKey('image', b)).toBe(changedInputs(a, b) === undefined);
        expect(stepKey('builder', a)).not.toBe(stepKey('image', a));
      }),
    );
  });
});

describe('changedInputs', () => {
  it('names what changed, was added or removed', () => {
    expect(changedInputs({ a: '1', b: '1', c: '1' }, { a: '1', b: '2', d: '1' })).toBe(
      'b changed, c removed, d added',
    );
  });

  it('counts what is beyond the third', () => {
    expect(changedInputs({}, { a: '1', b: '1', c: '1', d: '1', e: '1' })).toBe(
      'a added, b added, c added and 2 more',
    );
  });
});
