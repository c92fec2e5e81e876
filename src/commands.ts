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
  copyRunLink: 'chard:copy-run-link',
  compareSelected: 'chard:compare-selected-runs',
  clearSelection: 'chard:clear-run-selection',
  goToRunCell: 'chard:go-to-run-cell',
  openStepInKernel: 'chard:open-step-in-kernel',
  resumeRun: 'chard:resume-run',
  compareRuns: 'chard:compare-runs'
} as const;

/** The domain of the texts in translations. */
export const TEXT_DOMAIN = 'jupyterlab_chard';
