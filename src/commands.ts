import type { ReadonlyJSONObject } from '@lumino/coreutils';

/** The commands' ids, for shortcuts, menus, tests and other extensions. */
export const CommandIds = {
  toggleLines: 'chard:toggle-lines',
  editCell: 'chard:edit-cell',
  setKind: 'chard:set-cell-kind',
  joinStep: 'chard:set-cell-step',
  renameStep: 'chard:rename-step',
  goToCell: 'chard:go-to-cell',
  applyFix: 'chard:apply-fix',
  showPanel: 'chard:show-panel',
  suggestSteps: 'chard:suggest-steps',
  run: 'chard:run',
  runFrom: 'chard:run-from-here',
  runOnly: 'chard:run-only-step',
  runWithParameters: 'chard:run-with-parameters',
  compile: 'chard:compile',
  openExample: 'chard:open-example',
  openAsPipeline: 'chard:open-as-pipeline',
  setTarget: 'chard:set-target',
  openRun: 'chard:open-run',
  followRunLink: 'chard:follow-run-link',
  openSelected: 'chard:open-runs',
  renameRun: 'chard:rename-run',
  retryRun: 'chard:retry-run',
  cancelRun: 'chard:cancel-run',
  deleteRuns: 'chard:delete-runs',
  runAgain: 'chard:run-again',
  restoreRun: 'chard:restore-run',
  openAsItWas: 'chard:open-run-as-it-was',
  runAsItWas: 'chard:run-as-it-was',
  copyRunLink: 'chard:copy-run-link',
  compareSelected: 'chard:compare-selected-runs',
  clearSelection: 'chard:clear-run-selection',
  goToRunCell: 'chard:go-to-run-cell',
  openStepInKernel: 'chard:open-step-in-kernel',
  resumeRun: 'chard:resume-run',
  compareRuns: 'chard:compare-runs',
  takeSnapshot: 'chard:take-snapshot',
  openSnapshot: 'chard:open-snapshot',
  restoreSnapshot: 'chard:restore-snapshot',
  compareSnapshots: 'chard:compare-snapshots',
  compareRunSnapshots: 'chard:compare-run-snapshots',
  deleteSnapshot: 'chard:delete-snapshot',
  checkSnapshots: 'chard:check-snapshots',
  pruneSnapshots: 'chard:prune-snapshots',
  copySnapshotLink: 'chard:copy-snapshot-link',
  followSnapshotLink: 'chard:follow-snapshot-link',
  tune: 'chard:tune',
  showTuning: 'chard:show-tuning',
  openExperiment: 'chard:open-experiment',
  followExperimentLink: 'chard:follow-experiment-link',
  copyExperimentLink: 'chard:copy-experiment-link',
  pauseExperiment: 'chard:pause-experiment',
  resumeExperiment: 'chard:resume-experiment',
  stopExperiment: 'chard:stop-experiment',
  setExperimentCounts: 'chard:set-experiment-counts',
  editExperiment: 'chard:edit-experiment',
  renameExperiment: 'chard:rename-experiment',
  deleteExperiment: 'chard:delete-experiment',
  runTrial: 'chard:run-trial',
  writeTrial: 'chard:write-trial'
} as const;

/** The domain of the texts in translations. */
export const TEXT_DOMAIN = 'jupyterlab_chard';

/**
 * Makes the `describedBy` of commands whose arguments are described in a module of its own, each by a JSON Schema that it exports:
 * loaded when somebody asks, since hardly anybody does.
 */
export function describedBy<Schemas extends Record<string, ReadonlyJSONObject>>(
  load: () => Promise<Schemas>
): (schema: keyof Schemas) => () => Promise<{ args: ReadonlyJSONObject }> {
  return schema => async () => ({ args: (await load())[schema]! });
}
