/** Reading a project, for commands. */
export {
  currentNamespace,
  findWorkingDir,
  loadProject,
  type SettingsOverrides,
} from '../stages/config/index.ts';
