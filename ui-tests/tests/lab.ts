import {
  test as base,
  expect,
  type BrowserContext,
  type Locator,
  type Page
} from '@playwright/test';

export { expect };

/** A cell of a test's notebook: code with tags, or Markdown. */
export type TestCell = { source: string; tags?: string[]; markdown?: boolean };

export const code = (source: string, ...tags: string[]): TestCell => ({ source, tags });
export const markdown = (source: string): TestCell => ({ source, markdown: true });

interface Shared {
  getMetadata(key: string): unknown;
  getSource(): string;
  setSource(text: string): void;
}

interface NotebookWidget {
  readonly context?: { readonly path: string; readonly model: { dirty: boolean } };
  readonly content: {
    activeCellIndex: number;
    notebookConfig: object;
    readonly model: {
      readonly sharedModel: { readonly cells: Shared[]; undo(): void; metadata: object };
    };
  };
  close(): void;
}

interface App {
  readonly commands: {
    execute(id: string, args?: object): Promise<unknown>;
    isEnabled(id: string): boolean;
    listCommands(): string[];
    readonly keyBindings: readonly {
      readonly command: string;
      readonly keys: readonly string[];
      readonly selector: string;
    }[];
    describedBy(id: string): Promise<{ readonly args: object | null }>;
  };
  readonly shell: {
    widgets(area: string): Iterable<NotebookWidget>;
    currentWidget: NotebookWidget;
  };
  readonly serviceManager: {
    contents: {
      get(path: string, options: object): Promise<{ readonly content: unknown }>;
      save(path: string, model: object): Promise<unknown>;
      rename(path: string, to: string): Promise<unknown>;
      delete(path: string): Promise<unknown>;
      newUntitled(options: object): Promise<{ readonly path: string }>;
    };
  };
  readonly restored: Promise<void>;
}

declare global {
  interface Window {
    readonly jupyterapp: App;
  }
}

/** JupyterLab in one page that all tests share. */
export class Lab {
  private static count = 0;

  constructor(readonly page: Page) {}

  /** Writes a notebook and opens it without a kernel. @returns its path. */
  async open(cells: TestCell[], kernel = 'python3', language = 'python'): Promise<string> {
    const path = `test-${++Lab.count}-${process.pid}.ipynb`;
    const notebook = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {
        kernelspec: { name: kernel, display_name: kernel, language },
        language_info: { name: language }
      },
      cells: cells.map(({ source, tags, markdown: isMarkdown }, index) => ({
        id: `cell-${index}`,
        cell_type: isMarkdown ? 'markdown' : 'code',
        source,
        metadata: tags?.length ? { tags } : {},
        ...(isMarkdown ? {} : { outputs: [], execution_count: null })
      }))
    };
    await this.openNotebook(path, notebook);
    if (language === 'python') await this.untilKnown();
    return path;
  }

  /** Chard knows a notebook a moment after JupyterLab shows it: until then its commands do nothing. */
  private async untilKnown(): Promise<void> {
    await this.page.waitForFunction(() => window.jupyterapp.commands.isEnabled('chard:edit-cell'));
  }

  /** Writes a notebook's JSON to `path` and opens it without a kernel. */
  async openNotebook(path: string, notebook: object): Promise<void> {
    await this.page.evaluate(
      async ({ path, notebook }) => {
        const { serviceManager, commands } = window.jupyterapp;
        await serviceManager.contents.save(path, {
          type: 'notebook',
          format: 'json',
          content: notebook
        });
        await commands.execute('docmanager:open', {
          path,
          kernelPreference: { shouldStart: false, canStart: true, autoStartDefault: false }
        });
      },
      { path, notebook }
    );
    await expect(this.cells.first()).toBeVisible();
  }

  /** Only the cells on the screen are in the page, whatever the notebook's length. */
  useWindowing(): Promise<void> {
    return this.page.evaluate(() => {
      const { content } = window.jupyterapp.shell.currentWidget;
      content.notebookConfig = { ...content.notebookConfig, windowingMode: 'full' };
    });
  }

  async closeAll(): Promise<void> {
    await this.page.evaluate(() => {
      for (const widget of [...window.jupyterapp.shell.widgets('main')]) {
        if (widget.context) widget.context.model.dirty = false;
        widget.close();
      }
    });
    await expect(this.page.locator('.jp-NotebookPanel')).toHaveCount(0);
  }

  execute(command: string, args: object = {}): Promise<void> {
    return this.page.evaluate(
      async ({ command, args }) => {
        await window.jupyterapp.commands.execute(command, args);
      },
      { command, args }
    );
  }

  get cells(): Locator {
    return this.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell');
  }

  /** The line above the cell that has this text. */
  lineOf(source: string): Locator {
    return this.cells.filter({ hasText: source }).locator('.jp-chard-Line');
  }

  get editor(): Locator {
    return this.page.getByRole('dialog', { name: 'Cell in the pipeline' });
  }

  get panel(): Locator {
    return this.page.locator('#jp-chard-panel');
  }

  /** Switches tuning on for the open notebook. @returns the panel's section */
  async tune(): Promise<Locator> {
    await this.showPanel('tuning');
    const section = this.panel.locator('[data-section=tuning]');
    await section.getByRole('switch', { name: 'Tune hyperparameters' }).check();
    return section;
  }

  /** An experiment as a document. */
  get experiment(): Locator {
    return this.page.locator('.jp-chard-Experiment');
  }

  /** Makes a cell the active one, in command mode. */
  async select(index: number): Promise<void> {
    await this.execute('chard:go-to-cell', { cell: index });
    await expect(this.cells.nth(index)).toHaveClass(/jp-mod-active/);
    await expect(this.page.locator('.jp-Notebook.jp-mod-commandMode')).toBeVisible();
  }

  tags(index: number): Promise<unknown> {
    return this.page.evaluate(
      at =>
        window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells[at]!.getMetadata(
          'tags'
        ) ?? [],
      index
    );
  }

  chard(index: number): Promise<unknown> {
    return this.page.evaluate(
      at =>
        window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells[at]!.getMetadata(
          'chard'
        ) ?? {},
      index
    );
  }

  undo(): Promise<void> {
    return this.page.evaluate(() =>
      window.jupyterapp.shell.currentWidget.content.model.sharedModel.undo()
    );
  }

  setSource(index: number, text: string): Promise<void> {
    return this.page.evaluate(
      ({ index, text }) =>
        window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells[index]!.setSource(
          text
        ),
      { index, text }
    );
  }

  /** Chooses a command in JupyterLab's palette by its words. */
  async choose(label: string): Promise<void> {
    await this.execute('apputils:activate-command-palette');
    const input = this.page.locator('.lm-CommandPalette-input');
    await expect(input).toBeFocused();
    await input.fill(label);
    const item = this.page.locator('.lm-CommandPalette-item.lm-mod-active');
    await expect(item).toContainText(label);
    await expect(item).not.toHaveClass(/lm-mod-disabled/);
    await input.press('Enter');
    await expect(input).toBeHidden();
  }

  /** Opens the panel, and the section where one is named. */
  async showPanel(section?: string): Promise<void> {
    await this.execute('chard:show-panel', section ? { section } : {});
    await expect(this.panel).toBeVisible();
  }
}

/** JupyterLab in a new page, its layout forgotten; `address` where it is not the tests' common server's. */
export async function openLab(context: BrowserContext, address = '', workspace = ''): Promise<Lab> {
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const path = workspace === '' ? '/lab' : `/lab/workspaces/${workspace}`;
  await page.goto(`${address}${path}?reset`);
  await page.waitForFunction(() => window.jupyterapp !== undefined);
  await page.evaluate(() => window.jupyterapp.restored);
  await untilReset(page);
  return new Lab(page);
}

/** JupyterLab takes `reset` out of the address some time after it is there; the commands by which it does would close the palette. */
async function untilReset(page: Page): Promise<void> {
  await page.waitForFunction(() => !location.search.includes('reset'));
  await page.evaluate(
    () => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  );
}

export const test = base.extend<{ tidy: void }, { lab: Lab }>({
  lab: [
    async ({ browser }, use, workerInfo) => {
      const { baseURL, viewport } = workerInfo.project.use;
      const context = await browser.newContext({ baseURL, viewport });
      // JupyterLab would ask, over the page, whether it may fetch news.
      await context.request.put('/lab/api/settings/@jupyterlab/apputils-extension:notification', {
        data: { raw: '{"fetchNews": "false"}' }
      });
      await use(await openLab(context));
      await context.close();
    },
    { scope: 'worker', timeout: 180_000 }
  ],
  tidy: [
    async ({ lab }, use) => {
      await use();
      await lab.page.keyboard.press('Escape');
      await lab.closeAll();
    },
    { auto: true }
  ]
});

/**
 * Watches in every frame where what `selector` finds lies, until there is no such thing on the screen.
 * @returns what gives the places seen so far: one where nothing has moved
 */
export async function placesOf(page: Page, selector: string): Promise<() => Promise<string[]>> {
  const seen = await page.evaluateHandle(selector => {
    const places = new Set<string>();
    const look = (): void => {
      const found = [...document.querySelectorAll(selector)];
      const corners = found.map(each => {
        const { left, top, width } = each.getBoundingClientRect();
        return [left, top, width].map(Math.round);
      });
      if (!found[0]?.checkVisibility()) return;
      places.add(JSON.stringify(corners));
      requestAnimationFrame(look);
    };
    look();
    return places;
  }, selector);
  return () => seen.evaluate(places => [...places]);
}
