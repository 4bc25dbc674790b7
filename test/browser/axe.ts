import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Result {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
  passes: unknown[];
}

/** Every rule of axe that the page breaks as it is now, and where. @throws when axe looked at next to nothing */
export async function axeFaults(page: Page): Promise<string[]> {
  // As a tool of the browser does: the page's policy holds for what the page loads.
  await page.evaluate(source);
  const { violations, passes } = await page.evaluate<Result>(
    'axe.run(document, { resultTypes: ["violations"] })',
  );
  if (passes.length < 15) throw new Error(`axe: ${passes.length} rules passed, wanted a page to look at`);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}: ${failureSummary}`),
  );
}
