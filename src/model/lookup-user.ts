import { KublerError } from '../errors.ts';
import {
  accountLines,
  accountName,
  accountNumber,
  findAccount,
  groupMembers,
  largestId,
  type AccountLine,
} from './accounts.ts';

/** Who a container's process runs as. */
export interface UserIdentity {
  readonly uid: number;
  readonly gid: number;
  /** Groups the user is a member of; none when the group was named. */
  readonly additionalGids: readonly number[];
  /** Home folder in passwd; `/` for a user without a line. */
  readonly home: string;
}

/**
 * Resolves `USER` as container engines do: `name`, `uid`, `name:group`, `uid:gid`; empty is root. A bare number needs
 * no line. Throws `IMAGE_INVALID` for a name that the files do not have.
 */
export function lookupUser(passwd: string, group: string, user: string): UserIdentity {
  const [userPart = '', groupPart = ''] = user.split(':');
  const wanted = userPart === '' ? '0' : userPart;
  const line = findAccount(passwd, wanted);
  const uid = line ? accountNumber(line, 2) : numberOf(wanted, 'user', 'etc/passwd');
  const home = line?.fields[5] ?? '/';
  if (groupPart !== '') {
    const groupLine = findAccount(group, groupPart);
    const gid = groupLine ? accountNumber(groupLine, 2) : numberOf(groupPart, 'group', 'etc/group');
    return { uid, gid, additionalGids: [], home };
  }
  return {
    uid,
    gid: line ? accountNumber(line, 3) : 0,
    additionalGids: line ? groupsOf(group, line) : [],
    home,
  };
}

function groupsOf(text: string, user: AccountLine): number[] {
  const lines = accountLines(text).filter((line) => groupMembers(line).includes(accountName(user)));
  return lines.map((line) => accountNumber(line, 2)).filter((gid) => !Number.isNaN(gid));
}

function numberOf(text: string, kind: string, file: string): number {
  if (!/^\d+$/.test(text)) {
    throw new KublerError(
      'IMAGE_INVALID',
      `cannot find ${kind} "${text}": ${file} of the image has no such line`,
    );
  }
  if (Number(text) > largestId) {
    throw new KublerError(
      'IMAGE_INVALID',
      `cannot run as ${kind} ${text}: the largest number is ${largestId}`,
    );
  }
  return Number(text);
}
