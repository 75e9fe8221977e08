// The people of a programme, each with a browser of their own, and the sites that they work at.
import { spawn, execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { follow, newContext } from './pages.mjs'

const program = process.env.KINFOLD
const source = process.env.KINFOLD_SOURCE
export const parties = ['east-cheshire', 'ons-demo', 'dwp', 'ministry']
export const hostile = '<img src=x onerror=document.title="owned">'

export function kinfold(...args) {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

// RFC 6238, as an authenticator app does it.
export function code(secret, at = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  let bits = ''
  for (const letter of secret) bits += alphabet.indexOf(letter).toString(2).padStart(5, '0')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000)))
  const mac = createHmac('sha1', key).update(counter).digest()
  const offset = mac[19] & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1000000).padStart(6, '0')
}

// Sites under the demonstration's charter with its dates moved, so that today lies in the programme.
export function makeSites(folder) {
  const charter = join(folder, 'charter.toml')
  const text = readFileSync(join(source, 'charters/family-focus-demo.toml'), 'utf8')
  writeFileSync(charter, text.replaceAll('2023-12-31', '2098-12-31').replaceAll('2022-12-31', '2097-12-31'))
  mkdirSync(join(folder, 'passphrases'), { recursive: true })
  for (const party of parties) {
    writeFileSync(join(folder, 'passphrases', party), `a passphrase for ${party}\n`, { mode: 0o600 })
    const extra = party === 'ons-demo' ? ['--actors', actorsOfTrusted(folder)] : []
    kinfold('--passphrase-file', join(folder, 'passphrases', party), 'site', 'init', join(folder, party), '--charter', charter, '--party', party, ...extra)
  }
  for (const party of parties) {
    for (const other of parties) if (other !== party) at(folder, party, 'site', 'trust', join(folder, other, 'keys/site.card'))
  }
}

function actorsOfTrusted(folder) {
  const path = join(folder, 'actors-ons.toml')
  // Parting a submission puts names into the vault: that takes the duty `linkage` too.
  const actors = { 'intake-1': 'intake", "linkage', 'linkage-1': 'linkage', 'linkage-2': 'linkage', 'analysis-1': 'analysis', 'data-protection-1': 'data-protection' }
  writeFileSync(path, Object.entries(actors).map(([id, duty]) => `[[actor]]\nid = "${id}"\nduties = ["${duty}"]\n`).join('\n'))
  return path
}

export function at(folder, party, ...args) {
  return kinfold('--site', join(folder, party), '--passphrase-file', join(folder, 'passphrases', party), ...args)
}

export async function serve(folder, party, ...args) {
  const child = spawn(program, ['--site', join(folder, party), '--passphrase-file', join(folder, 'passphrases', party), 'serve', ...(args.includes('--port') ? [] : ['--port', '0']), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const address = await new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => { const found = /at (\S+)/.exec(String(data)); if (found) resolve(found[1]) })
    child.on('exit', (status) => reject(new Error(`the console of ${party} ended with ${status}`)))
  })
  return { address, child, stop: () => new Promise((resolve) => { child.removeAllListeners('exit'); child.once('exit', resolve); child.kill('SIGTERM') }) }
}

// Enrols and signs in without a browser; the cookie is what other programs bring along.
export async function signInByForms(folder, party, actor, address) {
  const invitation = JSON.parse(at(folder, party, '--json', 'account', 'add', actor)).invitation
  const token = async (path) => /name="csrf" value="([^"]+)"/.exec(await (await fetch(address + path)).text())[1]
  const post = async (path, form) => fetch(address + path, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ csrf: await token(path), ...form }) })
  const page = await (await post('enrol', { user: actor, invitation })).text()
  const secret = /summary-list__value[^>]*>([A-Z2-7 ]+)</.exec(page)[1].replaceAll(' ', '')
  const password = 'copper heron anvil'
  await post('enrol', { user: actor, invitation, password, again: password, code: code(secret) })
  const response = await post('sign-in', { user: actor, password, code: code(secret, Date.now() + 30000) })
  const cookie = response.headers.get('set-cookie').split(';')[0]
  const csrf = /name="csrf" value="([^"]+)"/.exec(await (await fetch(address, { headers: { cookie } })).text())[1]
  return { cookie, csrf }
}

// Somebody at a site: invited by the command line, enrolled and signed in by the browser.
export class Person {
  constructor(browser, server, folder, party, actor, { scripts = true, problems = [] } = {}) {
    Object.assign(this, { browser, server, folder, party, actor, scripts, problems, password: 'copper heron anvil', secret: '' })
  }

  async arrive() {
    const invitation = JSON.parse(at(this.folder, this.party, '--json', 'account', 'add', this.actor)).invitation
    this.context = await newContext(this.browser, { acceptDownloads: true, viewport: { width: 1280, height: 900 }, javaScriptEnabled: this.scripts })
    this.page = await this.context.newPage()
    this.page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('status of')) this.problems.push(`${this.actor}: ${message.text()}`) })
    await this.go('enrol')
    await this.page.fill('#user', this.actor)
    await this.page.fill('#invitation', invitation)
    await this.press('Continue')
    this.secret = (await this.page.textContent('dd')).replaceAll(/\s/g, '')
    await this.page.fill('#password', this.password)
    await this.page.fill('#again', this.password)
    await this.page.fill('#code', await this.freshCode())
    await this.press('Finish')
    await this.signIn()
    return this
  }

  // A code opens once, and those of the step before and after count too: the next one that was not used. Where
  // that one is still to come, its half minute is waited for.
  async freshCode() {
    const step = Math.max(Math.floor(Date.now() / 30000), (this.usedStep ?? 0) + 1)
    const early = (step - 1) * 30000 - Date.now()
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
    this.usedStep = step
    return code(this.secret, step * 30000)
  }

  async signIn() {
    await this.go('sign-in')
    await this.page.fill('#user', this.actor)
    await this.page.fill('#password', this.password)
    await this.page.fill('#code', await this.freshCode())
    await this.press('Sign in')
  }

  async go(path) { await this.page.goto(this.server.address + path) }
  async press(name) { await follow(this.page, this.page.getByRole('button', { name, exact: false }).first()) }

  // A page that waits for something (an act, its turn) comes again by itself until it is done. One look tells both whether
  // it waits and what it says: between two looks it may have come again, and it may even do so in the middle of one.
  async done() {
    for (;;) {
      await this.page.waitForLoadState('load')
      const seen = await this.page.locator('main').evaluate((main) => ({ text: main.textContent, waits: main.querySelector('[data-comes-again]') !== null }))
        .catch((error) => { if (!/navigat|context was destroyed/i.test(error.message)) throw error })
      if (seen && !seen.waits) return seen.text
      await this.page.waitForTimeout(200)
    }
  }

  async download(name) {
    const [file] = await Promise.all([this.page.waitForEvent('download'), this.page.getByRole('link', { name }).first().click()])
    const path = join(this.folder, 'post', file.suggestedFilename())
    mkdirSync(join(this.folder, 'post'), { recursive: true })
    await file.saveAs(path)
    return path
  }

  // The newest sealed file whose name begins like that, with its signature.
  async take(beginning) {
    await this.go('outbox')
    const name = await this.page.getByRole('link', { name: new RegExp('^' + beginning) }).first().textContent()
    const sealed = await this.download(new RegExp('^' + beginning))
    const row = this.page.getByRole('row').filter({ hasText: name })
    const [file] = await Promise.all([this.page.waitForEvent('download'), row.getByRole('link', { name: 'signature' }).click()])
    await file.saveAs(sealed + '.minisig')
    return sealed
  }

  async bring(sealed) {
    await this.go('inbox')
    await this.page.setInputFiles('#sealed', sealed)
    await this.page.setInputFiles('#signature', sealed + '.minisig')
    await this.press('Check and take in')
    return this.done()
  }
}

// A council's file as councils send them: families of three, some spelt twice, some lines to put right.
export function makeCouncilFile(folder, families, firstName) {
  const forenames = ['Heather', 'Matthew', 'Aisha', 'Rhys', 'Zofia', 'Daniel', 'Precious', 'Owen', 'Siobhan', 'Tariq', 'Maud', 'Elliot', 'Bronwen', 'Kofi', 'Ingrid', 'Callum']
  const surnames = ['Fenden', 'Okafor', 'Marsh', 'Prendergast', 'Lisle', 'Tanner', 'Achterberg', 'Quill', 'Draycott', 'Somers', 'Whitlock', 'Umar', 'Vance', 'Yarrow', 'Beckwith', 'Holloway', 'Ingleby', 'Jessop', 'Kershaw']
  const problems = ['worklessness', 'school', 'child_in_need', 'crime', 'domestic_abuse', 'health']
  const lines = ['Family ID,Person ID,Forenames,Surname,Date of Birth,Gender,Address,Postcode,NI Number,Relation,Group,Start Date,End Date,Objected,' + problems.map((each) => `problem_${each}`).join(',')]
  let seed = 7
  const draw = (count) => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor(seed / 65536) % count }
  const two = (number) => String(number).padStart(2, '0')
  for (let family = 0; family < families; family += 1) {
    const surname = surnames[draw(surnames.length)] + ['', 'son', ' Hale', 'ley'][draw(4)]
    const address = `"${1 + draw(190)} ${surnames[draw(surnames.length)]} Street, Fenbury"`
    const postcode = `CE${1 + draw(9)} ${draw(10)}${'ABDEFGHJLN'[draw(10)]}${'PQRSTUWXYZ'[draw(10)]}`
    const group = ['Programme', 'Programme', 'Waiting', 'Assessed'][draw(4)]
    for (let member = 0; member < 3; member += 1) {
      const year = member === 0 ? 1970 + draw(20) : member === 1 ? 1972 + draw(20) : 2001 + draw(12)
      const born = `${year}-${two(1 + draw(12))}-${two(1 + draw(28))}`
      const name = family === 0 && member === 0 && firstName ? firstName : forenames[draw(forenames.length)]
      const row = [`F${family}`, `${family}-${member}`, name, surname, family % 97 === 5 && member === 0 ? '31/02/1980' : born, ['Female', 'Male'][draw(2)], address, postcode, '', ['Head', 'Partner', 'Child'][member], group, '2017-04-25', '2018-06-23', '', '2016-01-05', '2016-02-06', '', '', '', draw(2) ? '2016-03-07' : '']
      lines.push(row.join(','))
      // The same person again in another family, with a slip of the pen.
      if (family % 12 === 3 && member === 0) lines.push([`G${family}`, `${family}-x`, name + 'e', ...row.slice(3)].join(','))
      // And in a third, so that there are clusters to review.
      if (family % 24 === 3 && member === 0) lines.push([`H${family}`, `${family}-y`, name + 'n', ...row.slice(3)].join(','))
    }
  }
  const path = join(folder, 'families.csv')
  writeFileSync(path, lines.join('\n') + '\n')
  return path
}

// A department's register, made of the council's own file, so that there is somebody to find.
export function makeRegister(folder, csv) {
  const lines = readFileSync(csv, 'utf8').trim().split('\n').slice(1)
  const people = ['register_id,forenames,surname,date_of_birth,gender,address,postcode,nino']
  const events = ['register_id,variable,start_date,end_date,value']
  lines.forEach((line, number) => {
    const cells = line.match(/("([^"]|"")*"|[^,]*)(,|$)/g).map((cell) => cell.replace(/,$/, ''))
    people.push([`R${number}`, ...cells.slice(2, 9)].join(','))
    if (number % 2 === 0) events.push(`R${number},employed,2016-01-01,2018-12-31,`)
  })
  mkdirSync(join(folder, 'register'), { recursive: true })
  writeFileSync(join(folder, 'register/people.csv'), people.join('\n') + '\n')
  writeFileSync(join(folder, 'register/events.csv'), events.join('\n') + '\n')
  const columns = ['forenames', 'surname', 'date_of_birth', 'gender', 'address', 'postcode', 'nino'].map((name) => `${name} = "${name}"`).join('\n')
  writeFileSync(join(folder, 'register/register.toml'),
    `[register]\npeople = "people.csv"\nevents = "events.csv"\n\n[people]\nid = "register_id"\n${columns}\n\n[events]\nid = "register_id"\nvariable = "variable"\nstart_date = "start_date"\nend_date = "end_date"\nvalue = "value"\n`)
  return join(folder, 'register/register.toml')
}

export const plan = `[plan]
title = "Are people in work?"
edition = "Browser test, synthetic data"

[data]
id = "person"
cluster = "family"
authority = "authority"
linked = ["linked_dwp"]
accepted_grades = ["strong", "good", "weak"]

[population]
where = ["problem_count >= 2"]

[treatment]
column = "group"
treated = ["programme"]
comparison = ["waiting", "assessed"]

[[outcome]]
id = "employed_19_24"
title = "In work, 19 to 24 months after"
population = "adults"
variable = "employed"
quarters = [6, 7]
measure = "any"
where = ["age_at_start >= 18"]
linked = "linked_dwp"
`
