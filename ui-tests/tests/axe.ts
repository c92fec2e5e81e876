import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect } from './lab';

export const THEMES = ['JupyterLab Light', 'JupyterLab Dark'] as const;

/** Fails where axe finds anything serious in the parts of the page that selectors name. */
export async function expectAccessible(page: Page, ...parts: string[]): Promise<void> {
  for (const part of parts) {
    const { violations } = await new AxeBuilder({ page }).include(part).analyze();
    const serious = violations.filter(
      ({ impact }) => impact === 'serious' || impact === 'critical'
    );
    expect(
      serious.map(({ id, nodes }) => ({ part, id, nodes: nodes.map(({ html }) => html) }))
    ).toEqual([]);
  }
}
