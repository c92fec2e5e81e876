/** Takes the pictures of docs/jupyterlab.md again: `make pictures`. */
module.exports = { ...require('./playwright.config.cjs'), testDir: './tour' };
