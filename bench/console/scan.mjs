// Scans of the console by tools that nobody here wrote, on this machine only, bounded in time: Wapiti as anybody and as
// somebody who is signed in, testssl.sh on its TLS. Ends with what they found; anything makes it fail.
//   KINFOLD=.../kinfold KINFOLD_SOURCE=. node bench/console/scan.mjs
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeSites, serve, signInByForms } from '../../tests/browser/people.mjs'

const folder = mkdtempSync(join(tmpdir(), 'kinfold-scan-'))
const seconds = Number(process.env.KINFOLD_SCAN_SECONDS ?? 60)
const modules = 'backup,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,ssrf,xss,xxe'
const found = []

function wapiti(who, address, cookie) {
  const out = join(folder, `wapiti-${who}.json`)
  const headers = cookie ? ['-H', `Cookie: ${cookie}`] : []
  spawnSync(process.env.WAPITI ?? 'wapiti', ['-u', address, '-m', modules, ...headers, ...(cookie ? ['-x', address + 'sign-out'] : []), '--flush-session', '--store-session', folder, '--max-scan-time', String(seconds),
    '--max-attack-time', '20', '-d', '4', '-t', '5', '--no-bugreport', '-f', 'json', '-o', out], { stdio: ['ignore', 'ignore', 'inherit'] })
  const report = JSON.parse(readFileSync(out, 'utf8'))
  let count = 0
  for (const kind of ['vulnerabilities', 'anomalies']) {
    for (const [name, list] of Object.entries(report[kind])) {
      count += list.length
      for (const each of list) found.push(`wapiti (${who}): ${name}: ${each.method} ${each.path} ${each.info}`)
    }
  }
  console.log(`wapiti ${report.infos.version ?? ''} as ${who}: ${report.infos.crawled_pages_nbr ?? '?'} pages, ${count} findings`)
}

function testssl(address) {
  const out = join(folder, 'testssl.json')
  spawnSync('testssl', ['--quiet', '--color', '0', '--protocols', '--server-defaults', '--fs', '--vulnerable', '--headers', '--std', '--jsonfile', out, new URL(address).host], { stdio: 'ignore', timeout: 240000 })
  const list = JSON.parse(readFileSync(out, 'utf8'))
  // The certificate of this scan is its own: signed by itself, without the services of an authority.
  const own = /^cert_(trust|chain_of_trust|revocation|caaRecord|certificatePolicy|expiration|extlifeSpan|validityPeriod|mustStaple|crl|ocsp)|^(cert|DNS|OCSP|certificate_transparency|scanTime|engine_problem|LOGJAM-common)/
  const bad = list.filter((each) => !['OK', 'INFO', 'DEBUG'].includes(each.severity) && !own.test(each.id))
  for (const each of bad) found.push(`testssl: ${each.severity} ${each.id}: ${each.finding}`)
  console.log(`testssl.sh: ${list.length} checks, ${bad.length} findings`)
}

const servers = []
try {
  makeSites(folder)
  const council = await serve(folder, 'east-cheshire', '--objections-as', 'data-protection-1')
  servers.push(council)
  wapiti('anybody', council.address)
  const trusted = await serve(folder, 'ons-demo')
  servers.push(trusted)
  wapiti('a data protection officer', trusted.address, (await signInByForms(folder, 'ons-demo', 'data-protection-1', trusted.address)).cookie)
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1',
    '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'chain.pem')], { stdio: 'ignore' })
  const tls = await serve(folder, 'dwp', '--certificate', join(folder, 'chain.pem'), '--certificate-key', join(folder, 'key.pem'))
  servers.push(tls)
  testssl(tls.address)
} finally {
  for (const server of servers) await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
for (const each of found) console.log(each)
console.log(`${found.length} findings`)
process.exit(found.length === 0 ? 0 : 1)
