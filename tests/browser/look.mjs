// How a page is held against what everybody may expect of it: WCAG 2.2 AA (axe), nothing off the screen at 320 px and at
// 200 %, a print view without controls; photographed where KINFOLD_SHOTS names a folder.
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(process.env.KINFOLD_BROWSER_TOOLS, 'here.js'))
export const { chromium } = require('playwright-core')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const shots = process.env.KINFOLD_SHOTS
const desktop = { width: 1280, height: 900 }

export const score = { checks: 0, failures: [] }

export function expect(what, holds, more = '') {
  score.checks += 1
  if (holds) return
  score.failures.push(what)
  console.error('FAILED:', what, String(more).slice(0, 800))
}

async function photograph(page, name) {
  if (!shots) return
  mkdirSync(shots, { recursive: true })
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}

export async function look(page, name) {
  await page.evaluate(axe)
  const found = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
  expect(`axe: ${name}`, found.violations.length === 0, JSON.stringify(found.violations.map((each) => [each.id, each.nodes.map((node) => node.html.slice(0, 160))])))
  await photograph(page, `${name}-1280`)
  // 640 is 1280 at 200 %.
  for (const width of [640, 320]) {
    await page.setViewportSize({ width, height: 800 })
    const wide = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(`${width} px: ${name}`, wide <= width, `is ${wide} px wide`)
  }
  if (shots) { await page.setViewportSize({ width: 375, height: 800 }); await photograph(page, `${name}-375`) }
  await page.setViewportSize(desktop)
}

export async function lookAt(person, name, path) {
  await person.go(path)
  await person.done()
  await look(person.page, name)
}

// On paper there is nothing to press, and what is folded on the screen is there to read.
export async function lookInPrint(page, name) {
  await page.emulateMedia({ media: 'print' })
  const seen = await page.evaluate(() => {
    const shown = (selector) => [...document.querySelectorAll(selector)].some((each) => each.checkVisibility())
    return { controls: shown('form, button, nav, .govuk-footer, .govuk-skip-link'), words: document.querySelector('main').innerText.length, folded: [...document.querySelectorAll('.govuk-details__text')].some((each) => !each.checkVisibility()), wide: document.documentElement.scrollWidth > window.innerWidth }
  })
  expect(`print: ${name} has nothing to press`, !seen.controls)
  expect(`print: ${name} has its words`, seen.words > 100 && !seen.wide && !seen.folded, JSON.stringify(seen))
  await photograph(page, `${name}-print`)
  await page.emulateMedia({ media: 'screen' })
}
