// Merged into the configuration that jupyter-builder makes: TypeScript is read as it is, core included.
const { NormalModuleReplacementPlugin } = require('@rspack/core');

module.exports = {
  resolve: {
    extensions: ['.tsx', '.ts', '.js'],
    fallback: { module: false, 'fs/promises': false }
  },
  module: {
    rules: [
      {
        test: /\.tsx?$/,
        loader: 'builtin:swc-loader',
        type: 'javascript/auto',
        options: {
          jsc: {
            target: 'es2022',
            parser: { syntax: 'typescript', tsx: true },
            transform: { react: { runtime: 'automatic' } }
          }
        }
      },
      // The example that the launcher opens a copy of.
      { test: /\.ipynb$/, type: 'asset/resource' }
    ]
  },
  plugins: [
    // zod's messages in fifty languages are most of its size; Chard's own are English.
    new NormalModuleReplacementPlugin(/[\\/]locales[\\/]index\.js$/, resource => {
      if (/[\\/]zod[\\/]v4[\\/]/.test(resource.context)) resource.request = '../locales/en.js';
    }),
    new NormalModuleReplacementPlugin(
      /[\\/](to-json-schema|json-schema-processors)\.js$/,
      resource => {
        if (/[\\/]zod[\\/]v4[\\/]classic$/.test(resource.context)) {
          resource.request = require.resolve('./webpack.noJsonSchema.cjs');
        }
      }
    )
  ]
};
