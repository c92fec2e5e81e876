const transform = {
  '\\.[cm]?[jt]sx?$': [
    '@swc/jest',
    {
      sourceMaps: 'inline',
      module: { type: 'commonjs' },
      jsc: {
        target: 'es2023',
        parser: { syntax: 'typescript', tsx: true },
        transform: { react: { runtime: 'automatic' } }
      }
    }
  ]
};
const common = {
  globals: { __VERSION__: require('./package.json').version },
  testEnvironment: 'node',
  transform,
  transformIgnorePatterns: ['/node_modules/(?!(commander|jsonc-parser|js-yaml|@chard)/)'],
  modulePathIgnorePatterns: [
    '<rootDir>/.venv/',
    '<rootDir>/jupyterlab_chard/',
    '<rootDir>/dist/',
    '<rootDir>/ui-tests/'
  ]
};
// JupyterLab's packages are ES modules only.
const modules = [
  '@chard',
  '@codemirror',
  '@jupyter',
  '@jupyterlab',
  '@lezer',
  '@lumino',
  '@marijn',
  '@microsoft',
  '@rjsf',
  'crelt',
  'exenv-es6',
  'lib0',
  'lodash-es',
  'nanoid',
  'style-mod',
  'uuid',
  'w3c-keyname',
  'y-protocols',
  'y-websocket',
  'yjs'
].join('|');
module.exports = {
  projects: [
    { ...common, displayName: 'core', testMatch: ['<rootDir>/core/**/*.spec.ts'] },
    {
      ...common,
      displayName: 'server',
      testMatch: ['<rootDir>/server/**/*.spec.ts'],
      testPathIgnorePatterns: [
        '/node_modules/',
        '<rootDir>/server/src/equivalence/kfp/',
        '<rootDir>/server/src/cluster/'
      ]
    },
    // With the real kfp package, in an environment of its own.
    {
      ...common,
      displayName: 'kfp',
      testMatch: ['<rootDir>/server/src/equivalence/kfp/**/*.spec.ts']
    },
    // With a real cluster.
    {
      ...common,
      displayName: 'cluster',
      testMatch: ['<rootDir>/server/src/cluster/**/*.spec.ts']
    },
    {
      ...common,
      displayName: 'extension',
      testEnvironment: 'jsdom',
      testMatch: ['<rootDir>/src/**/*.spec.ts?(x)'],
      moduleNameMapper: { '\\.css$': '<rootDir>/.ci/noStyles.cjs' },
      transformIgnorePatterns: [`/node_modules/(?!(${modules})/)`]
    }
  ]
};
