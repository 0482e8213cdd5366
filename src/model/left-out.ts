/**
 * Whether something of this name in the folder of an image or builder is no part of it, wherever it lies: what version
 * control keeps differs between two checkouts of one commit.
 */
export const isLeftOut = (name: string): boolean => name === '.git';
