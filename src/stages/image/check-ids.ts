import { largestId } from '../../model/accounts.ts';
import { fault, type Instruction } from './instruction.ts';

/** Refuses the numbers in `user[:group]` that no container can have; names are looked up in the image, once it is there. */
export function checkIds(instruction: Instruction, account: string): void {
  const beyond = account.split(':').find((part) => /^\d+$/.test(part) && Number(part) > largestId);
  if (beyond !== undefined)
    throw fault(instruction, `the number ${beyond} is too large`, `the largest is ${largestId}`);
}
