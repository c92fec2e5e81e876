/** Playwright with the system's Chromium: nothing is downloaded. One page serves all tests, and none is tried twice. */
const port = process.env.CHARD_UI_PORT ?? '18888';
process.env.CHARD_UI_PORT = port;

module.exports = {
  testDir: './tests',
  timeout: 120_000,
  expect: { timeout: 30_000 },
  workers: 1,
  retries: 0,
  reporter: process.env.CHARD_UI_REPORT
    ? [['json', { outputFile: process.env.CHARD_UI_REPORT }], ['line']]
    : [['list']],
  outputDir: './test-results',
  webServer: {
    command: `jupyter lab --config ${__dirname}/jupyter_server_config.py`,
    url: `http://127.0.0.1:${port}/api`,
    timeout: 180_000,
    reuseExistingServer: !process.env.CI,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 }
  },
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    browserName: 'chromium',
    viewport: { width: 1500, height: 950 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run']
    }
  }
};
