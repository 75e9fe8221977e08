// The trusted party: what came, from whom, when; a request; clerical review by two, by keyboard; a person's own case by two.
import { readFileSync } from 'node:fs'
import { hostile } from './people.mjs'
import { expect, look, lookAt, lookInPrint } from './look.mjs'
import { follow } from './pages.mjs'

export async function takeIn({ person }, { submission, notice }) {
  const taker = await person('ons-demo', 'intake-1').arrive()
  await lookAt(taker, 'trusted-received-empty', 'received')
  await lookAt(taker, 'trusted-inbox', 'inbox')
  await taker.bring(submission)
  expect('a submission is taken in', (await taker.page.textContent('main')).includes('Received and parted'), await taker.page.textContent('main'))
  await look(taker.page, 'trusted-taken-in')
  await taker.bring(submission)
  expect('a replay is refused', (await taker.page.textContent('main')).includes('There is a problem'))
  await look(taker.page, 'trusted-replay')
  await taker.bring(notice)
  expect('an objection is taken in', !(await taker.page.textContent('main')).includes('There is a problem'), await taker.page.textContent('main'))
  await lookAt(taker, 'trusted-received', 'received')
}

export async function ask({ person }) {
  const linker = await person('ons-demo', 'linkage-1').arrive()
  await lookAt(linker, 'trusted-rooms', '')
  await lookAt(linker, 'trusted-requests', 'requests')
  await linker.press('Seal a request')
  await linker.done()
  await look(linker.page, 'trusted-request-sealed')
  return { linker, request: await linker.take('request-dwp') }
}

// Each verdict is one key; what stands on the page decides which.
async function judge(reviewer, first) {
  let judged = 0
  let looked = false
  while (!/^All done/.test(await reviewer.page.textContent('h1')) && judged < 40) {
    const words = await reviewer.page.textContent('main')
    expect('what the program thinks is not shown', !/probab|weight|\d %/.test(words))
    const cluster = /Are all of these/.test(words)
    if (first && judged === 0) await look(reviewer.page, 'review-next')
    if (first && cluster && !looked) { await look(reviewer.page, 'review-cluster'); looked = true }
    expect('what differs is marked', (await reviewer.page.locator('mark').count()) > 0, words)
    await Promise.all([reviewer.page.waitForNavigation(), reviewer.page.keyboard.press(first || judged > 0 ? 's' : 'd')])
    judged += 1
  }
  if (first) expect('a cluster is among what is reviewed', looked)
  return judged
}

export async function review({ person }, linker) {
  const second = await person('ons-demo', 'linkage-2').arrive()
  await lookAt(linker, 'quality-empty', 'quality')
  await lookAt(linker, 'review-empty', 'review')
  await linker.page.fill('#sets', 'many')
  await linker.press('Draw')
  expect('a number is asked for', (await linker.page.textContent('main')).includes('from 2 to 2,000'))
  await linker.go('review')
  await linker.page.fill('#sets', '8')
  await linker.press('Draw')
  expect('records are drawn', (await linker.done()).includes('Drawn'), await linker.page.textContent('main'))
  for (const reviewer of [linker, second]) {
    await lookAt(reviewer, `review-${reviewer.actor}`, 'review')
    await reviewer.press('Begin')
    expect('the keyboard judges everything', (await judge(reviewer, reviewer === linker)) === 8)
    await look(reviewer.page, 'review-done')
  }
  await lookAt(linker, 'review-after', 'review')
  expect('nobody judges twice', (await linker.page.textContent('main')).includes('You have judged all that was drawn'))
  await lookAt(linker, 'quality', 'quality')
  const quality = await linker.page.textContent('main')
  expect('agreement, kappa and groups are shown', /87\.5 %/.test(quality) && /kappa/.test(quality) && /clusters of three or more/.test(quality) && /gender: /.test(quality), quality)
  await lookInPrint(linker.page, 'quality')
}

export async function records(linker, csv) {
  await lookAt(linker, 'people', 'people')
  await linker.page.fill('#forenames', hostile)
  const [line] = readFileSync(csv, 'utf8').split('\n').filter((each) => each.includes('onerror'))
  const cells = line.split(',')
  const at = cells.findIndex((cell) => /^\d{4}-\d\d-\d\d$/.test(cell))
  await linker.page.fill('#surname', cells[at - 1])
  await linker.page.fill('#date_of_birth', cells[at])
  await linker.press('Look up')
  await linker.done()
  expect('a record is found, and a hostile name is text', (await linker.page.textContent('main')).includes('onerror') && (await linker.page.locator('main img').count()) === 0 && !(await linker.page.title()).includes('owned'), await linker.page.textContent('main'))
  await look(linker.page, 'people-found')
  await linker.go('people')
  for (const [field, value] of [['forenames', 'Nobody'], ['surname', 'Whatever'], ['date_of_birth', '1 1 1950']]) await linker.page.fill('#' + field, value)
  await linker.press('Look up')
  expect('that there is no record is said', (await linker.done()).includes('There is no record of this person'))
  await look(linker.page, 'people-none')
}

// A copy, by two people at one form; then everything a data protection officer looks at.
export async function protection({ person }, linker, csv) {
  const protector = await person('ons-demo', 'data-protection-1').arrive()
  await lookAt(protector, 'protection-rights', 'rights')
  for (const kind of ['rectify', 'restrict', 'lift', 'object', 'erase', 'access']) await lookAt(protector, `protection-${kind}`, `rights?what=${kind}`)
  const cells = readFileSync(csv, 'utf8').split('\n')[2].split(',')
  for (const [field, value] of [['forenames', cells[2]], ['surname', cells[3]], ['date_of_birth', cells[4]], ['second', linker.actor], ['second_password', linker.password]]) await protector.page.fill('#' + field, value)
  await protector.page.fill('#second_code', '000000')
  await protector.press('Make the copy')
  expect('without the second person nothing is done', (await protector.page.textContent('main')).includes('second person'))
  await look(protector.page, 'protection-second-wrong')
  await protector.page.fill('#second_password', linker.password)
  await protector.page.fill('#second_code', await linker.freshCode())
  await protector.press('Make the copy')
  expect('two people make a copy', /copy\.html/.test(await protector.done()), await protector.page.textContent('main'))
  await look(protector.page, 'protection-copied')
  expect('the copy is about this person', readFileSync(await protector.download('Download copy.html'), 'utf8').includes(cells[3]))
  await cases(protector, linker, cells)
  for (const path of ['cases', 'holdings', 'certificates', 'ledger', 'ledger/1', 'promises', 'record', 'work']) await lookAt(protector, `protection-${path.replace('/', '-')}`, path)
  for (const path of ['holdings', 'ledger/1', 'promises', 'record']) { await protector.go(path); await protector.done(); await lookInPrint(protector.page, `protection-${path.replace('/', '-')}`) }
  expect('each view of a record is in the ledger', (await entriesWith(protector, 'review')) > 1)
  await protector.go('ledger')
  await protector.press('Check every entry')
  expect('the ledger is sound', (await protector.done()).includes('The ledger is sound'))
  return protector
}

// How many entries of the ledger say so, from the newest page to the oldest.
async function entriesWith(protector, text) {
  await protector.go('ledger')
  const older = protector.page.getByRole('link', { name: 'Older entries' })
  let entries = await protector.page.locator('tr', { hasText: text }).count()
  while (await older.count()) {
    await follow(protector.page, older)
    entries += await protector.page.locator('tr', { hasText: text }).count()
  }
  return entries
}

// A request from the day it comes in to its answer, a refusal and a complaint, all by forms.
async function cases(protector, linker, cells) {
  const open = async (right, received) => {
    await protector.go('cases')
    await protector.page.selectOption('#right', right)
    await protector.page.fill('#received', received)
    await protector.press('Open the case')
    await protector.done()
  }
  const toCase = async () => { await follow(protector.page, protector.page.getByRole('link', { name: 'The case', exact: true })); await protector.done() }
  const note = async (label, button = 'Note it') => {
    if (button === 'Note it') await protector.page.getByLabel(label, { exact: true }).check()
    else await protector.page.selectOption('#reason', label)
    await protector.press(button)
    await protector.done()
    await toCase()
  }
  await open('restriction', '31 2 2020')
  expect('a day that is none is asked again', (await protector.page.textContent('main')).includes('must be a real date'))
  await look(protector.page, 'cases-day-wrong')
  await open('restriction', '')
  await look(protector.page, 'case-opened')
  await toCase()
  await look(protector.page, 'case-received')
  await note('Proof of identity was asked for')
  expect('the clock stands still', (await protector.page.textContent('main')).includes('The clock stands still'))
  await look(protector.page, 'case-waits')
  await note('Proof of identity came')
  await follow(protector.page, protector.page.getByRole('link', { name: 'Restrict the record' }))
  for (const [field, value] of [['forenames', cells[2]], ['surname', cells[3]], ['date_of_birth', cells[4]], ['second', linker.actor], ['second_password', linker.password]]) await protector.page.fill('#' + field, value)
  await protector.page.fill('#second_code', await linker.freshCode())
  await protector.press('Restrict the record')
  expect('a restriction answers its case', (await protector.done()).includes('Restricted: the record stays'), await protector.page.textContent('main'))
  await look(protector.page, 'case-answered')
  await protector.go('cases')
  await follow(protector.page, protector.page.locator('tr', { hasText: 'restriction' }).getByRole('link'))
  await protector.done()
  expect('whose receipts are awaited is said', (await protector.page.textContent('main')).includes('Waiting for receipts from'), await protector.page.textContent('main'))
  await look(protector.page, 'case-awaits-receipts')
  await lookInPrint(protector.page, 'case-awaits-receipts')
  await open('erasure', '')
  await toCase()
  await note('unfounded', 'Refuse')
  await protector.press('Make the receipt')
  await protector.done()
  expect('a refusal has its receipt', readFileSync(await protector.download('Download receipt.html'), 'utf8').includes('manifestly unfounded'))
  await look(protector.page, 'case-receipt')
  await open('complaint', '')
  await toCase()
  await note('Its receipt was acknowledged')
  await note('Answered')
  expect('a complaint is answered', (await protector.page.textContent('main')).includes('fulfilled'))
  await look(protector.page, 'case-complaint')
}
