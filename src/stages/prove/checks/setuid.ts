import type { FileEntry } from '../../../model/tree-entry.ts';
import type { Check } from './check.ts';

const setuid = 0o4000;
const setgid = 0o2000;

/** Programs that distributions install with these bits, by name. */
const known = new Set(
  (
    'amcheck at authpf batch bbsuid bsd-write bwrap calife cardctl chage chfn chkpwd chrome-sandbox chsh crontab dbus-daemon-launch-helper doas dma ' +
    'dma-mbox-create dotlockfile dumpcap exim exim4 expiry fping fping6 fusermount fusermount3 gnome-pty-helper gpasswd kcheckpass lbu lockfile ' +
    'locate lockspool mail-lock mail-touchlock mail-unlock man mandb mlocate mount mount.cifs mount.davfs mount.ecryptfs_private mount.nfs mtr ' +
    'mtr-packet netreport newgidmap newgrp newuidmap ntfs-3g pam_extrausers_chkpwd pam_timestamp_check passwd ping ping4 ping6 pinger pkexec plocate pmount ' +
    'polkit-agent-helper-1 polkit-explicit-grant-helper postdrop postqueue pppd procmail pt_chown pumount qmail-queue quota sendmail sg slocate ' +
    'snap-confine snap-update-ns spice-client-glib-usb-acl-helper ssh-agent ssh-keysign su sudo sudoedit suexec suexec-custom suexec-pristine traceroute6 ' +
    'traceroute6.iputils umount unix_chkpwd unix_update unix2_chkpwd updatedb userhelper usernetctl utempter vlock-main vmware-user-suid-wrapper wall ' +
    'wodim write Xorg.wrap X auth_pam_tool basic_ncsa_auth basic_pam_auth ksu lxc-user-nic screen setterm sperl traceroute xscreensaver-auth ' +
    'xterm uml_net cdrecord dhclient nullmailer-queue nullmailer-send'
  ).split(' '),
);

/** Programs that run as somebody else than who starts them. */
export const setuidCheck: Check = {
  code: 'setuid',
  explanation:
    'Only programs of packages that are known for it are executed as their owner or group (setuid, setgid), whoever starts them.',
  *run({ tree }) {
    const hasOwners = [...tree.values()].some(({ origin }) => origin?.kind === 'package');
    for (const entry of tree.values()) {
      if (entry.type !== 'file' || (entry.mode & 0o111) === 0 || (entry.mode & (setuid | setgid)) === 0)
        continue;
      const isOwned = !hasOwners || entry.origin?.kind === 'package';
      if (isOwned && isKnown(entry)) continue;
      yield {
        severity: 'warning',
        subject: `/${entry.path}`,
        message: describe(entry, isOwned),
        repair: 'chmod ug-s in finish_rootfs_build, unless it is made for that',
      };
    }
  },
};

const isKnown = ({ path }: FileEntry): boolean => known.has(path.slice(path.lastIndexOf('/') + 1));

function describe({ mode, uid, gid }: FileEntry, isOwned: boolean): string {
  const who = [
    ...((mode & setuid) === 0 ? [] : [`user ${uid}`]),
    ...((mode & setgid) === 0 ? [] : [`group ${gid}`]),
  ];
  const why = isOwned ? 'and is not known for that' : 'and came with no package';
  return `runs as ${who.join(' and ')}, whoever starts it (mode ${(mode & 0o7777).toString(8)}), ${why}`;
}
