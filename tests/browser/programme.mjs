// A whole programme through the browser, by its several people, at four sites. On the way every page is
// held against WCAG 2.2 AA by axe, at desktop width, at 320 px and at 200 %, and photographed where
// KINFOLD_SHOTS names a folder. The last line is `N checks, 0 failed`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { at, makeCouncilFile, makeRegister, makeSites, parties, Person, plan, serve } from './people.mjs'

const require = createRequire(join(process.env.KINFOLD_BROWSER_TOOLS, 'here.js'))
const { chromium } = require('playwright-core')
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

const shots = process.env.KINFOLD_SHOTS
const folder = mkdtempSync(join(tmpdir(), 'kinfold-browser-'))
let checks = 0
const failures = []
const hostile = '<img src=x onerror=document.title="owned">'

function expect(what, holds, more = '') {
  checks += 1
  if (!holds) failures.push(`${what} ${more}`.trim())
  if (!holds) console.error('FAILED:', what, String(more).slice(0, 600))
}

// Axe, and nothing that runs off the screen at 320 px or at 200 % of 1280.
async function look(page, name) {
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.evaluate(axe)
  const found = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
  expect(`axe: ${name}`, found.violations.length === 0, JSON.stringify(found.violations.map((each) => [each.id, each.nodes.map((node) => node.html.slice(0, 160))])))
  if (shots) { mkdirSync(shots, { recursive: true }); await page.screenshot({ path: join(shots, `${name}-1280.png`), fullPage: true }) }
  for (const width of [640, 320]) {
    await page.setViewportSize({ width, height: 800 })
    const wide = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(`${width} px: ${name}`, wide <= width, `is ${wide} px wide`)
  }
  if (shots) { await page.setViewportSize({ width: 375, height: 800 }); await page.screenshot({ path: join(shots, `${name}-375.png`), fullPage: true }) }
  await page.setViewportSize({ width: 1280, height: 900 })
}

async function lookAt(person, name, path) {
  await person.go(path)
  const until = Date.now() + 15000
  while ((await person.page.textContent('h1')) === 'The site is busy' && Date.now() < until) { await person.page.waitForTimeout(500); await person.go(path) }
  await look(person.page, name)
}

async function run() {
  makeSites(folder)
  const csv = makeCouncilFile(folder, 300, `"${hostile.replaceAll('"', '""')}"`)
  const register = makeRegister(folder, csv)

  const browser = await chromium.launch({ executablePath: process.env.KINFOLD_CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  const servers = {}
  for (const party of parties) {
    servers[party] = await serve(folder, party, ...(party === 'dwp' ? ['--register', register] : []), ...(party === 'east-cheshire' ? ['--objections-as', 'data-protection-1'] : []))
  }
  const person = (party, actor) => new Person(browser, servers[party], folder, party, actor)
  const problems = []

  // The public: the notice, without scripts too, and an objection with its receipt.
  const publicContext = await browser.newContext({ javaScriptEnabled: false })
  const street = { page: await publicContext.newPage(), go(path) { return this.page.goto(servers['east-cheshire'].address + path) } }
  await street.go('object')
  await street.page.fill('#forenames', hostile)
  await street.page.getByRole('button', { name: 'Send my objection' }).click()
  expect('a hostile name comes back as text', (await street.page.inputValue('#forenames')) === hostile && (await street.page.title()).startsWith('Object'))
  await street.page.fill('#forenames', 'Ada')
  await street.page.fill('#surname', 'Crow')
  await street.page.fill('#date_of_birth', '27 3 2007')
  await street.page.getByRole('button', { name: 'Send my objection' }).click()
  expect('an objection gives a receipt', (await street.page.textContent('main')).includes('Receipt number'))
  const visitor = { page: await (await browser.newContext()).newPage(), go(path) { return this.page.goto(servers['east-cheshire'].address + path) } }
  visitor.page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('status of')) problems.push(message.text()) })
  for (const [name, path] of [['public-notice', ''], ['public-object', 'object'], ['sign-in', 'sign-in'], ['enrol', 'enrol'], ['accessibility', 'accessibility'], ['not-found', 'no-such-page']]) await lookAt(visitor, name, path)

  // The council.
  const officer = await person('east-cheshire', 'intake-1').arrive()
  officer.page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('status of')) problems.push(message.text()) })
  await lookAt(officer, 'council-rooms', '')
  await lookAt(officer, 'council-outbox-with-notice', 'outbox')
  await lookAt(officer, 'council-families', 'families')
  await officer.page.setInputFiles('#families', csv)
  await officer.press('Read and seal')
  expect('families are sealed', (await officer.done()).includes('Sealed'))
  expect('what to put right is shown', (await officer.page.textContent('main')).includes('What to do'))
  await look(officer.page, 'council-sealed')
  await lookAt(officer, 'council-holdings', 'holdings')
  await lookAt(officer, 'council-objections', 'objections')
  await officer.go('ledger')
  expect('the ledger is for others', (await officer.page.textContent('h1')) === 'This is not allowed')
  await look(officer.page, 'not-allowed')
  const submission = await officer.take('submission-')

  // The trusted party.
  const taker = await person('ons-demo', 'intake-1').arrive()
  await lookAt(taker, 'trusted-inbox', 'inbox')
  expect('a submission is taken in', (await taker.bring(submission)).length > 0 && !(await taker.page.textContent('main')).includes('There is a problem'), await taker.page.textContent('main'))
  await look(taker.page, 'trusted-taken-in')
  await taker.bring(submission)
  expect('a replay is refused', (await taker.page.textContent('main')).includes('There is a problem'))
  await lookAt(taker, 'trusted-received', 'received')
  const linker = await person('ons-demo', 'linkage-1').arrive()
  await lookAt(linker, 'trusted-requests', 'requests')
  await linker.press('Seal a request')
  await linker.done()
  await look(linker.page, 'trusted-request-sealed')
  const request = await linker.take('request-dwp')

  // Clerical review, by two, with the keyboard.
  const second = await person('ons-demo', 'linkage-2').arrive()
  await lookAt(linker, 'review-empty', 'review')
  await linker.page.fill('#pairs', '6')
  await linker.press('Draw')
  expect('pairs are drawn', (await linker.done()).includes('drawn'), await linker.page.textContent('main'))
  for (const reviewer of [linker, second]) {
    await lookAt(reviewer, `review-${reviewer.actor}`, 'review')
    const begin = reviewer.page.getByRole('button', { name: /^Begin/ })
    if (!(await begin.count())) { expect('there are pairs to judge', false); break }
    await reviewer.press('Begin')
    expect('a pair is shown, and not what the program thinks', !/probab|weight|\d %/.test(await reviewer.page.textContent('main')))
    if (reviewer === linker) await look(reviewer.page, 'review-pair')
    for (let pair = 0; pair < 30; pair += 1) {
      if ((await reviewer.page.textContent('h1')) !== 'Is it one person?') break
      await Promise.all([reviewer.page.waitForNavigation(), reviewer.page.keyboard.press('s')])
    }
    expect('the keyboard judges every pair', (await reviewer.page.textContent('h1')) === 'All done')
  }
  await lookAt(linker, 'quality', 'quality')
  await lookAt(linker, 'people', 'people')
  await linker.page.fill('#forenames', 'Nobody')
  await linker.page.fill('#surname', 'Whatever')
  await linker.page.fill('#date_of_birth', '1 1 1950')
  await linker.press('Look up')
  expect('looking somebody up is answered', /Records found/.test(await linker.page.textContent('h1')))

  // The department.
  const department = await person('dwp', 'linkage-1').arrive()
  await lookAt(department, 'department-empty', 'request')
  await department.bring(request)
  await lookAt(department, 'department-request', 'request')
  expect('the days left are large on the page', (await department.page.textContent('.kf-figure')).includes('days left'))
  await department.press('Match and seal the return')
  expect('a request is matched', (await department.done()).includes('Matched'), await department.page.textContent('main'))
  await look(department.page, 'department-matched')
  const back = await department.take('return-')
  await department.go('request')
  await department.press('Destroy this request')
  await department.done()
  await lookAt(department, 'department-after', 'request')

  // The release, in two steps by two people.
  const analyst = await person('ons-demo', 'analysis-1').arrive()
  await linker.bring(back)
  expect('the return is taken in', !(await linker.page.textContent('main')).includes('There is a problem'), await linker.page.textContent('main'))
  await lookAt(linker, 'release', 'release')
  await linker.press('Make the key table')
  await linker.done()
  await analyst.go('release')
  await analyst.press('Make the release')
  expect('a release is made', !(await analyst.done()).includes('There is a problem'), await analyst.page.textContent('main'))
  const release = await analyst.take('release-')

  // Research: evaluate, check by somebody else, publish.
  const researcher = await person('ministry', 'analysis-1').arrive()
  await lookAt(researcher, 'research-empty', 'releases')
  await researcher.bring(release)
  writeFileSync(join(folder, 'plan.toml'), plan)
  await lookAt(researcher, 'research-releases', 'releases')
  await researcher.page.setInputFiles('#plan', join(folder, 'plan.toml'))
  await researcher.press('Evaluate and check')
  expect('a release is evaluated', (await researcher.done()).includes('Evaluated and checked'), await researcher.page.textContent('main'))
  await look(researcher.page, 'research-evaluated')
  await lookAt(researcher, 'research-outputs', 'outputs')
  const checker = await person('ministry', 'output-checking-1').arrive()
  await lookAt(checker, 'checking', 'checking')
  await checker.press('Check')
  await checker.done()
  await checker.page.getByRole('link', { name: 'Look at what failed' }).click()
  await look(checker.page, 'checking-output')
  await checker.press('Approve')
  expect('an output is approved', (await checker.done()).includes('approved'), await checker.page.textContent('main'))
  await checker.go('checking')
  await checker.press('Publish')
  expect('an output is published', (await checker.done()).includes('Published'), await checker.page.textContent('main'))

  // The data protection officer.
  const protector = await person('ons-demo', 'data-protection-1').arrive()
  for (const path of ['cases', 'holdings', 'certificates', 'ledger', 'ledger/1', 'record', 'rights', 'work', ...(process.env.KINFOLD_MORE_PAGES ?? '').split(' ').filter(Boolean)]) {
    await lookAt(protector, `protection-${path.replace('/', '-')}`, path)
  }
  await protector.go('ledger')
  await protector.press('Check every entry')
  expect('the ledger is sound', (await protector.done()).includes('The ledger is sound'))

  // Killed and started again: nothing is lost, and whoever was signed in still is.
  servers['ons-demo'].child.removeAllListeners('exit')
  await new Promise((resolve) => { servers['ons-demo'].child.once('exit', resolve); servers['ons-demo'].child.kill('SIGKILL') })
  servers['ons-demo'] = await serve(folder, 'ons-demo')
  protector.server = servers['ons-demo']
  const cookies = await protector.context.cookies()
  await protector.context.clearCookies()
  await protector.context.addCookies(cookies.map((cookie) => ({ ...cookie })))
  await protector.go('ledger')
  expect('after a kill the ledger is there and the session too', (await protector.page.textContent('h1')) === 'The ledger')
  await protector.page.getByRole('button', { name: 'Sign out' }).click()
  await protector.go('ledger')
  expect('signing out ends it', (await protector.page.textContent('h1')) === 'Sign in')
  expect('no page has an error in the browser', problems.length === 0, problems.join(' | '))
  for (const party of parties) await servers[party].stop()
  expect('the ledger verifies from the command line', at(folder, 'ons-demo', 'ledger', 'verify').includes('sound'))
  await browser.close()
}

await run().catch((error) => { failures.push(String(error)); console.error(error) })
if (!process.env.KINFOLD_KEEP) rmSync(folder, { recursive: true, force: true })
else console.log(folder)
console.log(`${checks} checks, ${failures.length} failed`)
process.exit(failures.length === 0 && checks > 60 ? 0 : 1)
