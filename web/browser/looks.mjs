// SPDX-License-Identifier: GPL-3.0-or-later
// How views look: pictures of them, and what axe finds against WCAG 2.2 AA, in light and dark and on a phone.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ALL = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
/** What the colours can change. */
const COLOURS = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };
const PHONE = { width: 390, height: 760 };

/**
 * A picture of a page, where CONFER_SHOTS names a folder. @param {{ screenshot: (how: { path: string }) => Promise<unknown> }} page
 * @param {string} name
 */
export async function shoot(page, name) {
  const folder = process.env.CONFER_SHOTS;
  if (folder) {
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }
}

/** What axe finds. @param {import('playwright-core').Page} page @param {string} name @param {{ type: string, values: string[] }} [rules] */
async function findings(page, name, rules = ALL) {
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate((runOnly) => window.axe.run(document, { runOnly, resultTypes: ['violations'] }), rules);
  return [...(passes.length === 0 ? [`${name}: axe has looked at nothing`] : []), ...violations.flatMap((rule) => rule.nodes
    .map((node) => `${name}: ${rule.id}: ${node.target.join(' ')}: ${node.failureSummary?.replace(/\s+/g, ' ')}`))];
}

/** Does a view need to be scrolled sideways? @param {import('playwright-core').Page} page */
function isTooWide(page) {
  return page.evaluate(() => [document.documentElement, ...document.querySelectorAll('main:not([hidden]), main:not([hidden]) > *')]
    .some((element) => element.scrollWidth > document.documentElement.clientWidth || element.getBoundingClientRect().right > document.documentElement.clientWidth + 1));
}

/**
 * Look at a view: light, dark, and as on a phone. What is wrong goes to @complaints. @param {import('playwright-core').Page} page
 * @param {string} name @param {string[]} complaints
 */
export async function look(page, name, complaints) {
  const before = page.viewportSize();
  await page.emulateMedia({ reducedMotion: 'reduce' }); // nothing is half-way between two colours
  await shoot(page, name);
  complaints.push(...await findings(page, name));
  await page.emulateMedia({ colorScheme: 'dark' });
  await shoot(page, `${name}-dark`);
  complaints.push(...await findings(page, `${name}-dark`, COLOURS));
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(PHONE);
  await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); }));
  await shoot(page, `${name}-phone`);
  complaints.push(...await findings(page, `${name}-phone`), ...(await isTooWide(page) ? [`${name}-phone: wider than the screen`] : []));
  await page.setViewportSize(before);
  await page.emulateMedia({ reducedMotion: null });
}
