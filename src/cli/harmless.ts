/**
 * Text from files and commands must not steer the terminal: control characters, and those that change the writing
 * direction, become `�`. Tabs become blanks, so that a caret stays below its character.
 */
export const harmless = (text: string): string => text.replaceAll('\t', ' ').replace(steering, '\ufffd');

const steering = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
