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
  openRun: 'chard:open-run',
  openRunLink: 'chard:open-run-link',
  goToRunCell: 'chard:go-to-run-cell',
  openStepInKernel: 'chard:open-step-in-kernel',
  resumeRun: 'chard:resume-run',
  compareRuns: 'chard:compare-runs'
} as const;

/** The domain of the texts in translations. */
export const TEXT_DOMAIN = 'jupyterlab_chard';
