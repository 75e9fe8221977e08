// Load on the console of a department, on this machine only: 200 people at work (wrk, with time to think), alone; while
// a match runs; and while slow clients hold connections and somebody sends a huge file. Bounded: about a minute.
//   KINFOLD=.../kinfold KINFOLD_SOURCE=. node bench/console/load.mjs
import { execFile } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { at, makeCouncilFile, makeRegister, makeSites, serve, signInByForms } from '../../tests/browser/people.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'kinfold-load-'))
const seconds = Number(process.env.KINFOLD_LOAD_SECONDS ?? 15)
const users = Number(process.env.KINFOLD_LOAD_USERS ?? 200)
const registerPeople = Number(process.env.KINFOLD_LOAD_REGISTER ?? 200000)

const as = (party, actor, ...args) => at(folder, party, '--as', actor, ...args)
const newest = (party, beginning) => join(folder, party, 'outbox', readdirSync(join(folder, party, 'outbox')).find((name) => name.startsWith(beginning) && name.endsWith('.age')))

function prepare() {
  makeSites(folder)
  const csv = makeCouncilFile(folder, 300)
  const register = makeRegister(folder, csv)
  const lines = readFileSync(join(folder, 'register/people.csv'), 'utf8').trim().split('\n').slice(1)
  let more = ''
  for (let number = lines.length; number < registerPeople; number += 1) {
    const cells = lines[number % lines.length].split(',')
    more += [`X${number}`, cells[1], cells[2] + 'abcdefghijklmnop'[number % 16] + 'abcdefghijklmnop'[(number >> 4) % 16], `19${40 + (number % 60)}-0${1 + (number % 9)}-1${number % 10}`, ...cells.slice(4)].join(',') + '\n'
  }
  appendFileSync(join(folder, 'register/people.csv'), more)
  as('east-cheshire', 'intake-1', 'submit', csv)
  as('ons-demo', 'intake-1', 'receive', newest('east-cheshire', 'submission-'))
  as('ons-demo', 'linkage-1', 'request', 'dwp')
  as('dwp', 'linkage-1', 'receive', newest('ons-demo', 'request-'))
  return register
}

function wrk(address, cookie) {
  return new Promise((resolve, reject) => {
    execFile('wrk', ['-t2', `-c${users}`, `-d${seconds}s`, '--timeout', '10s', '-s', join(here, 'users.lua'), address],
      { env: { ...process.env, KINFOLD_COOKIE: cookie } }, (error, out) => error ? reject(error) : resolve(JSON.parse(out.trim().split('\n').at(-1))))
  })
}

async function matchOver(address, { cookie, csrf }, stop) {
  let count = 0
  do {
    const response = await fetch(address + 'request/match', { method: 'POST', redirect: 'manual', headers: { cookie }, body: new URLSearchParams({ csrf, request: '' }) })
    const page = new URL(response.headers.get('location'), address)
    for (;;) {
      const text = await (await fetch(page, { headers: { cookie } })).text()
      if (!text.includes('This page comes again by itself')) { count += text.includes('There is a problem') ? 0 : 1; break }
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
  } while (!stop.now)
  return count
}

// A byte a second, for ever; and bodies that never end.
function beSlow(port, count) {
  const sockets = Array.from({ length: count }, () => {
    const socket = createConnection(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '))
    socket.on('error', () => {})
    return socket
  })
  const timer = setInterval(() => sockets.forEach((socket) => socket.writable && socket.write('a')), 1000)
  return () => { clearInterval(timer); sockets.forEach((socket) => socket.destroy()) }
}

// A body of so many megabytes; what the server says to it.
function sendFile(port, cookie, megabytes) {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    let answer = ''
    socket.on('data', (data) => { answer += data; if (answer.includes('\r\n')) { resolve(answer.split('\r\n')[0]); socket.destroy() } })
    socket.on('error', () => resolve(answer.split('\r\n')[0] || 'cut off'))
    socket.on('close', () => resolve(answer.split('\r\n')[0] || 'cut off'))
    socket.write(`POST /inbox HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\nContent-Type: multipart/form-data; boundary=boundary\r\nTransfer-Encoding: chunked\r\n\r\n`)
    const chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`
    socket.write(chunk('--boundary\r\nContent-Disposition: form-data; name="sealed"; filename="a.age"\r\n\r\n'))
    const piece = chunk('x'.repeat(1 << 18))
    const pieces = megabytes * 4
    let sent = 0
    const more = () => {
      while (!socket.destroyed && sent < pieces) { sent += 1; if (!socket.write(piece)) return }
      if (sent === pieces) { sent += 1; socket.write('0\r\n\r\n') }
    }
    socket.on('drain', more)
    more()
  })
}

const failures = []
function judge(what, figures) {
  console.log(what, JSON.stringify(figures))
  if (figures.errors !== undefined && (figures.errors > 0 || !(figures.p99_ms < 200) || figures.requests < 8 * users)) failures.push(what)
}
function expect(what, holds, seen) {
  console.log(what + ':', seen)
  if (!holds) failures.push(what)
}

// Killed in the middle of a match: ledger and request are there, whoever was signed in still is, and the match goes again.
async function killAndGoOn(server, register, session) {
  await fetch(server.address + 'request/match', { method: 'POST', redirect: 'manual', headers: { cookie: session.cookie }, body: new URLSearchParams({ csrf: session.csrf, request: '' }) })
  server.child.removeAllListeners('exit')
  await new Promise((resolve) => { server.child.once('exit', resolve); server.child.kill('SIGKILL') })
  const verified = at(folder, 'dwp', 'ledger', 'verify')
  expect('after a kill the ledger is sound', verified.includes('sound'), verified.trim().split('\n')[0])
  const again = await serve(folder, 'dwp', '--register', register)
  const page = await (await fetch(again.address + 'request', { headers: { cookie: session.cookie } })).text()
  expect('whoever was signed in still is, the request is there', page.includes('Match'), page.includes('days left'))
  const stop = { now: false }
  const matching = matchOver(again.address, session, stop)
  stop.now = true
  expect('it is matched again', (await matching) === 1, 'yes')
  return again
}

const register = prepare()
const server = await serve(folder, 'dwp', '--register', register)
let running = server
try {
  const port = Number(new URL(server.address).port)
  const session = await signInByForms(folder, 'dwp', 'linkage-1', server.address)
  judge('alone', await wrk(server.address, session.cookie))
  const stop = { now: false }
  const matching = matchOver(server.address, session, stop)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  judge('while a match runs', await wrk(server.address, session.cookie))
  stop.now = true
  const matches = await matching
  expect('matches meanwhile', matches > 0, matches)
  const quick = beSlow(port, 400)
  const huge = sendFile(port, session.cookie, 300)
  judge('beside 400 slow clients and an upload of 300 MB', await wrk(server.address, session.cookie))
  quick()
  const answers = [await huge, await sendFile(port, session.cookie, 2000), await sendFile(port, 'kinfold=no', 0.5), await sendFile(port, 'kinfold=no', 50)]
  expect('an upload of 300 MB, of 2 GB, of half a MB by nobody, of 50 MB by nobody',
    answers[0].includes('413') && answers[1] === 'cut off' && answers[2].includes('403') && answers[3] === 'cut off', answers.join(', '))
  running = await killAndGoOn(server, register, session)
} finally {
  await running.stop()
  rmSync(folder, { recursive: true, force: true })
}
for (const what of failures) console.error('FAILED:', what)
process.exit(failures.length === 0 ? 0 : 1)
