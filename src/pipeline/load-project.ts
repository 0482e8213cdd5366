/** Reading a project, for commands. */
export { currentNamespace, loadProject, type SettingsOverrides } from '../stages/config/index.ts';
