/**
 * What a step's result depends on besides its code and its inputs: files. The rule is in docs/reuse.md.
 *
 * An engine opens a `RunWorkspace` when a run starts. For each step: `view` (its digest goes into the key), then on a stored
 * result `check` and `replay`, else `started`, the execution, `finished`. At the end `settle`.
 */
export * from './model';
export { openWorkspaceMemory, type WorkspaceMemory } from './memory';
export { overlayProblem } from './overlayProblem';
export { stepVolumes } from './volumes';
export { removeRunFolders, runFolder } from './runFolders';
export { putStepFiles } from './putStepFiles';
export { snapshotOf } from './stepRecords';
export { fileStore, neededFiles } from './fileStore';
export { DEFAULT_LIMITS, openWorkspace } from './runWorkspace';
