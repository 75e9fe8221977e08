// A whole programme through the browser, by its several people, at four sites. On the way every page is looked at
// (look.mjs). The last line is `N checks, 0 failed`. KINFOLD_SHOTS=folder photographs, KINFOLD_KEEP=1 keeps the sites.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { council } from './council.mjs'
import { department } from './department.mjs'
import { chromium, expect, look, lookAt, score } from './look.mjs'
import { at, hostile, makeCouncilFile, makeRegister, makeSites, parties, Person, serve } from './people.mjs'
import { publicPages } from './public.mjs'
import { research } from './research.mjs'
import { ask, protection, records, review, takeIn } from './trusted.mjs'

const folder = mkdtempSync(join(tmpdir(), 'kinfold-browser-'))
const servers = {}

async function release({ person }, linker, back) {
  const analyst = await person('ons-demo', 'analysis-1').arrive()
  await linker.bring(back)
  expect('the return is taken in', !(await linker.page.textContent('main')).includes('There is a problem'), await linker.page.textContent('main'))
  await linker.go('release')
  await linker.press('Make the key table')
  await linker.done()
  await analyst.go('release')
  await analyst.press('Make the release')
  expect('a release is made', !(await analyst.done()).includes('There is a problem'), await analyst.page.textContent('main'))
  return analyst.take('release-')
}

async function changePassword(person) {
  await lookAt(person, 'password', 'password')
  const fresh = 'granite otter lantern'
  for (const [field, value] of [['#password', person.password], ['#fresh', fresh], ['#again', fresh], ['#code', await person.freshCode()]]) await person.page.fill(field, value)
  await person.press('Change password')
  expect('a password is changed by whoever has it', (await person.page.textContent('h1')) === 'Your password is changed', await person.page.textContent('main'))
  await look(person.page, 'password-changed')
  person.password = fresh
}

// Killed and started again on the same port: nothing is lost, and whoever was signed in still is.
async function killAndRestart(protector) {
  const { child, address } = servers['ons-demo']
  child.removeAllListeners('exit')
  await new Promise((resolve) => { child.once('exit', resolve); child.kill('SIGKILL') })
  servers['ons-demo'] = await serve(folder, 'ons-demo', '--port', new URL(address).port)
  protector.server = servers['ons-demo']
  await protector.go('ledger')
  expect('after a kill the ledger is there and the session too', (await protector.page.textContent('h1')) === 'The ledger')
  await protector.press('Sign out')
  await protector.go('ledger')
  expect('signing out ends it', (await protector.page.textContent('h1')) === 'Sign in')
  for (let wrong = 0; wrong < 5; wrong += 1) {
    await protector.page.fill('#user', protector.actor)
    await protector.page.fill('#password', 'not the password at all')
    await protector.page.fill('#code', '000000')
    await protector.press('Sign in')
  }
  const refused = await protector.page.textContent('main')
  await protector.signIn()
  expect('after five wrong tries the right ones are refused in the same words', (await protector.page.textContent('main')).includes('is not right') && refused.includes('is not right'))
}

async function run() {
  makeSites(folder)
  const csv = makeCouncilFile(folder, 300, `"${hostile.replaceAll('"', '""')}"`)
  const register = makeRegister(folder, csv)
  const browser = await chromium.launch({ executablePath: process.env.KINFOLD_CHROMIUM, args: ['--no-sandbox', '--disable-gpu'], timeout: 600_000 })
  const problems = []
  for (const party of parties) {
    servers[party] = await serve(folder, party, ...(party === 'dwp' ? ['--register', register] : []), ...(party === 'east-cheshire' ? ['--objections-as', 'data-protection-1'] : []))
  }
  const person = (party, actor, how = {}) => new Person(browser, servers[party], folder, party, actor, { problems, ...how })
  const world = { browser, servers, folder, problems, person, csv }

  await publicPages(world)
  const sent = await council(world)
  await takeIn(world, sent)
  const { linker, request } = await ask(world)
  await review(world, linker)
  await records(linker, csv)
  const back = await department(world, request)
  await research(world, await release(world, linker, back))
  const protector = await protection(world, linker, csv)
  await changePassword(protector)
  await killAndRestart(protector)
  expect('no page has an error in the browser', problems.length === 0, problems.join(' | '))
  for (const party of parties) await servers[party].stop()
  for (const party of parties) expect(`the ledger of ${party} verifies from the command line`, at(folder, party, 'ledger', 'verify').includes('sound'))
  await browser.close()
}

await run().catch((error) => { score.failures.push(String(error)); console.error(error) })
for (const { child } of Object.values(servers)) child.kill('SIGKILL')
if (!process.env.KINFOLD_KEEP) rmSync(folder, { recursive: true, force: true })
else console.log(folder)
console.log(`${score.checks} checks, ${score.failures.length} failed`)
process.exit(score.failures.length === 0 && score.checks > 200 ? 0 : 1)
