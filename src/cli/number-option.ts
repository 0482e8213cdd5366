import { InvalidArgumentError } from '@commander-js/extra-typings';

/** A parser for a whole number of an option, within limits. */
export function numberOption(name: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`${name} is a whole number from ${min} to ${max}`);
  };
}
