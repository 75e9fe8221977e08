// The linkage report and the review page in a browser, from the disk: nothing loaded, charts drawn, keys work, hostile
// values are text, decisions come out as the file that the program reads.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const require = createRequire(join(process.env.KINFOLD_BROWSER_TOOLS, 'node_modules/'))
const { chromium } = require('playwright-core')
const folder = mkdtempSync(join(tmpdir(), 'kinfold-linkage-'))
const kinfold = (...args) => execFileSync(process.env.KINFOLD, args, { encoding: 'utf8' })

function people(prefix, mistake) {
  const lines = ['id,first_name,surname,dob']
  for (let n = 0; n < 200; n++) {
    const name = n % 9 === 0 ? '"<img src=x onerror=document.title=1>"' : `N${(n * 7) % 53}${mistake && n % 3 === 0 ? 'x' : ''}`
    lines.push(`${prefix}${n},${name},S${(n * 11) % 83}son,19${30 + (n % 70)}-0${1 + (n % 9)}-1${n % 10}`)
  }
  return lines.join('\n') + '\n'
}

const browser = await chromium.launch({ executablePath: process.env.KINFOLD_CHROMIUM, args: ['--no-sandbox'], timeout: 600_000 })
async function open(path, width = 1200) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, acceptDownloads: true })
  page.setDefaultTimeout(600_000)  // Says what never comes; no measure of speed.
  page.on('pageerror', (error) => assert.fail(`${path}: ${error.message}`))
  page.on('console', (message) => assert.notEqual(message.type(), 'error', `${path}: ${message.text()}`))
  page.on('request', (request) => assert.match(request.url(), /^(file|blob|data):/, 'nothing is loaded'))
  await page.goto('file://' + path)
  return page
}

try {
  writeFileSync(join(folder, 'left.csv'), people('=L', false))
  writeFileSync(join(folder, 'right.csv'), people('R', true))
  kinfold('link', join(folder, 'left.csv'), join(folder, 'right.csv'), '--show-values', '--out', join(folder, 'run'))
  kinfold('review', 'draw', join(folder, 'run'), '--out', join(folder, 'review'), '--pairs', '8')
  kinfold('review', 'page', join(folder, 'review'), '--coder', 'kim')

  for (const width of [1200, 320]) {
    const report = await open(join(folder, 'run/report.html'), width)
    await report.waitForFunction(() => document.querySelectorAll('svg.marks').length === 3)
    assert.ok((await report.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `no sideways scrolling at ${width}`)
    assert.equal(await report.evaluate(() => document.querySelectorAll('img').length), 0)
    const says = await report.textContent('#threshold-says')
    await report.focus('#threshold')
    await report.keyboard.press('End')
    assert.notEqual(await report.textContent('#threshold-says'), says, 'the threshold tool answers to the keyboard')
    await report.close()
  }

  const review = await open(join(folder, 'review/review-kim.html'))
  assert.match(await review.textContent('#where'), /Pair 1 of 8, 0 decided/)
  for (const key of ['s', 'd', 'c', 'b', 's']) await review.keyboard.press(key)
  assert.match(await review.textContent('#where'), /Pair 4 of 8, 3 decided/)
  assert.equal(await review.evaluate(() => document.querySelectorAll('img').length), 0, 'values are text')
  assert.equal(await review.title(), 'Clerical review')
  const [download] = await Promise.all([review.waitForEvent('download'), review.click('#save')])
  assert.equal(download.suggestedFilename(), 'decisions-kim.csv')
  await download.saveAs(join(folder, 'review/decisions-kim.csv'))
  const saved = readFileSync(join(folder, 'review/decisions-kim.csv'), 'utf8')
  assert.deepEqual(saved.trim().split('\n').slice(1).map((line) => line.split(',')[3]), ['same', 'different', 'same'])
  assert.match(await review.textContent('#unsaved'), /all saved/)
  // A browser hands its storage to the next page when it comes to it: on a busy machine not always before a reload at once.
  for (let visit = 0; visit < 5; ++visit) {
    await review.reload()
    if (/3 decided/.test(await review.textContent('#where'))) break
  }
  assert.match(await review.textContent('#where'), /Pair 4 of 8, 3 decided/, 'work goes on where it stopped')
  await review.setViewportSize({ width: 320, height: 800 })
  assert.ok((await review.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, 'no sideways scrolling at 320')
  await review.evaluate(() => localStorage.clear())
  await review.reload()
  assert.match(await review.textContent('#where'), /0 decided/)
  await review.setInputFiles('#load', join(folder, 'review/decisions-kim.csv'))
  await review.waitForFunction(() => /3 decided/.test(document.getElementById('where').textContent))
  await review.close()
  // The terminal goes on from what the page saved.
  const screen = execFileSync(process.env.KINFOLD, ['review', 'code', join(folder, 'review'), '--coder', 'kim'], { encoding: 'utf8', input: 'q' })
  assert.match(screen, /3 decided/)
  console.log('the report and the review page: passed')
} finally {
  await browser.close()
  rmSync(folder, { recursive: true, force: true })
}
