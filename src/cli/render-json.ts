/**
 * A value as indented JSON, ending with a line feed. Characters that could steer a terminal are escaped, those above
 * ASCII too, which JSON would let through.
 */
export const renderJson = (value: unknown): string =>
  `${JSON.stringify(value, undefined, 2).replace(steering, escape)}\n`;

const steering = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
