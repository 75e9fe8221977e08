// Load on the console of a department, on this machine only: 200 people at work (wrk, with time to think), alone; while
// a match runs; and while slow clients hold connections and somebody sends a huge file. Bounded: about a minute.
//   KINFOLD=.../kinfold KINFOLD_SOURCE=. node bench/console/load.mjs
import { execFile } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { at, code, makeCouncilFile, makeRegister, makeSites, serve } from '../../tests/browser/people.mjs'

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

// Enrols and signs in without a browser; the cookie is what wrk brings along.
async function signIn(address) {
  const invitation = JSON.parse(at(folder, 'dwp', '--json', 'account', 'add', 'linkage-1')).invitation
  const token = async (path, cookie) => /name="csrf" value="([^"]+)"/.exec(await (await fetch(address + path, { headers: cookie ? { cookie } : {} })).text())[1]
  const post = async (path, form, cookie) => fetch(address + path, { method: 'POST', redirect: 'manual', headers: cookie ? { cookie } : {}, body: new URLSearchParams({ csrf: await token(cookie ? '' : path, cookie), ...form }) })
  const page = await (await post('enrol', { user: 'linkage-1', invitation })).text()
  const secret = /summary-list__value[^>]*>([A-Z2-7 ]+)</.exec(page)[1].replaceAll(' ', '')
  const password = 'copper heron anvil'
  await post('enrol', { user: 'linkage-1', invitation, password, again: password, code: code(secret) })
  const response = await post('sign-in', { user: 'linkage-1', password, code: code(secret, Date.now() + 30000) })
  const cookie = response.headers.get('set-cookie').split(';')[0]
  const csrf = /name="csrf" value="([^"]+)"/.exec(await (await fetch(address, { headers: { cookie } })).text())[1]
  return { cookie, csrf }
}

function wrk(address, cookie) {
  return new Promise((resolve, reject) => {
    execFile('wrk', ['-t2', `-c${users}`, `-d${seconds}s`, '--timeout', '10s', '-s', join(here, 'users.lua'), address],
      { env: { ...process.env, KINFOLD_COOKIE: cookie } }, (error, out) => error ? reject(error) : resolve(JSON.parse(out.trim().split('\n').at(-1))))
  })
}

async function matchOver(address, { cookie, csrf }, stop) {
  let count = 0
  while (!stop.now) {
    const response = await fetch(address + 'request/match', { method: 'POST', redirect: 'manual', headers: { cookie }, body: new URLSearchParams({ csrf, request: '' }) })
    const page = new URL(response.headers.get('location'), address)
    for (;;) {
      const text = await (await fetch(page, { headers: { cookie } })).text()
      if (!text.includes('This page comes again by itself')) { count += text.includes('There is a problem') ? 0 : 1; break }
      if (stop.now) break
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
  }
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

function sendHuge(port, cookie) {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    let answer = ''
    socket.on('data', (data) => { answer += data; if (answer.includes('\r\n')) { resolve(answer.split('\r\n')[0]); socket.destroy() } })
    socket.on('error', () => resolve(answer.split('\r\n')[0] || 'closed'))
    socket.on('close', () => resolve(answer.split('\r\n')[0] || 'closed'))
    socket.write(`POST /inbox HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\nContent-Type: multipart/form-data; boundary=boundary\r\nTransfer-Encoding: chunked\r\n\r\n`)
    const head = '--boundary\r\nContent-Disposition: form-data; name="sealed"; filename="a.age"\r\n\r\n'
    const chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`
    socket.write(chunk(head))
    const body = chunk('x'.repeat(1 << 20))
    const more = () => { while (!socket.destroyed && socket.write(body)); }
    socket.on('drain', more)
    more()
  })
}

const register = prepare()
const server = await serve(folder, 'dwp', '--register', register)
try {
  const port = Number(new URL(server.address).port)
  const session = await signIn(server.address)
  console.log('alone', JSON.stringify(await wrk(server.address, session.cookie)))
  const stop = { now: false }
  const matching = matchOver(server.address, session, stop)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const during = await wrk(server.address, session.cookie)
  stop.now = true
  console.log('while matching', JSON.stringify(during), 'matches', await matching)
  const quick = beSlow(port, 400)
  const huge = sendHuge(port, session.cookie)
  console.log('400 slow clients and a huge upload', JSON.stringify(await wrk(server.address, session.cookie)), 'upload:', await huge)
  quick()
  console.log('upload by nobody:', await sendHuge(port, 'kinfold=no'))
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
