/** What takes the place of a project's kubler.conf files, for commands. */
export { planMigration } from '../stages/config/index.ts';
