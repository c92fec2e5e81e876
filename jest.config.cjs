const transform = {
  '\\.[cm]?[jt]s$': [
    '@swc/jest',
    {
      sourceMaps: 'inline',
      module: { type: 'commonjs' },
      jsc: { target: 'es2023', parser: { syntax: 'typescript' } }
    }
  ]
};
const common = {
  globals: { __VERSION__: require('./package.json').version },
  testEnvironment: 'node',
  transform,
  transformIgnorePatterns: [
    '/node_modules/(?!(web-tree-sitter|commander|jsonc-parser|js-yaml|@chard)/)'
  ],
  modulePathIgnorePatterns: ['<rootDir>/jupyterlab_chard/', '<rootDir>/dist/', '<rootDir>/.venv/']
};
module.exports = {
  projects: [
    { ...common, displayName: 'core', testMatch: ['<rootDir>/core/**/*.spec.ts'] },
    {
      ...common,
      displayName: 'server',
      testMatch: ['<rootDir>/server/**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/server/src/equivalence/kfp/']
    },
    // With the real kfp package, in an environment of its own: `make test` makes it.
    {
      ...common,
      displayName: 'kfp',
      testMatch: ['<rootDir>/server/src/equivalence/kfp/**/*.spec.ts']
    }
  ]
};
