/** The rooms and the direction between them: see docs/architecture.md. */
module.exports = {
  forbidden: [
    {
      name: 'core-depends-on-nothing-above',
      severity: 'error',
      comment: 'core is pure: no room above it, no Node module.',
      from: { path: '^core/', pathNot: '(\\.spec\\.ts$|/testing/)' },
      to: { path: '^(server|src)/' }
    },
    {
      name: 'core-has-no-node',
      severity: 'error',
      from: { path: '^core/', pathNot: '(\\.spec\\.ts$|/testing/)' },
      to: { dependencyTypes: ['core'] }
    },
    {
      name: 'server-and-extension-are-strangers',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^src/' }
    },
    {
      name: 'extension-and-server-are-strangers',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^server/' }
    },
    {
      name: 'notebook-before-python',
      severity: 'error',
      comment: 'notebook, python -> pipeline -> targets, run; never back.',
      from: { path: '^core/(notebook|python)/', pathNot: '(\\.spec\\.ts$|/testing/)' },
      to: { path: '^core/(pipeline|targets|run|experiment|protocol)/' }
    },
    {
      name: 'pipeline-before-targets',
      severity: 'error',
      from: { path: '^core/pipeline/', pathNot: '(\\.spec\\.ts$|/testing/)' },
      to: { path: '^core/(targets|run|experiment|protocol)/' }
    },
    {
      name: 'targets-know-pipelines-only',
      severity: 'error',
      from: { path: '^core/targets/', pathNot: '(\\.spec\\.ts$|/testing/)' },
      to: { path: '^core/(notebook|run|protocol)/' }
    },
    {
      name: 'runs-before-experiments',
      severity: 'error',
      comment: 'A trial is a run; a run does not know that it is one.',
      from: { path: '^core/(run|targets/kfp)/', pathNot: '(\\.spec\\.ts$|/testing/)' },
      to: { path: '^core/experiment/' }
    },
    {
      name: 'suggestions-are-not-needed-below',
      severity: 'error',
      from: { path: '^core/(notebook|python|pipeline|run|experiment|protocol)/' },
      to: { path: '^core/suggest/' }
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true }
    }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(node_modules|jupyterlab_chard)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types']
    }
  }
};
